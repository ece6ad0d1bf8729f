#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"

namespace cch {

/// Fewest labels a class that choose_labelled() asks for: with one, a class is either learned or
/// tested.
inline constexpr std::size_t kFewestLabelsAClass = 2;

/// Which rows keep their label if only about `wanted` of them had one: a question about few labels
/// asked of rows that all have one. Ascending; the same rows for the same seed.
///
/// Rows are drawn at random, classes in the shares in which they occur. The i-th of the n_c rows of
/// class c in a random order, i = 1..n_c, has the place
///
///   (i − ½) / n_c,   or 0 for i ≤ kFewestLabelsAClass,
///
/// and the first `wanted` places are taken (apportionment by Webster's method, with a minimum).
/// Whole groups are drawn: a group belongs to the class that most of its rows have, and its place
/// is that of its middle row. Groups are taken, at least one, as long as the number of rows comes
/// nearer to `wanted`. Real-valued labels are one class.
///
/// Usage Error "bad-labelled": more rows than there are, or fewer than kFewestLabelsAClass for each
/// class that occurs. Cost: one sort.
std::vector<std::size_t> choose_labelled(const Variable& labels, const Groups& groups,
                                         std::size_t wanted, std::uint64_t seed);

}  // namespace cch
