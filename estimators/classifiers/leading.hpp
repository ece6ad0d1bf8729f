#pragma once

#include <Eigen/Core>

#include "cch/core/execution.hpp"

namespace cch::detail {

struct Spectrum {
  Eigen::VectorXd values;   ///< ascending
  Eigen::MatrixXf vectors;  ///< orthonormal columns that belong to the values
};

/// The `most` leading eigenpairs of a positive semidefinite r × r matrix: in full where r is near
/// `most`, else by four rounds of subspace iteration from a fixed start. The leading ones, which
/// matter, are then right to many digits; the last ones need not be. Cost O(r² most), or O(r³).
Spectrum leading(const Eigen::MatrixXd& matrix, Eigen::Index most);

/// The `most` leading right singular vectors of z (n × D), D × q, and their σ². Where min(n, D) is
/// above 1024 by two rounds of randomised subspace iteration on z itself, else by leading() of zᵀz
/// or z zᵀ. Fewer than `most` where σ² falls below 1e-6 of the largest. Cost O(n D most), or
/// O(n D min(n, D)).
Spectrum leading_right(const Eigen::MatrixXf& z, Eigen::Index most, const Execution& exec);

}  // namespace cch::detail
