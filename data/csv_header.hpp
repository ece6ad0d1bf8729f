#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cch::detail {

/// Signs that the first row of a table names its columns. Rows are fields, all of one length.

/// Without blanks around it, ASCII letters small.
std::string lower_case(std::string_view text);

/// A word that columns are often called: "id", "label", "split", …, in any case.
bool usual_name(std::string_view text);

/// The first field of the column is no number and every field below it is one.
bool numbers_below_a_name(const std::vector<std::vector<std::string_view>>& rows, std::size_t col);

/// The first word occurs once and every other word of the column at least twice.
bool words_repeat_below(const std::vector<std::vector<std::string_view>>& rows, std::size_t col);

/// The first row is "0", "1", … (after an empty field, or above numbers that are not whole).
bool counts_columns(const std::vector<std::vector<std::string_view>>& rows);

}  // namespace cch::detail
