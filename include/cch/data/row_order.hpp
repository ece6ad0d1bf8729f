#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"

namespace cch {

/// Columns whose values only rise, or only fall, from each row to the next, as a row number, a time
/// stamp or a frame number does. None below 8 rows, where chance does it. Cost O(N·D) at most.
std::vector<std::size_t> columns_in_row_order(const Samples& x);

/// True if rows lie in the order of their labels. Classes: there are R runs of equal neighbours,
/// and
///
///   R ≤ ½ (1 + N (1 − Σ_c p_c²)),   p_c = N_c / N,
///
/// half of the runs that a random order has on average. Real values of one column: they never fall,
/// or never rise. Cost O(N).
bool labels_in_row_order(const Variable& labels);

/// Warning "column-follows-rows" where both are so: such a column tells the label of a row by its
/// place in the file alone. `name` stands for x in the message.
std::optional<Warning> look_at_row_order(const Samples& x, const std::string& name,
                                         const Variable& labels);

}  // namespace cch
