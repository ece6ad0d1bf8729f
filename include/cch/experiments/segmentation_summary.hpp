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
};

/// Numbers of the first condition that every set-up has.
inline constexpr std::array kSegmentationLevels{&ConditionLevels::average, &ConditionLevels::full,
                                                &ConditionLevels::worst, &ConditionLevels::bias};

struct ConditionSummary {
  std::string name;
  GainSummary average;
  std::vector<SubsetLevel> subsets;  ///< means over seeds
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
  double images_per_second = 0.0;  ///< mean
  double training_seconds = 0.0;   ///< sum
};

/// Every set-up in the order of its first record. `seed` draws the images; their confusion matrices
/// are in the store.
std::vector<SetupSummary> summarise_segmentation(const std::vector<SegmentationRecord>& records,
                                                 const RunStore& store, std::uint64_t seed);

}  // namespace cch
