#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/core/samples.hpp"

namespace cch {

/// Units of the columns of one variable in which its numbers are of usual size. Squares of values
/// beyond 1e154 are infinite and those below 1e-162 are 0, and of values far from zero sums lose
/// the digits in which they differ. What is standardised later does not depend on units, so columns
/// whose distance from zero is more than a million times their spread are moved by their first
/// value, and those beyond 2^±300 are brought to about 1 by a power of two; neither costs digits.
/// Other columns, hence nearly all variables, stay as they are.
class ColumnUnits {
 public:
  /// Cost O(N D).
  explicit ColumnUnits(const Samples& x);

  /// Whether all columns stay as they are.
  [[nodiscard]] bool usual() const { return unusual_.empty(); }
  /// In words the first column, counted from 0, that was not only moved; empty: none.
  [[nodiscard]] std::string first_extreme() const;
  /// Further rows of the same variable in these units; shares its values where all are usual.
  [[nodiscard]] Samples applied(const Samples& x) const;

 private:
  struct Unusual {
    std::size_t column = 0;
    double zero = 0.0;     // the value that becomes 0
    int exponent = 0;      // of the power of two that divides what is left
    double largest = 0.0;  // absolute value of a column that is not only moved
  };
  std::vector<Unusual> unusual_;
};

}  // namespace cch
