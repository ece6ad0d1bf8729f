#include "estimators/group_moves.hpp"

namespace cch::detail {

std::vector<std::size_t> rows_of_other_groups(const Groups& groups,
                                              const std::vector<std::size_t>& order,
                                              std::size_t by) {
  std::vector<std::size_t> out(groups.rows());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto own = groups.members(order[i]);
    const auto other = groups.members(order[(i + by) % order.size()]);
    for (std::size_t j = 0; j < own.size(); ++j) out[own[j]] = other[j % other.size()];
  }
  return out;
}

bool equally_large(const Groups& groups) {
  for (std::size_t g = 1; g < groups.count(); ++g) {
    if (groups.members(g).size() != groups.members(0).size()) return false;
  }
  return true;
}

}  // namespace cch::detail
