#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"

// Data changed so that a law says what becomes of their information. Cost O(N D) each.

namespace cch::detail {

using Rows = std::vector<std::size_t>;

/// x beside `columns` columns of normal noise.
Samples beside_noise(const Samples& x, std::size_t columns, std::uint64_t seed);
/// Normal noise of standard deviation 1 on every value.
Samples blurred(const Samples& x, std::uint64_t seed);
/// Half of the columns, at least one, drawn at random.
Samples half_of_columns(const Samples& x, std::uint64_t seed);
/// Columns in reverse order, times −3, plus 5.
Samples mirrored(const Samples& x);
/// An orthogonal map of the columns: eight random reflections, no D × D matrix.
Samples rotated(const Samples& x, std::uint64_t seed);

/// Classes 2c and 2c + 1 become one.
ClassLabels merged_in_pairs(const ClassLabels& labels);
/// Class c becomes class K − 1 − c.
ClassLabels renamed(const ClassLabels& labels);

/// All rows, group after group, groups in a random order.
Rows by_group(const Groups& groups, std::uint64_t seed);
/// For every row one of another group: rows_of_other_groups, half of the groups away in a random
/// order.
Rows turned(const Groups& groups, std::uint64_t seed);

}  // namespace cch::detail
