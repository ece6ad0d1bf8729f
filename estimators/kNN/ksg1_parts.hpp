#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"
#include "cch/estimators/ksg1.hpp"

namespace cch::detail {

/// All rows in disjoint parts of whole groups.
using Partition = std::vector<std::vector<std::size_t>>;

/// KSG1 of every part of every partition, one after the other: to the bit what ksg1 gives for the
/// rows of the part alone. Neighbours are searched once among all rows: the k nearest of the own
/// part are nearly always among the 10 k nearest of all, for as few parts as four; rows of which
/// this is not true ask for four times as many. Sorted columns are sorted once. Costs about two to
/// four estimates from all rows for fifteen partitions. Empty where another search is quicker for
/// these rows (many columns), a part has too few rows, not every row would be a query, or ties go
/// in random orders: then ask for the parts one by one.
std::optional<std::vector<double>> ksg1_on_parts(const Samples& x, const Samples& y,
                                                 const Groups& groups,
                                                 std::span<const Partition> partitions,
                                                 const Ksg1Options& options, const Execution& exec);

}  // namespace cch::detail
