#include <algorithm>
#include <filesystem>

#include "cch/data/written_files.hpp"
#include "data/json_text.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/train.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Keys of the old study whose values the new one has changed, axes apart.
std::vector<std::string> changed_keys(const json& before, const json& now) {
  std::vector<std::string> out;
  for (const json& step : json::diff(before, now)) {
    const std::string path = step.at("path");
    if (is_axis(path)) continue;
    std::string name = path.empty() ? "config" : path.substr(1);
    std::replace(name.begin(), name.end(), '/', '.');
    out.push_back(name);
  }
  return out;
}

/// Roles whose files had other bytes before; the study's own file may change in its axes.
std::vector<std::string> changed_inputs(const json& before, const json& now) {
  std::vector<std::string> out;
  const auto text = [](const json& input, const char* name) {
    return detail::text_in(input, name, "");
  };
  for (const json& input : now) {
    const std::string role = text(input, "role");
    for (const json& old : before) {
      const bool same_role = text(old, "role") == role && role != "study";
      if (same_role && text(old, "sha256") != text(input, "sha256")) out.push_back(role);
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

}  // namespace

documents::StudyHead study_head(const TrainSettings& s, const json& config, std::uint64_t seed,
                                const std::vector<std::pair<std::string, SourceInfo>>& files,
                                const std::vector<Warning>& warnings, const std::string& command,
                                const std::string& device) {
  documents::StudyHead out;
  out.config.json = config.dump();
  out.inputs = {file_record("study", s.path)};
  for (const auto& [role, info] : files) {
    out.inputs.push_back({role, info.source, info.sha256, {}});
    if (!info.sha256_of.empty()) out.inputs.back().sha256_of = info.sha256_of;
  }
  out.warnings = documents::distinct(warnings);
  out.device = device;
  out.version = version();
  out.command = command;
  out.seed = seed;
  return out;
}

Claim open_study_folder(const TrainSettings& s, const documents::StudyHead& head,
                        std::size_t planned_runs, fs::file_time_type* opened) {
  refuse_foreign(s.out, {"study.json", "segmentation.json", "criteria.json", "report.html"},
                 s.force);
  RunStore(s.out).make();
  const std::string path = (fs::path(s.out) / "study.json").string();
  check_writable(path);
  Claim claim = claim_study(s.out, s.share.shard, job_name());
  if (path_exists(path)) refuse_changed(path, documents::to_json(head));
  documents::StudyHead stored = head;
  if (planned_runs > 0) stored.planned_runs = planned_runs;
  write_files({{path, documents::to_json(stored).dump(1) + "\n"}});
  std::error_code none;
  if (opened != nullptr) *opened = fs::last_write_time(path, none);
  return claim;
}

json stored_record(const RunStore& store, const std::string& key, const char* file,
                   std::vector<Warning>& damage) {
  const auto text = store.find(key, file, damage, RunStore::Beside::checked);
  const json record = text ? detail::parsed_json(*text) : json();
  const bool done =
      record.is_object() && detail::text_in(record, "key", "") == key &&
      detail::text_in(record, "status", record.contains("status") ? "" : "done") == "done";
  return done ? record : json();
}

}  // namespace cch
