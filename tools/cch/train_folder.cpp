#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tools/cch/document_parts.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/rank_folder.hpp"
#include "tools/cch/train.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path run_folder(const std::string& out, const std::string& key) {
  return fs::path(out) / "runs" / key;
}

/// Keys of the old study whose values the new one has changed, axes apart.
std::vector<std::string> changed_keys(const json& before, const json& now) {
  std::vector<std::string> out;
  for (const json& step : json::diff(before, now)) {
    const std::string path = step.at("path");
    if (is_axis(path)) continue;
    std::string name = path.substr(1);
    std::replace(name.begin(), name.end(), '/', '.');
    out.push_back(name);
  }
  return out;
}

/// Roles whose files had other bytes before; the study's own file may change in its axes.
std::vector<std::string> changed_inputs(const json& before, const json& now) {
  std::vector<std::string> out;
  for (const json& input : now) {
    for (const json& old : before) {
      const bool same_role = old["role"] == input["role"] && input["role"] != "study";
      if (same_role && old["sha256"] != input["sha256"]) out.push_back(input["role"]);
    }
  }
  return out;
}

void refuse_changed(const std::string& path, const json& head) {
  const json before = read_document(path, "cch.study/1", "cch train -o");
  require_fields(before, {"config", "inputs"}, path, "cch train -o");
  auto keys = changed_keys(before["config"], head["config"]);
  for (const std::string& role : changed_inputs(before["inputs"], head["inputs"])) {
    keys.push_back("the data of '" + role + "'");
  }
  if (keys.empty()) return;
  std::string names;
  for (const std::string& key : keys) names += (names.empty() ? "" : ", ") + key;
  throw Error(ErrorKind::usage, Fault{"study-changed", "the folder holds another study",
                                      path + ": " + names, "runs of both would be compared as one",
                                      "Name another folder with -o, or put these keys back"});
}

/// A lock that the system takes back when the process ends, however it ends.
int lock(const std::string& path, bool shared) {
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (file < 0) {
    throw Error(ErrorKind::run, Fault{"cannot-write", "the study folder cannot be used", path,
                                      std::strerror(errno), "Name another folder with -o"});
  }
  if (::flock(file, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) return file;
  ::close(file);
  throw Error(ErrorKind::usage,
              Fault{"study-locked", "another process works on this study", path,
                    "both would train the same runs",
                    "Wait for it, or give each process its part with --shard I/N"});
}

std::string curve_lines(const RunResult& run) {
  std::string out;
  for (const TrainingPoint& p : run.curve) {
    out += json{{"step", p.step},
                {"loss", p.loss},
                {"hard", p.hard},
                {"soft", p.soft},
                {"hard_gradient", p.hard_gradient},
                {"soft_gradient", p.soft_gradient},
                {"validation", optional_json(p.validation)}}
               .dump() +
           "\n";
  }
  return out;
}

/// The tensors "0.weight", "0.offset", … in double precision (format: huggingface safetensors).
std::string safetensors(const RunResult& run, const std::vector<double>& weights) {
  json head = json::object();
  std::size_t at = 0;
  for (std::size_t i = 0; i < run.shapes.size(); ++i) {
    std::size_t size = sizeof(double);
    for (const std::size_t n : run.shapes[i]) size *= n;
    const std::string name =
        std::to_string(i / 2) + (run.shapes[i].size() > 1 ? ".weight" : ".offset");
    head[name] = {{"dtype", "F64"}, {"shape", run.shapes[i]}, {"data_offsets", {at, at + size}}};
    at += size;
  }
  const std::string text = head.dump();
  std::string out(sizeof(std::uint64_t), '\0');
  const std::uint64_t length = text.size();
  std::memcpy(out.data(), &length, sizeof length);
  out += text;
  const std::size_t begin = out.size();
  out.resize(begin + at);
  std::memcpy(out.data() + begin, weights.data(), at);
  return out;
}

}  // namespace

StudyFolder::StudyFolder(const TrainSettings& s, const json& head)
    : out_(s.out), keep_weights_(s.keep_weights) {
  refuse_foreign(out_, {"study.json", "segmentation.json", "criteria.json", "report.html"},
                 s.force);
  make_folder((fs::path(out_) / "runs").string());
  const std::string path = (fs::path(out_) / "study.json").string();
  check_writable(path);
  locks_.push_back(lock((fs::path(out_) / "study.lock").string(), !s.shard.empty()));
  if (!s.shard.empty()) {
    std::string name = s.shard;
    std::replace(name.begin(), name.end(), '/', '-');
    locks_.push_back(lock((fs::path(out_) / ("shard-" + name + ".lock")).string(), false));
  }
  if (fs::exists(path)) refuse_changed(path, head);
  write_files({{path, head.dump(1) + "\n"}});
}

StudyFolder::~StudyFolder() {
  for (const int file : locks_) ::close(file);
}

std::optional<json> StudyFolder::find(const std::string& out, const std::string& key,
                                      const char* file) {
  std::ifstream in(run_folder(out, key) / file);
  if (!in) return std::nullopt;
  json document = json::parse(in, nullptr, false);
  if (!document.is_object() || document.value("key", "") != key) return std::nullopt;
  if (document.value("status", "done") != "done") return std::nullopt;
  return document;
}

void StudyFolder::add(const std::string& key, const json& result, const RunResult& run) const {
  const fs::path folder = run_folder(out_, key);
  make_folder(folder.string());
  std::vector<FileContent> files;
  if (!run.curve.empty()) files.push_back({(folder / "train.jsonl").string(), curve_lines(run)});
  if (keep_weights_ && !run.weights.empty()) {
    files.push_back({(folder / "last.safetensors").string(), safetensors(run, run.weights)});
  }
  if (keep_weights_ && run.best) {
    files.push_back({(folder / "best.safetensors").string(), safetensors(run, run.best->weights)});
  }
  // Renamed in this order, so that the result comes last.
  files.push_back({(folder / "result.json").string(), result.dump(1) + "\n"});
  write_files(files);
}

void StudyFolder::add_criteria(const std::string& key, const json& criteria) const {
  const fs::path folder = run_folder(out_, key);
  make_folder(folder.string());
  write_files({{(folder / "criteria.json").string(), criteria.dump(1) + "\n"}});
}

}  // namespace cch
