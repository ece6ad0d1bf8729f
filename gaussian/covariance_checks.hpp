#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "cch/core/matrix.hpp"
#include "cch/gaussian/joint_gaussian.hpp"

namespace cch::detail {

/// Below this smallest eigenvalue of the correlations a covariance counts as singular: rounding in
/// a determinant is about 1e-16 divided by it, so six digits of an information are left.
inline constexpr double kSmallestEigenvalue = 1e-10;

/// Refuses shapes, names, NaN, asymmetry and variances that are not positive; see
/// JointGaussian::from.
void check_covariance(const Matrix& covariance, const std::vector<GaussianBlock>& blocks,
                      const std::string& name);

/// Refuses correlations whose smallest eigenvalue is below kSmallestEigenvalue, or below
/// 2 √D entry_error, what errors of that size in D × D entries make of an eigenvalue 0. Names the
/// blocks.
/// `lower_bound` is one of that eigenvalue, up to a small factor (0 where there is no Cholesky
/// factor): eigenvalues are computed only where it leaves a doubt.
void check_definite(const Eigen::MatrixXd& correlations, const std::vector<GaussianBlock>& blocks,
                    double lower_bound, double entry_error, const std::string& name);

}  // namespace cch::detail
