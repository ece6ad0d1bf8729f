#pragma once

#include <string>
#include <vector>

#include "data/open.hpp"

namespace cch::detail {

/// Rows that are read of `rows` stored ones.
std::size_t rows_taken(std::size_t rows, const LoadOptions& options);
Matrix take_matrix(Opened& opened, const LoadOptions& options);

/// Data Error "zero-dimensional".
void refuse_scalar(const Opened& opened);
/// Adds the warnings "flattened" (unless asked for) and "rounded-integers" where they apply.
void warn_about_conversion(Opened& opened, std::size_t rows, Pool pool = Pool::none);

// Columns of labels, groups or identifiers; `what` is "label", "group" or "id".

/// Data Error "missing-<what>" for empty strings: the first row and how many there are.
void refuse_missing(const Opened& opened, const std::string& what, std::size_t rows,
                    const std::string& action);
/// Data Error "<what>s-not-whole" for floats that are not whole numbers.
void refuse_fractions(const Opened& opened, const std::string& what, std::size_t rows);
/// Rows' values as text; whole floats in the form of integers.
std::vector<std::string> column_texts(const Array& column, std::size_t rows);

}  // namespace cch::detail
