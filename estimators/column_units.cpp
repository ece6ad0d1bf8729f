#include "cch/estimators/column_units.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace cch {
namespace {

constexpr double kLarge = 0x1p300;
constexpr double kSmall = 0x1p-300;
constexpr double kFarFromZero = 1e6;

/// (x − zero) / 2^exponent; halves first, as the difference of two large values may be infinite.
double in_units(double x, double zero, int exponent) {
  return std::ldexp(std::ldexp(x, -1) - std::ldexp(zero, -1), 1 - exponent);
}

}  // namespace

ColumnUnits::ColumnUnits(const Samples& x) {
  const MatrixView values = x.view();
  const auto first = values.row(0);
  std::vector<double> lowest(first.begin(), first.end());
  std::vector<double> highest = lowest;
  for (std::size_t i = 1; i < x.size(); ++i) {
    const auto row = values.row(i);
    for (std::size_t j = 0; j < x.dim(); ++j) {
      lowest[j] = std::min(lowest[j], row[j]);
      highest[j] = std::max(highest[j], row[j]);
    }
  }
  for (std::size_t j = 0; j < x.dim(); ++j) {
    const double largest = std::max(std::abs(lowest[j]), std::abs(highest[j]));
    const double half_reach =
        std::max(highest[j] / 2.0 - first[j] / 2.0, first[j] / 2.0 - lowest[j] / 2.0);
    if (half_reach == 0.0) continue;  // constant
    const bool far = largest > 2.0 * kFarFromZero * half_reach;
    const bool extreme = largest > kLarge || 2.0 * half_reach < kSmall;
    if (!far && !extreme) continue;
    unusual_.push_back({j, far ? first[j] : 0.0,
                        extreme ? std::ilogb(far ? half_reach : largest) : 0,
                        extreme ? largest : 0.0});
  }
}

std::string ColumnUnits::first_extreme() const {
  for (const Unusual& column : unusual_) {
    if (column.largest == 0.0) continue;
    char text[64];
    std::snprintf(text, sizeof text, "column %zu reaches %.3g", column.column, column.largest);
    return text;
  }
  return {};
}

Samples ColumnUnits::applied(const Samples& x) const {
  if (usual()) return x;
  Matrix out(x.size(), x.dim());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) out(i, j) = x(i, j);
    for (const Unusual& column : unusual_) {
      out(i, column.column) = in_units(x(i, column.column), column.zero, column.exponent);
    }
  }
  return Samples::from(std::move(out), x.name());
}

}  // namespace cch
