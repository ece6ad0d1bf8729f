#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"

namespace cch::detail {

/// Scores of the leading principal components of x (N × D), at most `components` of them, each with
/// mean 0 and variance 1. Directions with less than 1e-10 of the largest variance are left out, so
/// the result may have fewer columns, and none if x is constant. Up to 200 columns by the exact
/// decomposition of the covariance, above by randomised subspace iteration (Halko, Martinsson &
/// Tropp 2011) in single precision, with the same bits for any number of threads. Labels never
/// enter, so the scores may be computed from all rows before a cross-fit. Cost O(N D² + D³) exact,
/// O(N D q) randomised; memory O((N + D) q) beyond the input.
Eigen::MatrixXd principal_components(MatrixView x, std::size_t components, std::uint64_t seed,
                                     const Execution& exec);
/// On one thread.
Eigen::MatrixXd principal_components(MatrixView x, std::size_t components, std::uint64_t seed);

}  // namespace cch::detail
