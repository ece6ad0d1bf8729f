#pragma once

#include <Eigen/Core>

namespace cch::detail {

/// The first `columns` columns of Q in A = Q R by Householder reflections (Eigen::HouseholderQR),
/// compiled once for each precision. A is m × n, columns ≤ m. Cost O(m n²).
Eigen::MatrixXd householder_q(const Eigen::MatrixXd& a, Eigen::Index columns);
Eigen::MatrixXf householder_q(const Eigen::MatrixXf& a, Eigen::Index columns);

}  // namespace cch::detail
