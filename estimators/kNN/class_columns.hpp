#pragma once

#include <algorithm>

#include "cch/core/labels.hpp"
#include "cch/core/matrix.hpp"

namespace cch::detail {

/// Largest difference of two rows in one column.
inline double widest_range(MatrixView m) {
  double widest = 0.0;
  for (std::size_t d = 0; d < m.cols(); ++d) {
    double low = m(0, d);
    double high = low;
    for (std::size_t i = 1; i < m.rows(); ++i) {
      low = std::min(low, m(i, d));
      high = std::max(high, m(i, d));
    }
    widest = std::max(widest, high - low);
  }
  return widest;
}

/// Class labels as the binary digits of their codes, one column a digit, each 0 or 2·range + 1: in
/// the maximum norm all pairs of different classes are equally far apart, and farther than any two
/// rows of columns of that range.
inline Matrix class_column(const ClassLabels& labels, double range) {
  std::size_t digits = 1;
  while ((std::size_t{1} << digits) < labels.classes()) ++digits;
  Matrix columns(labels.size(), digits);
  const double step = 2.0 * range + 1.0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t d = 0; d < digits; ++d) columns(i, d) = (labels[i] >> d & 1) != 0 ? step : 0.0;
  }
  return columns;
}

}  // namespace cch::detail
