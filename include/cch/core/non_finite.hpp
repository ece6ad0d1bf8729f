#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/core/error.hpp"

namespace cch {

/// Where an N × D array has NaN and infinite values, and what to do about them.
class NonFinite {
 public:
  explicit NonFinite(std::size_t cols) : of_column_(cols, 0) {}

  /// Column j of row i is not finite; rows in ascending order.
  void take(std::size_t i, std::size_t j);
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t first_row() const { return first_row_; }
  [[nodiscard]] std::size_t first_column() const { return first_column_; }
  void set_first_row(std::size_t row) { first_row_ = row; }

  /// "non-finite-value" of an array of so many rows. Columns without a finite value are named: they
  /// are to be dropped, the rows of other values to be dropped or filled in.
  [[nodiscard]] Fault fault(const std::string& name, std::size_t rows) const;

 private:
  std::vector<std::size_t> of_column_;
  std::size_t count_ = 0;
  std::size_t first_row_ = 0;
  std::size_t first_column_ = 0;
};

}  // namespace cch
