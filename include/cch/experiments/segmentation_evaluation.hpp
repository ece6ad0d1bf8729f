#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cch/experiments/segmentation_metrics.hpp"
#include "cch/experiments/segmentation_training.hpp"

namespace cch {

/// What is done to the test images of every subset of modalities.
///   emm-dropped  entire modalities are missing: they take no part in the fusion
///   emm-zeroed   their images are 0 (after normalisation) and take part
///   rmm-R        random elements (a channel of a pixel) of all modalities are 0 with probability
///   R;
///                missing modalities are dropped
///   nm-1, -2, -3 salt and pepper with density .05, .1, .2 (half of these pixels take the largest
///                value of their channel, half the smallest), then Gaussian noise of deviation .1,
///                .2, .5 times the range of the channel in its image; missing ones are dropped
struct Condition {
  std::string name;
  bool zeroed = false;
  double removed = 0.0;
  double density = 0.0;
  double deviation = 0.0;
};
/// "emm" stands for both of it, "rmm" and "nm" for three each. Usage Error "unknown-condition".
std::vector<Condition> conditions_named(const std::vector<std::string>& names);

/// Applies a condition to one channel of one image (values normalised), with its own stream.
void degrade(const Condition& condition, std::uint64_t seed, std::span<float> channel);

struct ConditionScores {
  std::string name;
  std::vector<Confusion> confusions;  ///< by subset
  SubsetScores scores;
  /// Of every test image, by subset: only under the first condition, for intervals.
  std::vector<std::vector<Confusion>> by_image;
};

/// A test image on which a network errs most.
struct WorstImage {
  std::size_t image = 0;            ///< of the set
  double right = 0.0;               ///< share of its labelled pixels whose class is right
  std::vector<std::uint8_t> codes;  ///< predicted, H × W
};

struct SegmentationScores {
  std::vector<std::string> modalities;
  std::vector<ConditionScores> conditions;
  std::optional<Interval> average_interval;  ///< of mIoU_Avg under the first condition, by image
  /// Codes of the first test images, all modalities there, then each alone: (1 + M) × images × H ×
  /// W.
  std::vector<std::uint8_t> examples;
  std::size_t example_images = 0;
  /// Four at most, the worst first: all modalities there, under the first condition.
  std::vector<WorstImage> worst;
  double seconds = 0.0;
};

/// Runs the network on the test images under every condition and subset. The set is normalised.
/// The same bits for any number of threads of the caller; one thread itself. `seed` is that of the
/// degradation, which is the same for every network.
SegmentationScores evaluate_segmentation(const SegmentationSet& set,
                                         const TrainedSegmentation& network,
                                         const std::vector<Condition>& conditions,
                                         AbsentClass absent, std::uint64_t seed,
                                         const Execution& exec);

/// The temperature τ that makes the softmax of z/τ fit the labels of these images best, all
/// modalities there (calibration_temperature, of 20,000 pixels at most, evenly over the images); 1
/// without images. Images that the network was not fitted on make it honest.
double segmentation_temperature(const SegmentationSet& set, const TrainedSegmentation& network,
                                std::span<const std::size_t> rows, const Execution& exec);

/// Mean over subsets of the mIoU of images counted `weight` times each.
double weighted_average_miou(const std::vector<std::vector<Confusion>>& by_image,
                             std::span<const std::uint32_t> weight, AbsentClass absent);

/// Words for a subset: "rgb+depth".
std::string subset_text(Subset subset, const std::vector<std::string>& modalities);

}  // namespace cch
