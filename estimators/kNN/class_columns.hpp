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

/// Class labels as one column whose values differ by more than `range` between classes, so that in
/// the maximum norm with columns of that range rows of another class are always farther than the
/// own.
inline Matrix class_column(const ClassLabels& labels, double range) {
  Matrix column(labels.size(), 1);
  const double step = 2.0 * range + 1.0;
  for (std::size_t i = 0; i < labels.size(); ++i) column(i, 0) = step * labels[i];
  return column;
}

}  // namespace cch::detail
