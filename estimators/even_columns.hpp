#pragma once

#include <cstdint>
#include <vector>

#include "cch/core/matrix.hpp"

namespace cch::detail {

/// spread_over_columns, after which all columns have the same variance: further plane rotations,
/// each of a column below the mean variance with one above, set one variance to the mean (Bendel &
/// Mickey 1978, random correlation matrices with given eigenvalues). Columns that random rotations
/// alone leave with little of a leading direction would be blown up by ranks or z scores, and the
/// spectrum would be flat: 19 directions where 2 were planted. Nothing for an empty spectrum. Cost
/// O((N + D) D ln D).
void spread_evenly(Matrix& values, const std::vector<double>& spectrum, std::uint64_t seed);

}  // namespace cch::detail
