#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/groups.hpp"

namespace cch::detail {

/// Parts of the rows outside one outer fold. Two of them make an inner fold, so that a teacher can
/// be cross-fitted over the rest when one inner fold is held out.
inline constexpr std::size_t kParts = 6;
inline constexpr std::size_t kInnerFolds = 3;
inline constexpr std::size_t kTest = kParts;      ///< rows of the outer fold
inline constexpr std::size_t kFree = kParts + 1;  ///< rows whose group is in no fold

/// A set of zones, one bit each.
using ZoneSet = unsigned;
constexpr ZoneSet zone_bit(std::size_t zone) {
  return 1U << zone;
}
/// Zones of inner fold h.
constexpr ZoneSet inner_fold(std::size_t h) {
  return zone_bit(2 * h) | zone_bit(2 * h + 1);
}

/// Zone of every row for outer fold `test`: kTest inside it, parts 0..kParts−1 outside, whole
/// groups, stratified by class.
std::vector<std::size_t> zones_for(const std::vector<std::size_t>& fold, std::size_t test,
                                   const std::vector<int>& codes, std::size_t classes,
                                   const Groups& groups, std::uint64_t seed);

/// Rows for which zone is (not) in the set and `usable` is not 0, ascending.
std::vector<std::size_t> rows_inside(const std::vector<std::size_t>& zone, ZoneSet set,
                                     const std::vector<char>& usable);
inline std::vector<std::size_t> rows_outside(const std::vector<std::size_t>& zone, ZoneSet set,
                                             const std::vector<char>& usable) {
  return rows_inside(zone, ~set, usable);
}

}  // namespace cch::detail
