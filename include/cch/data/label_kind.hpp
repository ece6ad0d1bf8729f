#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cch/data/array.hpp"

namespace cch {

/// How labels are to be taken.
enum class LabelKind { automatic, continuous, discrete };

/// What an array of labels would be taken as under LabelKind::automatic, and why.
struct LabelDecision {
  std::optional<LabelKind> kind;  ///< continuous or discrete; nothing if it is unclear
  std::string reason;             ///< one clause, e.g. "10 distinct integers in 60000 rows"
};

/// Largest share of distinct values at which 1-D integers are still taken as classes.
inline constexpr double kMaxDistinctShare = 0.05;

/// Strings, booleans and 1-D integers with at most 5 % distinct values are discrete, floats
/// continuous; anything else is unclear. Looks at the first `rows` rows (N × 1 counts as 1-D). Cost
/// O(N log N).
LabelDecision decide_label_kind(const Array& labels, std::size_t rows);

/// Number of distinct values among the first `rows` rows of an array with one column.
std::size_t distinct_values(const Array& column, std::size_t rows);

}  // namespace cch
