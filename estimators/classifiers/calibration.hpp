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
  double doubt = 0.0;          ///< ε, the share of rows the members know nothing about
};

/// The τ ≥ 0 of least cross-entropy on held-out rows for ln q(c|x) = ln π_c + Σ_m τ_m e_mc(x) − ln
/// Σ_c': the members' probabilities pooled as a weighted geometric mean, from which τ = 0 gives
/// back the priors. A convex problem; Newton's method with step halving. Cost O(n K members²) an
/// iteration.
Calibration calibrate(const std::vector<HeldOut>& blocks);

/// Chooses ε for (1 − ε) q(c|x) + ε π_c on the same rows, from a grid that begins just above 0: a
/// row unlike all training rows then costs −ln ε, not an unbounded amount. Updates the
/// cross-entropy.
void add_doubt(const std::vector<HeldOut>& blocks, Calibration& calibration);

/// ln of the calibrated class probabilities, n × K.
Eigen::MatrixXd log_probabilities(const HeldOut& rows, const Calibration& calibration);

}  // namespace cch::detail
