#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"

namespace cch::detail {

/// m L⁻ᵀ for the covariance C = L Lᵀ of its columns: each column less what the columns before it
/// hold of it, at unit variance. So leading columns take nothing from those that may be noise.
Eigen::MatrixXd uncorrelated(const Eigen::MatrixXd& m);

/// The columns of m as normal scores; equal values share their middle rank.
Samples normal_scores(const Eigen::MatrixXd& m);

/// The same with equal values, up to the rounding of a projection, in an order that the seed draws,
/// where more than kRepeatedShare of a column repeat.
Samples normal_scores(const Eigen::MatrixXd& m, std::uint64_t tie_seed);

/// KSG1 of `count` neighbouring pairs of columns, all at once.
double pair_information(const Samples& u, const Samples& v, std::size_t first, std::size_t count,
                        const Groups& groups, std::size_t k, const Execution& exec);

/// −½ ln(1 − r_i²) − 1/(2n) of the leading pairs: what each says if it is normal, which is never
/// more than it does where both columns are normal scores, less what independent columns show.
std::vector<double> normal_readings(const Samples& u, const Samples& v, std::size_t count);

/// Σ −½ ln(1 − r_i²) over the leading pairs.
double gaussian_reading(const Eigen::MatrixXd& u, const Eigen::MatrixXd& v, std::size_t count);

/// What the sum of the first 1, 2, … `most` pairs may count twice, min(TC(U), TC(V)) to second
/// order; chance below 0 is not added back. Cost O(n most³) for all of them together.
std::vector<double> counted_twice(const Samples& u, const Samples& v, std::size_t most);

}  // namespace cch::detail
