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
  for (std::size_t j = 0; j < x.dim(); ++j) {
    const double first = values(0, j);
    double largest = 0.0;
    double reach = 0.0;  // half of it
    for (std::size_t i = 0; i < x.size(); ++i) {
      largest = std::max(largest, std::abs(values(i, j)));
      reach = std::max(reach, std::abs(std::ldexp(values(i, j), -1) - std::ldexp(first, -1)));
    }
    if (reach == 0.0) continue;  // constant
    const bool far = largest > 2.0 * kFarFromZero * reach;
    const bool extreme = largest > kLarge || 2.0 * reach < kSmall;
    if (!far && !extreme) continue;
    unusual_.push_back({j, far ? first : 0.0, extreme ? std::ilogb(far ? reach : largest) : 0,
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
