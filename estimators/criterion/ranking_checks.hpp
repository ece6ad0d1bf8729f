#pragma once

#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"

namespace cch::detail {

/// Refuses inputs that cannot be ranked: unequal rows, equal names, one class (data Error with all
/// of them), no teacher (usage Error).
void check_input(const RankInput& input);

/// Why nothing can be said of a teacher that was trained with the labels of these rows.
std::string saw_rows_reason(const std::string& teacher);

/// Refuses options without meaning for these inputs (usage Error).
void check_options(const RankInput& input, const RankOptions& options);

}  // namespace cch::detail
