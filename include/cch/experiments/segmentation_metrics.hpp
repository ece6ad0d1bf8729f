#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/estimate.hpp"

namespace cch {

/// Counts of pixels, label × prediction, K × K.
struct Confusion {
  std::size_t classes = 0;
  std::vector<std::uint64_t> counts;

  explicit Confusion(std::size_t k = 0) : classes(k), counts(k * k, 0) {}
  /// Pixels with kIgnoreLabel are left out. Sizes are equal.
  void add(std::span<const std::uint8_t> labels, std::span<const std::uint8_t> predictions);
  Confusion& operator+=(const Confusion& other);
  std::uint64_t operator()(std::size_t label, std::size_t prediction) const {
    return counts[label * classes + prediction];
  }
};

/// What a class without a labelled pixel does to the mean over classes.
enum class AbsentClass {
  excluded,     ///< takes no part
  legacy_zero,  ///< counts as 0, as some published loaders have it
};

/// Of each class TP/(TP + FP + FN), in 0..1; nothing for a class without a labelled pixel.
std::vector<std::optional<double>> class_iou(const Confusion& confusion);
/// Mean over classes, in 0..1; NaN if there is no labelled pixel.
double mean_iou(const Confusion& confusion, AbsentClass absent = AbsentClass::excluded);

/// A non-empty set of M modalities: bit m stands for modality m.
using Subset = std::uint32_t;
/// 1 … 2^M − 1.
std::vector<Subset> all_subsets(std::size_t modalities);
std::size_t size_of(Subset subset);

/// mIoU over the subsets of M modalities, from one confusion matrix a subset.
struct SubsetScores {
  std::vector<double> miou;  ///< of subset 1 + i
  double average = 0.0;      ///< mIoU_Avg = mean over subsets
  double worst = 0.0;
  Subset worst_subset = 0;
  double full = 0.0;  ///< all modalities
  /// Spread (largest − smallest) of mIoU over subsets of one modality; 0 for M = 1.
  double unimodal_bias = 0.0;
  /// mIoU_E(p) = Σ_S p^{M−|S|}(1−p)^{|S|} mIoU_S / (1 − p^M) for p of kMissingShares: each modality
  /// is missing with probability p, given that one is there.
  std::vector<double> expected;
};
inline constexpr double kMissingShares[] = {0.2, 0.1, 0.05};

double expected_miou(std::span<const double> miou, std::size_t modalities, double p);
SubsetScores subset_scores(std::span<const double> miou, std::size_t modalities);

/// Percentile interval of a statistic of images' confusion matrices, images drawn with replacement
/// by whole groups (a matrix is a sum over images, so drawing images is right here, unlike for
/// estimates from neighbours). `statistic` gets, for each draw, how often each image counts.
/// Fewer than two groups: nothing. Cost O(draws · cost of the statistic).
template <class Statistic>
std::optional<Interval> image_interval(std::span<const std::size_t> groups, std::uint64_t seed,
                                       Statistic&& statistic, std::size_t draws = 400);

/// How often each row counts in draw `index`.
std::vector<std::uint32_t> group_draw(std::span<const std::size_t> groups, std::uint64_t seed,
                                      std::size_t index);
/// 2.5 % and 97.5 % of the values, by linear interpolation.
Interval percentile95(std::vector<double> values);

template <class Statistic>
std::optional<Interval> image_interval(std::span<const std::size_t> groups, std::uint64_t seed,
                                       Statistic&& statistic, std::size_t draws) {
  bool several = false;
  for (const std::size_t g : groups) several = several || g != groups.front();
  if (!several) return std::nullopt;
  std::vector<double> values;
  for (std::size_t d = 0; d < draws; ++d) values.push_back(statistic(group_draw(groups, seed, d)));
  return percentile95(std::move(values));
}

}  // namespace cch
