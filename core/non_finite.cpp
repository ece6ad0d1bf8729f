#include "cch/core/non_finite.hpp"

#include <algorithm>

namespace cch {
namespace {

constexpr std::size_t kColumnsShown = 10;

std::string listed(const std::vector<std::size_t>& columns) {
  std::string out;
  for (std::size_t i = 0; i < std::min(columns.size(), kColumnsShown); ++i) {
    out += (i > 0 ? ", " : "") + std::to_string(columns[i]);
  }
  if (columns.size() > kColumnsShown) out += ", …";
  return out;
}

}  // namespace

void NonFinite::take(std::size_t i, std::size_t j) {
  if (count_++ == 0) {
    first_row_ = i;
    first_column_ = j;
  }
  ++of_column_[j];
}

Fault NonFinite::fault(const std::string& name, std::size_t rows) const {
  std::vector<std::size_t> empty;
  for (std::size_t j = 0; j < of_column_.size(); ++j) {
    if (of_column_[j] == rows) empty.push_back(j);
  }
  std::string where = "first at row " + std::to_string(first_row_) + ", column " +
                      std::to_string(first_column_) + " (from 0); " + std::to_string(count_) +
                      " of " + std::to_string(rows * of_column_.size()) + " values";
  std::string action = "Impute or drop these rows in all files before ranking";
  const bool many = empty.size() > 1;
  if (rows > 1 && empty.size() == of_column_.size()) {
    action = "Check the export: no column has a finite value";
  } else if (rows > 1 && !empty.empty()) {
    const std::string columns = (many ? "columns " : "column ") + listed(empty);
    where += "; " + columns + (many ? " have" : " has") + " no finite value at all";
    action = "Drop " + columns + ", e.g. numpy.delete(x, [" + listed(empty) + "], axis=1)";
    if (count_ > empty.size() * rows) action += ", and impute or drop the rows of the others";
  }
  return {"non-finite-value", name + " contains NaN or infinite values", where,
          "neighbour searches and covariances would be wrong without any sign", action};
}

}  // namespace cch
