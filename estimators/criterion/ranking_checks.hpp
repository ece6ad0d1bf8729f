#pragma once

#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"

namespace cch::detail {

/// Refuses inputs that cannot be ranked: unequal rows, equal names, one class (data Error with all
/// of them), no teacher (usage Error).
void check_input(const RankInput& input);

/// Refuses options without meaning for these inputs (usage Error).
void check_options(const RankInput& input, const RankOptions& options);

/// Reasons why nothing at all can be decided, at any level.
std::vector<std::string> why_unreliable(const RankInput& input);

}  // namespace cch::detail
