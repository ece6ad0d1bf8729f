#pragma once

#include <Eigen/Core>
#include <vector>

#include "estimators/classifiers/rule.hpp"
#include "estimators/classifiers/tiled_rows.hpp"
#include "estimators/classifiers/training.hpp"

namespace cch::detail {

/// A hundredth of what the label bound is read to, nats.
inline constexpr double kSmallestFall = 1e-5;

/// Multinomial logistic regression: minimises over W (q × K) and b
///
///   −(1/n) Σ_i ln softmax(x_iᵀW + b)_{y_i} + (s/2n) ‖W‖²
///
/// for one strength s after another, each starting at the solution before. L-BFGS, preconditioned
/// by (c XᵀX/n + s/n I)⁻¹, which bounds the curvature; ends when the objective falls by less than
/// `smallest_fall` nats in an iteration, or after 60. Cost O(n q K) an iteration. With soft labels
/// (train.targets, row weights w_i = Σ_c target_ic) the first term is
/// −(1/n) Σ_i Σ_c target_ic ln softmax(x_iᵀW + b)_c.
class LogisticPath {
 public:
  /// `train` is not copied.
  explicit LogisticPath(const TrainingSet& train, double smallest_fall = kSmallestFall);

  /// The solution at a strength; begins at `start`, if given.
  LinearRule fit(double strength, const LinearRule* start = nullptr);

 private:
  const TrainingSet& train_;
  double smallest_fall_;
  TiledRows x_;
  Eigen::RowVectorXf priors_;
  Eigen::MatrixXf p_;  // (q + 1) × K, the last row is b
};

/// One rule a strength, from the strongest to the weakest.
std::vector<Rule> fit_logistic(const TrainingSet& train, const std::vector<double>& strengths,
                               double smallest_fall = kSmallestFall);

}  // namespace cch::detail
