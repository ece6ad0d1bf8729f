#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cch/experiments/store.hpp"
#include "cch/report/train.hpp"
#include "data/json_text.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/result_folder.hpp"
#include "tools/cch/train/summary.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kStudyFile = "study.json";

std::vector<std::string> keys_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(fs::path(folder) / "runs", none)) {
    if (fs::exists(entry.path() / "result.json")) out.push_back(entry.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Of a run, what a report is made of: studies of 100 000 runs have them all in memory.
documents::RunDocument without_the_rest(documents::RunDocument run) {
  run.study = {};
  run.study_key = {};
  run.unit.task = {};
  run.network.reset();
  run.warnings = {};
  run.inputs = {};
  run.version = {};
  run.command = {};
  if (run.chosen) run.chosen->losses = {};
  const auto patience = run.training.extract("patience");
  run.training = {};
  if (!patience.empty()) run.training.emplace(patience.key(), patience.mapped());
  return run;
}

void read_one(const RunStore& store, const std::string& key, TrainFolder& out) {
  const auto text = store.find(key, "result.json", out.damage);
  if (!text) return;
  try {
    out.runs.push_back(without_the_rest(documents::read_run(documents::parse(*text))));
  } catch (const Error& error) {
    const Fault& fault = error.faults().front();
    out.damage.push_back({fault.code, store.path(key, "result.json") + " is left out: " +
                                          fault.problem + " (" + fault.where + ")"});
  }
}

/// The losses of a run; a line that was cut ends them.
std::vector<LossPoint> curve_of(const std::string& path) {
  std::vector<LossPoint> out;
  std::ifstream in(path);
  std::string line;
  while (std::getline(in, line)) {
    const json point = detail::parsed_json(line);
    if (!point.is_object()) break;
    const auto number = [&](const char* name) -> std::optional<double> {
      const auto found = point.find(name);
      if (found == point.end() || !found->is_number()) return std::nullopt;
      return found->get<double>();
    };
    const auto step = number("step");
    const auto hard = number("hard");
    if (step && hard) out.push_back({*step, *hard, number("validation")});
  }
  return out;
}

}  // namespace

bool has_training(const std::string& folder) {
  std::ifstream in(fs::path(folder) / kStudyFile);
  if (!in) return false;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const json head = detail::parsed_json(text);
  const json::json_pointer task("/config/task/name");
  return !head.is_object() || !head.contains(task) || head[task] != "segmentation";
}

TrainFolder read_training(const std::string& folder) {
  TrainFolder out;
  const json stored =
      read_document((fs::path(folder) / kStudyFile).string(), "cch.study/1", "cch train -o");
  out.head = documents::read_study_head(stored);
  out.study = documents::read_study(stored);
  const RunStore store(folder);
  const auto keys = keys_in(folder);
  out.runs.reserve(keys.size());
  for (const std::string& key : keys) read_one(store, key, out);
  return out;
}

void each_record(const std::string& folder, const std::function<void(const json&)>& take) {
  const RunStore store(folder);
  std::vector<Warning> told;
  for (const std::string& key : keys_in(folder)) {
    const auto text = store.find(key, "result.json", told);
    if (text) take(documents::parse(*text));
  }
}

report::TrainReport report_of(TrainFolder content, const std::string& folder) {
  const RunStore store(folder);
  report::TrainReport out = train_report(
      std::move(content.study), std::move(content.runs),
      [&](const std::string& key) { return curve_of(store.path(key, "train.jsonl")); });
  out.warnings.insert(out.warnings.end(), content.damage.begin(), content.damage.end());
  return out;
}

void print_training(const report::TrainReport& report, bool quiet, bool all, std::ostream& out) {
  for (const std::string& sentence : report::train_sentences(report)) out << sentence << '\n';
  if (quiet) return;
  const std::string counts = report::train_counts(report);
  if (!counts.empty()) out << counts << '\n';
  out << '\n' << report::render_train_table(report, all) << '\n';
}

std::vector<std::string> write_training_page(const report::TrainReport& report,
                                             const std::string& folder, const std::string& html) {
  return ResultFolder{folder, html}.write({}, report::render_train_html(report));
}

}  // namespace cch
