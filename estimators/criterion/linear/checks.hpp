#pragma once

#include <cstddef>
#include <string>

#include "cch/core/groups.hpp"

namespace cch::detail {

/// Groups that five outer folds with six parts of the rest can be made of.
inline constexpr std::size_t kFewestProbeGroups = 10;

/// Refuses unequal rows (data), too few groups (data) and fewer than two or more folds than groups
/// (usage).
void check_probe_input(std::size_t rows, std::size_t label_rows, const Groups& groups,
                       std::size_t folds);

/// A data Error unless `rows` equals `expected`.
void check_rows(const std::string& what, std::size_t rows, std::size_t expected);

}  // namespace cch::detail
