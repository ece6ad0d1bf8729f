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

/// Damaged records that are named; of more there is only their number.
constexpr std::size_t kNamedDamage = 20;

/// The run of a record, nothing where it is damaged.
std::optional<documents::RunDocument> run_of(const RunStore& store, const std::string& key,
                                             std::vector<Warning>& damage) {
  const auto text = store.find(key, "result.json", damage);
  if (!text) return std::nullopt;
  try {
    return documents::read_run(documents::parse(*text));
  } catch (const Error& error) {
    const Fault& fault = error.faults().front();
    damage.push_back({fault.code, store.path(key, "result.json") +
                                      " is left out: " + fault.problem + " (" + fault.where + ")"});
    return std::nullopt;
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
  const KeyList keys = store.keys("result.json");
  std::size_t unnamed = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (const auto run = run_of(store, std::string(keys[i]), out.damage)) out.runs.add(*run);
    if (out.damage.size() <= kNamedDamage) continue;
    unnamed += out.damage.size() - kNamedDamage;
    out.damage.resize(kNamedDamage);
  }
  if (unnamed > 0) {
    out.damage.push_back({"record-damaged", "further records that are damaged and left out: " +
                                                std::to_string(unnamed)});
  }
  return out;
}

void print_training_document(const documents::TrainDocument& document, const std::string& folder,
                             const KeyList& keys, std::ostream& out) {
  const RunStore store(folder);
  const auto each = [&](const documents::TakeResult& take) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      std::vector<Warning> told;  // by the report
      const auto run = run_of(store, std::string(keys[i]), told);
      if (run) take(documents::to_json(*run));
    }
  };
  documents::write_text(document, each, out);
  out << '\n';
}

report::TrainReport report_of(TrainFolder content, const std::string& folder) {
  const RunStore store(folder);
  report::TrainReport out = content.runs.report(
      std::move(content.study),
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
