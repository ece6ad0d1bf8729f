#pragma once

#include <Eigen/Core>

#include "estimators/neural/preparation.hpp"

// Where the networks of a fold start: at a linear solution of the fitted rows, as far as the
// validation rows bear it out.

namespace cch::detail {

FloatMatrix to_floats(const Eigen::MatrixXd& m);

/// Canonical pairs of the whitened scores of both sides, whose `spread` the networks see them with:
/// sets a, b and rho of the fold.
void start_from_pairs(const Eigen::MatrixXd (&scores)[2], const Eigen::VectorXd (&spread)[2],
                      StartKind kind, const Groups& groups, NeuralFold& fold);

/// Linear discriminants of the fitted rows, T_c(x) = w_cᵀx + b_c, flattened by the factor that
/// suits the validation rows best: sets a and rho of the fold.
void start_from_discriminants(const Eigen::MatrixXd& scores, const Eigen::VectorXd& spread,
                              const NeuralData& data, NeuralFold& fold);

}  // namespace cch::detail
