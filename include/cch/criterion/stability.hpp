#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"
#include "cch/estimators/error_bars.hpp"

namespace cch {

/// How firmly one teacher holds its place.
struct PlaceStability {
  double top1 = 0.0;      ///< P(first), share of the draws
  std::size_t best = 1;   ///< 95 % interval of the rank, 1 = first: 2.5 % quantile of the draws
  std::size_t worst = 1;  ///< 97.5 % quantile
  double mean_rank = 1.0;
};

struct RankStability {
  std::vector<PlaceStability> teachers;  ///< in the order of the input
  std::size_t draws = 0;
  std::string method;  ///< in words
};

inline constexpr std::size_t kStabilityDraws = 10'000;

/// Ranks of θ*_t = θ_t + √(ν/χ²_ν) Σ_r D_tr z_r, z ~ N(0, I): a multivariate t with covariance
/// D Dᵀ about the estimates, seeded. `deviations` is D, teachers × replicates; equal values share
/// their place by input order. ν is rounded down, at least 1. Cost O(draws · T · R), parallel in
/// chunks; bitwise equal for any number of threads.
RankStability rank_stability(std::span<const double> values, MatrixView deviations,
                             double degrees_of_freedom, const Execution& exec,
                             std::size_t draws = kStabilityDraws);

/// The same for measured I(teacher; student) on common rows (I(student; labels) cancels in every
/// comparison of margins). D holds the deviations of the replicates that the error bar of
/// error_bars.hpp uses, so that each teacher has the variance of its error bar and the covariances
/// come from the same parts or blocks. Sampling only: what the estimators' biases do to the order
/// is not in it. Nothing, with the reason, where there are too few rows or groups.
std::optional<RankStability> rank_stability(std::span<const Measurement* const> teachers,
                                            const Execution& exec, std::string* why_not = nullptr);

}  // namespace cch
