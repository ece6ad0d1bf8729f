#include "data/column.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/text.hpp"

namespace cch::detail {

std::size_t rows_taken(std::size_t rows, const LoadOptions& options) {
  return options.max_rows == 0 ? rows : std::min(rows, options.max_rows);
}

Matrix take_matrix(Opened& opened, const LoadOptions& options) {
  if (opened.computed) return std::move(*opened.computed);
  return opened.array.matrix(rows_taken(opened.array.rows(), options));
}

void refuse_scalar(const Opened& opened) {
  if (!opened.info.shape.empty()) return;
  refuse_data("zero-dimensional", "this is a single number, not an array of rows", opened.where,
              "rows are the first index", "Save an array of shape (N, D)");
}

void warn_about_conversion(Opened& opened, std::size_t rows, Pool pool) {
  const Array& array = opened.array;
  const auto& warnings = opened.info.warnings;
  const bool said =
      pool == Pool::flatten || (!warnings.empty() && warnings.back().code == "sequence-flattened");
  if (array.shape().size() > 2 && !said) {
    opened.info.warnings.push_back({"flattened", opened.where + ": shape " +
                                                     shape_text(array.shape()) + " taken as " +
                                                     std::to_string(array.rows()) + " rows of " +
                                                     std::to_string(array.cols()) + " values"});
  }
  if (!array.rounds_to_double(rows)) return;
  opened.info.warnings.push_back(
      {"rounded-integers",
       opened.where + ": integers beyond 2^53 were rounded to double precision"});
}

void refuse_missing(const Opened& opened, const std::string& what, std::size_t rows,
                    const std::string& action) {
  if (opened.array.dtype() != DType::text) return;
  std::size_t first = rows;
  std::size_t count = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (!trimmed(opened.array.text_at(i)).empty()) continue;
    if (count++ == 0) first = i;
  }
  if (count == 0) return;
  refuse_data("missing-" + what, "row " + std::to_string(first) + " (from 0) has no " + what,
              opened.where + "; " + std::to_string(count) + " of " + std::to_string(rows) + " rows",
              "every row needs one", action);
}

void refuse_fractions(const Opened& opened, const std::string& what, std::size_t rows) {
  if (!is_float(opened.array.dtype())) return;
  const Matrix values = opened.array.matrix(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    if (std::isfinite(values(i, 0)) && std::trunc(values(i, 0)) == values(i, 0)) continue;
    refuse_data(what + "s-not-whole", what + "s that are not whole numbers",
                opened.where + ", row " + std::to_string(i) + " holds " + opened.array.text_at(i),
                "equal values must mean the same " + what, "Give integers or strings");
  }
}

std::vector<std::string> column_texts(const Array& column, std::size_t rows) {
  std::vector<std::string> texts(rows);
  std::vector<double> values(is_float(column.dtype()) ? rows : 0);
  if (!values.empty()) column.to_doubles(0, rows, values);
  for (std::size_t i = 0; i < rows; ++i) {
    const bool small = !values.empty() && std::abs(values[i]) < 0x1p63;
    texts[i] = small ? std::to_string(static_cast<long long>(values[i])) : column.text_at(i);
  }
  return texts;
}

}  // namespace cch::detail
