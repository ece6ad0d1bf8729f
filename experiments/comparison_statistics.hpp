#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "cch/core/estimate.hpp"

namespace cch::detail {

/// Two sequences as dense ranks, ties alike, so that a weighted statistic needs no sorting.
struct RankedPairs {
  std::vector<std::size_t> x;      ///< 0..x_levels−1
  std::vector<std::size_t> y;      ///< 0..y_levels−1
  std::vector<std::size_t> order;  ///< by x
  std::size_t x_levels = 0;
  std::size_t y_levels = 0;
};
/// Neither may hold a NaN. Cost O(n log n).
RankedPairs rank_pairs(std::span<const double> x, std::span<const double> y);

/// Kendall's τ_b of cases with multiplicities w: copies of one case are tied in both.
///
///   Σ_{i<j} w_i w_j sgn(x_i − x_j) sgn(y_i − y_j) / √(Σ_{i<j} w_i w_j [x_i ≠ x_j] · same for y)
///
/// Nothing if one is constant. Cost O(n log n) (Knight 1966, with a Fenwick tree).
std::optional<double> weighted_tau_b(const RankedPairs& pairs, std::span<const double> weight);

/// Area under the ROC curve of x for sign > 0 against sign < 0, ties counting half; sign 0 is left
/// out. Nothing without both kinds. Cost O(n).
std::optional<double> weighted_auroc(const RankedPairs& pairs, std::span<const int> sign,
                                     std::span<const double> weight);

struct Line {
  double slope = 0.0;
  double intercept = 0.0;
};
/// Weighted least squares of y on x; nothing where x has one value.
std::optional<Line> weighted_line(std::span<const double> x, std::span<const double> y,
                                  std::span<const double> weight);

/// The 2.5 and 97.5 % points of those values that exist; nothing where they are fewer than half.
std::optional<Interval> bootstrap_interval(std::span<const std::optional<double>> values);

}  // namespace cch::detail
