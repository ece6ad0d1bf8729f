#pragma once

#include <cstddef>
#include <vector>

#include "cch/core/groups.hpp"

namespace cch::detail {

/// For every row one of another group: the group at place i of `order` gets rows of the one `by`
/// places on, from its first again where it has fewer. Each group meets exactly one other, as its
/// own rows meet each other: what groups show by chance alone is then as large as in the data,
/// which it is not where a group meets parts of several. 0 < by < groups; `order` holds every group
/// once.
std::vector<std::size_t> rows_of_other_groups(const Groups& groups,
                                              const std::vector<std::size_t>& order,
                                              std::size_t by);

/// Whether all groups have as many rows, so that such a move is a permutation of the rows.
bool equally_large(const Groups& groups);

}  // namespace cch::detail
