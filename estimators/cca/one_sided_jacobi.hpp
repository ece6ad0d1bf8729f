#pragma once

#include <Eigen/Core>

namespace cch::detail {

/// Thin singular value decomposition A = U diag(σ) Vᵀ.
struct SingularValues {
  Eigen::MatrixXd u;      ///< m × r, orthonormal columns, r = min(m, n)
  Eigen::VectorXd sigma;  ///< r, falling
  Eigen::MatrixXd v;      ///< n × r, orthonormal columns
};

/// One-sided Jacobi (Hestenes 1958; Demmel & Veselić 1992): columns are rotated in pairs until all
/// are orthogonal to each other, to a relative 1e-15. Singular values below r·1e-16 of the largest
/// are rounding, and their vectors only complete the basis. Cost O(m n r) a sweep, mostly 6 to 10
/// sweeps: as quick as divide and conquer to some 100 columns, and compiled in a twentieth of its
/// time.
SingularValues one_sided_jacobi(const Eigen::MatrixXd& a);

}  // namespace cch::detail
