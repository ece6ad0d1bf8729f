#include <map>

#include "cch/experiments/segmentation_summary.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/segment.hpp"

namespace cch {
namespace {

using documents::MeanOverSeeds;

MeanOverSeeds mean_of(const GainSummary& summary) {
  return {summary.mean, summary.standard_error, summary.interval95, summary.seeds, {}};
}

std::optional<MeanOverSeeds> mean_of(const std::optional<GainSummary>& summary) {
  return summary ? std::optional(mean_of(*summary)) : std::nullopt;
}

ConditionLevels levels_of(const documents::SegmentedCase& c) {
  return {c.name, c.average, c.full, c.worst, c.bias, c.expected.at("0.10"), c.subsets};
}

/// Studies by the last weights, without images held out, have none.
std::optional<RecordWeights> weights_of(const documents::SegmentationRunDocument& run) {
  if (!run.weights) return std::nullopt;
  RecordWeights out;
  out.count = *run.weights;
  if (run.best && run.best->epoch) out.best_epoch = static_cast<double>(*run.best->epoch);
  if (run.last && *run.last) out.last_average = (*run.last)->average;
  out.calibration_temperature = run.calibration_temperature;
  out.stopped = run.stopped && *run.stopped;
  return out;
}

SegmentationRecord record_of(const documents::SegmentationRunDocument& run) {
  SegmentationRecord out;
  out.key = run.key;
  out.setup = run.setup_name();
  const auto student = run.unit.setting.find("student");
  out.baseline =
      student == run.unit.setting.end() ? out.setup : std::get<std::string>(student->second);
  out.seed = run.seed;
  out.done = run.done();
  if (!out.done) return out;
  out.images_per_second = run.images_per_second.value();
  out.seconds = run.seconds.value();
  for (const documents::SegmentedCase& c : run.metrics.value().conditions) {
    out.conditions.push_back(levels_of(c));
  }
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

documents::SegmentationDocument segmentation_document(
    const documents::StudyHead& head, const std::vector<documents::SegmentationRunDocument>& runs,
    const RunStore& store) {
  documents::SegmentationDocument out;
  out.config = head.config;
  out.setups = head.setups.value_or(documents::Echo());
  out.inputs = head.inputs;
  out.warnings = head.warnings;
  out.device = head.device;
  out.version = head.version;
  out.command = head.command;
  out.seed = head.seed;
  std::vector<SegmentationRecord> records;
  std::map<std::string, documents::Echo> setups;
  for (const documents::SegmentationRunDocument& run : runs) {
    const SegmentationRecord& record = records.emplace_back(record_of(run));
    setups[record.setup] = run.setup;
    out.runs.push_back({record.key, record.setup, record.seed, run.status});
    if (record.done) out.classes = run.metrics->classes;
  }
  for (const SetupSummary& summary : summarise_segmentation(records, store, out.seed)) {
    out.results.push_back(setup_of(summary));
    out.results.back().setup = setups[summary.name];
  }
  return out;
}

}  // namespace cch
