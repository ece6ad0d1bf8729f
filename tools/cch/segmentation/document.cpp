#include <map>

#include "cch/experiments/segmentation_summary.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/segment.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

using documents::MeanOverSeeds;
using nlohmann::json;

/// kSegmentationLevels, by their names in runs.
constexpr const char* kLevels[] = {"miou_average", "miou_full", "miou_worst", "unimodal_bias"};

MeanOverSeeds mean_of(const GainSummary& summary) {
  return {summary.mean, summary.standard_error, summary.interval95, summary.seeds, {}};
}

std::optional<MeanOverSeeds> mean_of(const std::optional<GainSummary>& summary) {
  return summary ? std::optional(mean_of(*summary)) : std::nullopt;
}

std::optional<double> number_of(const json& value) {
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

ConditionLevels levels_of(const json& condition) {
  ConditionLevels out;
  out.name = condition["name"];
  for (std::size_t l = 0; l < kSegmentationLevels.size(); ++l) {
    out.*kSegmentationLevels[l] = condition[kLevels[l]];
  }
  out.expected = condition["miou_expected"]["0.10"];
  for (const json& subset : condition["subsets"]) {
    SubsetLevel& to = out.subsets.emplace_back();
    to.modalities = subset["modalities"];
    to.miou = subset["miou"];
    for (const json& iou : subset["class_iou"]) {
      to.class_iou.push_back(number_of(iou));
    }
  }
  return out;
}

/// Studies by the last weights, without images held out, have none.
std::optional<RecordWeights> weights_of(const json& run) {
  if (!run.contains("weights")) return std::nullopt;
  RecordWeights out;
  out.count = run["weights"];
  out.best_epoch = number_of(run["best"]["epoch"]);
  if (run["last"].is_object()) out.last_average = number_of(run["last"]["miou_average"]);
  if (run.contains("calibration_temperature")) {
    out.calibration_temperature = number_of(run["calibration_temperature"]);
  }
  out.stopped = run["stopped"].is_number();
  return out;
}

SegmentationRecord record_of(const json& run) {
  SegmentationRecord out;
  out.key = run["key"];
  out.setup = run["setup"]["name"];
  out.baseline = run["unit"]["setting"].value("student", out.setup);
  out.seed = run["seed"];
  out.done = run["status"] == "done";
  if (!out.done) return out;
  out.images_per_second = run["images_per_second"];
  out.seconds = run["seconds"];
  for (const json& c : run["metrics"]["conditions"]) out.conditions.push_back(levels_of(c));
  out.weights = weights_of(run);
  return out;
}

documents::SegmentedSetup setup_of(const SetupSummary& s) {
  documents::SegmentedSetup out;
  out.name = s.name;
  out.baseline = s.baseline;
  out.failed = s.failed;
  for (std::size_t l = 0; l < kSegmentationLevels.size(); ++l) {
    out.levels[l] = mean_of(s.levels[l]);
    out.gains[l] = mean_of(s.gains[l]);
  }
  if (out.gains[0] && out.gains[0]->seeds == 1) {
    out.gains[0]->interval95 = s.gain_by_images;
    out.gains[0]->interval_by = "images";
  }
  out.expected = mean_of(s.expected);
  for (const ConditionSummary& c : s.conditions) {
    out.conditions.push_back({c.name, mean_of(c.average), c.subsets});
  }
  out.images_per_second = s.images_per_second;
  out.training_seconds = s.training_seconds;
  if (s.weights) {
    const SetupWeights& w = *s.weights;
    out.weights = {w.count,
                   w.runs,
                   w.best_epoch,
                   w.stopped,
                   w.calibration_temperature,
                   mean_of(w.last_average)};
  }
  return out;
}

}  // namespace

documents::SegmentationDocument segmentation_document(const json& head,
                                                      const std::vector<json>& runs,
                                                      const RunStore& store) {
  documents::SegmentationDocument out = documents::read_segmentation_head(head);
  std::vector<SegmentationRecord> records;
  std::map<std::string, std::string> setups;
  for (const json& run : runs) {
    const SegmentationRecord& record = records.emplace_back(record_of(run));
    setups[record.setup] = run["setup"].dump();
    out.runs.push_back({record.key, record.setup, record.seed, run["status"]});
    if (record.done) out.classes = run["metrics"]["classes"].get<std::vector<std::string>>();
  }
  for (const SetupSummary& summary : summarise_segmentation(records, store, out.seed)) {
    out.results.push_back(setup_of(summary));
    out.results.back().setup.json = setups[summary.name];
  }
  return out;
}

}  // namespace cch
