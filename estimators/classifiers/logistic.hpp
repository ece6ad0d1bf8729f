#pragma once

#include <Eigen/Core>
#include <vector>

#include "estimators/classifiers/rule.hpp"
#include "estimators/classifiers/training.hpp"

namespace cch::detail {

/// A hundredth of what the label bound is read to, nats.
inline constexpr double kSmallestFall = 1e-5;

/// Multinomial logistic regression: minimises over W (q × K) and b
///
///   −(1/n) Σ_i ln softmax(x_iᵀW + b)_{y_i} + (s/2n) ‖W‖²
///
/// for each strength s, from the strongest to the weakest, each starting at the solution before.
/// L-BFGS, preconditioned by (c XᵀX/n + s/n I)⁻¹, which bounds the curvature; ends when the
/// objective falls by less than `smallest_fall` nats in an iteration, or after 60. Cost O(n q K) an
/// iteration. With soft labels (train.targets, row weights w_i = Σ_c target_ic) the first term is
/// −(1/n) Σ_i Σ_c target_ic ln softmax(x_iᵀW + b)_c. With `starts`, one rule a strength, each fit
/// begins there instead.
std::vector<Rule> fit_logistic(const TrainingSet& train, const std::vector<double>& strengths,
                               const std::vector<LinearRule>& starts = {},
                               double smallest_fall = kSmallestFall);

}  // namespace cch::detail
