#pragma once

#include <Eigen/Core>

namespace cch::detail {

struct Spectrum {
  Eigen::VectorXd values;   ///< ascending
  Eigen::MatrixXf vectors;  ///< orthonormal columns that belong to the values
};

/// The `most` leading eigenpairs of a positive semidefinite r × r matrix: in full where r is near
/// `most`, else by four rounds of subspace iteration from a fixed start. The leading ones, which
/// matter, are then right to many digits; the last ones need not be. Cost O(r² most), or O(r³).
Spectrum leading(const Eigen::MatrixXd& matrix, Eigen::Index most);

}  // namespace cch::detail
