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
  std::string action;             ///< one thing to do where it is unclear
};

/// Largest share of distinct values at which 1-D integers are still taken as classes.
inline constexpr double kMaxDistinctShare = 0.05;

/// Rows that each of the codes 0, 1, 2, … (or 1, 2, …) must have on average to be classes.
inline constexpr double kRowsACode = 5.0;

/// Strings and booleans are discrete, and so are 1-D integers if they have at most 5 % distinct
/// values, or if these are 0..K−1 or 1..K with kRowsACode rows each on average (two codes: in 4
/// rows). Floats are continuous, unless they are few whole numbers (classes of a column that once
/// had a gap) or one-hot and multi-hot rows: those are unclear, as anything else. Few: at most 20
/// values with two rows each, or with kRowsACode rows each. NaN and infinite values say nothing.
/// Looks at the first `rows` rows (N × 1 counts as 1-D). Cost O(N log N + N·D).
LabelDecision decide_label_kind(const Array& labels, std::size_t rows);

/// Number of distinct values among the first `rows` rows of an array with one column.
std::size_t distinct_values(const Array& column, std::size_t rows);

}  // namespace cch
