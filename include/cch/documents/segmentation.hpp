#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/documents/parts.hpp"
#include "cch/experiments/segmentation_summary.hpp"

// A study of segmentation under missing modalities, schema cch.segmentation/1: levels and gains of
// every set-up over its seeds.

namespace cch::documents {

/// Settings of any shape, which no list here repeats: JSON text.
struct Echo {
  std::string json = "null";
};

/// mIoU or a difference of two, over seeds.
struct MeanOverSeeds {
  double value = 0.0;
  Number standard_error;
  std::optional<Interval> interval95;
  std::size_t seeds = 0;
  std::optional<std::string> interval_by;  ///< "images" where one seed has no other interval
};

/// The four levels of kSegmentationLevels: all subsets, all there, worst subset, unimodal bias.
using LevelsOverSeeds = std::array<std::optional<MeanOverSeeds>, kSegmentationLevels.size()>;

struct SegmentedCondition {
  std::string name;
  MeanOverSeeds average;
  std::vector<SubsetLevel> subsets;  ///< means over seeds
};

/// Which weights count in the finished runs of a set-up, and what the last ones score.
struct SegmentedWeights {
  std::string count;  ///< best, last
  std::size_t runs = 0;
  Number best_epoch;  ///< median
  std::size_t stopped = 0;
  Number calibration_temperature;  ///< median
  std::optional<MeanOverSeeds> last_average;
};

struct SegmentedSetup {
  std::string name;
  std::string baseline;
  std::size_t failed = 0;
  LevelsOverSeeds levels;
  LevelsOverSeeds gains;                  ///< over the baseline with the same seed
  std::optional<MeanOverSeeds> expected;  ///< this and the next two: where a run is done
  std::optional<double> images_per_second;
  std::optional<double> training_seconds;
  std::vector<SegmentedCondition> conditions;
  std::optional<SegmentedWeights> weights;  ///< none by the last weights without images held out
  Echo setup;
};

struct SegmentedRun {
  std::string key;
  std::string setup;
  std::uint64_t seed = 0;
  std::string status;  ///< done, failed
};

struct SegmentationDocument {
  std::vector<SegmentedSetup> results;
  std::vector<SegmentedRun> runs;
  std::optional<std::vector<std::string>> classes;  ///< where a run is done
  std::vector<Warning> warnings;
  std::vector<FileRecord> inputs;
  Echo config;
  Echo setups;
  std::string device;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;

  /// Of its config; empty without one.
  [[nodiscard]] std::string title() const;
};

/// The document as JSON, in one line or indented.
std::string to_text(const SegmentationDocument& document, int indent = -1);
/// The document of a text. Data Errors as those of parse_rank.
SegmentationDocument parse_segmentation(std::string_view text);
/// The document as its file gives it back.
SegmentationDocument as_stored(const SegmentationDocument& document);

}  // namespace cch::documents
