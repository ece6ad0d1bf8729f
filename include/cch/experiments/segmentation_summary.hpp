#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cch/experiments/comparison.hpp"
#include "cch/experiments/store.hpp"

namespace cch {

/// mIoU of one subset of modalities under one condition.
struct SubsetLevel {
  std::string modalities;
  double miou = 0.0;
  std::vector<std::optional<double>> class_iou;
};

/// What a finished cell reached under one condition (SubsetScores).
struct ConditionLevels {
  std::string name;
  double average = 0.0;
  double full = 0.0;
  double worst = 0.0;
  double bias = 0.0;
  double expected = 0.0;  ///< each modality is missing with probability 0.1
  std::vector<SubsetLevel> subsets;
};

/// Which weights of a cell count.
struct RecordWeights {
  std::string count;                   ///< best, last
  std::optional<double> best_epoch;    ///< none by the last weights
  std::optional<double> last_average;  ///< mIoU_Avg of the last ones, where they were scored
  std::optional<double> calibration_temperature;
  bool stopped = false;  ///< early
};

/// A cell as its record says.
struct SegmentationRecord {
  std::string key;
  std::string setup;
  std::string baseline;  ///< set-up that its gains are measured from; its own name: none
  std::uint64_t seed = 1;
  bool done = false;
  double images_per_second = 0.0;
  double seconds = 0.0;
  std::vector<ConditionLevels> conditions;  ///< of a cell that is done
  std::optional<RecordWeights> weights;     ///< not recorded by studies without images held out
};

/// Numbers of the first condition that every set-up has.
inline constexpr std::array kSegmentationLevels{&ConditionLevels::average, &ConditionLevels::full,
                                                &ConditionLevels::worst, &ConditionLevels::bias};

struct ConditionSummary {
  std::string name;
  GainSummary average;
  std::vector<SubsetLevel> subsets;  ///< means over seeds
};

/// Weights of a set-up over its seeds.
struct SetupWeights {
  std::string count;
  std::size_t runs = 0;
  std::optional<double> best_epoch;               ///< median
  std::size_t stopped = 0;                        ///< runs that ended early
  std::optional<double> calibration_temperature;  ///< median
  std::optional<GainSummary> last_average;
};

/// One set-up over its seeds.
struct SetupSummary {
  std::string name;
  std::string baseline;
  std::size_t failed = 0;
  std::array<std::optional<GainSummary>, kSegmentationLevels.size()> levels;
  /// Over the baseline with the same seed.
  std::array<std::optional<GainSummary>, kSegmentationLevels.size()> gains;
  /// Of one seed alone: interval of the gain in mIoU_Avg when test images are drawn with
  /// replacement, both networks on the same draw. Images count as independent here; groups stay
  /// with the interval of each run.
  std::optional<Interval> gain_by_images;
  std::optional<GainSummary> expected;
  std::vector<ConditionSummary> conditions;
  std::optional<double> images_per_second;  ///< mean; empty without a finished run
  std::optional<double> training_seconds;   ///< sum; likewise
  std::optional<SetupWeights> weights;
};

/// Every set-up in the order of its first record. `seed` draws the images; their confusion matrices
/// are in the store.
std::vector<SetupSummary> summarise_segmentation(const std::vector<SegmentationRecord>& records,
                                                 const RunStore& store, std::uint64_t seed);

}  // namespace cch
