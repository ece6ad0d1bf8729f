#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace cch {

/// Levenshtein distance of two byte strings: insertions, deletions and substitutions count 1 each.
/// Cost O(|a|·|b|).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name closest to `name` by edit distance (the first of several), or "" without names. Bounded
/// in cost: of the first 20 000 names, by their first 200 bytes.
std::string nearest_name(std::string_view name, std::span<const std::string> names);

}  // namespace cch
