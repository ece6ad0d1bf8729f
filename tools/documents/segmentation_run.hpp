#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/documents/recorded.hpp"

// One training of a segmentation study, schema cch.run/1.

namespace cch::documents {

/// What a run is within its study.
struct SegmentationQuestion {
  std::string study;
  std::string study_key;
  std::string task;
  Echo setup;
  std::vector<std::string> needs;  ///< keys of the runs that it is trained with
  RecordedUnit unit;
  std::string role;  ///< student, distilled
  std::optional<ComparedTeacher> teacher;
  std::optional<std::string> teacher_run;
  std::optional<ComparedLoss> loss;
  std::optional<std::string> student;  ///< key of the run that it is compared with

  /// The name of its set-up.
  [[nodiscard]] std::string setup_name() const;
};

/// One condition of the test images.
struct SegmentedCase {
  std::string name;
  double average = 0.0;  ///< mIoU
  double full = 0.0;
  double worst = 0.0;
  double bias = 0.0;
  std::map<std::string, double> expected;  ///< by the share of modalities that are missing
  std::string worst_subset;
  std::vector<SubsetLevel> subsets;
};

/// A test image that a network segments worst.
struct WorstSegmented {
  std::size_t image = 0;  ///< of the set, from 0
  double right = 0.0;     ///< share of labelled pixels
};

/// On test images.
struct SegmentationMetrics {
  std::vector<std::string> modalities;
  std::vector<std::string> classes;
  double average = 0.0;        ///< this and the next two: of the first condition
  std::optional<double> full;  ///< absent in old results, as is `worst`
  std::optional<double> worst;
  std::optional<Interval> average_interval95;
  std::vector<SegmentedCase> conditions;
  /// The worst first; absent in old results. Their predictions are in worst.npy beside the record.
  std::optional<std::vector<WorstSegmented>> worst_images;
  double evaluation_seconds = 0.0;
};

struct BestEpoch {
  std::optional<std::size_t> epoch;  ///< none: the last weights count
  Number validation_loss;
};

/// What the last weights score, where the best count.
struct LastEpoch {
  double average = 0.0;
  double full = 0.0;
  double worst = 0.0;
};

struct SegmentationRunDocument : SegmentationQuestion {
  std::string key;
  std::string status;  ///< done, failed
  std::optional<std::string> failure;
  std::vector<Warning> warnings;
  std::vector<FileRecord> inputs;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
  std::optional<double> seconds;  ///< this and the rest: where it was trained
  std::optional<double> images_per_second;
  std::optional<double> peak_megabytes;
  std::optional<std::string> weights;  ///< this and the next four: where images are held out
  std::optional<BestEpoch> best;
  std::optional<std::optional<std::size_t>> stopped;  ///< early, after this epoch
  std::optional<std::optional<LastEpoch>> last;
  std::optional<double> calibration_temperature;
  std::optional<SegmentationMetrics> metrics;

  [[nodiscard]] bool done() const { return status == "done"; }
};

nlohmann::json to_json(const SegmentationRunDocument& document);
std::string to_text(const SegmentationRunDocument& document, int indent);
/// Data Errors of parse_rank.
SegmentationRunDocument read_segmentation_run(const nlohmann::json& document);

}  // namespace cch::documents
