#pragma once

#include <Eigen/Core>

namespace cch::detail {

/// A = V diag(λ) Vᵀ of a symmetric A.
struct SymmetricEigen {
  Eigen::VectorXd values;   ///< λ, rising
  Eigen::MatrixXd vectors;  ///< V, orthonormal columns in the order of the values
};

/// Tridiagonal QR (Eigen::SelfAdjointEigenSolver) on the lower triangle of `a`. Compiled once: the
/// template costs seconds in every file that names it. Cost O(D³).
SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& a);

/// λ alone, rising: a third of the cost. Its last digits may differ from those of symmetric_eigen.
Eigen::VectorXd symmetric_eigenvalues(const Eigen::MatrixXd& a);

}  // namespace cch::detail
