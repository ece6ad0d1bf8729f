#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "cch/core/execution.hpp"
#include "cch/core/samples.hpp"
#include "estimators/math.hpp"

namespace cch::detail {

/// Writes the columns of x with mean 0 and variance 1 (N in the denominator) into z from column
/// `first` on. Throws a data Error that names the first column that is constant up to rounding.
void standardise_into(const Samples& x, RowMajorMatrix& z, Eigen::Index first);

/// ZᵀZ / N as a full symmetric matrix; for standardised columns the correlations R. Work is cut
/// into tiles of columns, so the result does not depend on the number of threads. Cost O(N D²).
Eigen::MatrixXd second_moments(const RowMajorMatrix& z, const Execution& exec);

/// E ln det C − ln det Σ for the sample covariance of `rows` Gaussian rows in `columns` dimensions:
/// columns · ln(2/(N − 1)) + Σ_i ψ((N − i)/2).
double log_det_bias(std::size_t rows, std::size_t columns);

/// The shrinkage intensity λ of R* = (1 − λ) R + λ I for standardised columns Z (N × D), the
/// minimiser of E‖R* − P‖² (Ledoit & Wolf 2004, with the diagonal as the target as in Schäfer &
/// Strimmer 2005; on standardised columns the diagonal is the identity):
///
///   λ = min(1, Σ_{a≠b} v_ab / Σ_{a≠b} r_ab²),   v_ab = Σ_i (z_ia z_ib − r_ab)² / (N (N − 1))
///
/// Cost O(N D + D²), since Σ_{a≠b} (z_ia z_ib)² = (Σ_a z_ia²)² − Σ_a z_ia⁴.
double shrinkage_intensity(const RowMajorMatrix& z, const Eigen::MatrixXd& r);

}  // namespace cch::detail
