#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

namespace cch::detail {

/// Held-out rows of one model: the evidence of each member, the model's priors, the true classes.
struct HeldOut {
  std::vector<Eigen::MatrixXf> evidence;  ///< one n × K matrix a member
  Eigen::RowVectorXf log_prior;           ///< K
  std::span<const int> y;                 ///< n
};

struct Calibration {
  Eigen::VectorXd tau;         ///< inverse temperature of each member, ≥ 0
  double cross_entropy = 0.0;  ///< nats a row, on the rows it was fitted to
};

/// ln q(c|x) = ln π_c + Σ_m τ_m e_mc(x) − ln Σ_c', n × K: the members' probabilities pooled as a
/// weighted geometric mean, from which τ = 0 gives back the priors.
Eigen::MatrixXf pooled_log_probabilities(const HeldOut& rows, const Eigen::VectorXd& tau);

/// The τ ≥ 0 of least cross-entropy on held-out rows (a convex problem; Newton's method with step
/// halving; members whose τ would be negative are left out). Cost O(n K members²) an iteration.
Calibration calibrate(const std::vector<HeldOut>& blocks);

}  // namespace cch::detail
