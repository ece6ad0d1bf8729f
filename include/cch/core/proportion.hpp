#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "cch/core/estimate.hpp"

namespace cch {

/// Wilson's 95 % interval of a share of k cases in n (1927), z = 1.96; nothing for n = 0:
///
///   (k/n + z²/2n ± z √(k(n − k)/n³ + z²/4n²)) / (1 + z²/n)
inline std::optional<Interval> wilson95(std::size_t k, std::size_t n) {
  if (n == 0) return std::nullopt;
  constexpr double kZ = 1.959963984540054;  // two-sided 95 % of the normal distribution
  const auto count = static_cast<double>(n);
  const double share = static_cast<double>(k) / count;
  const double shrink = 1.0 + kZ * kZ / count;
  const double centre = (share + kZ * kZ / (2.0 * count)) / shrink;
  const double half =
      kZ * std::sqrt(share * (1.0 - share) / count + kZ * kZ / (4.0 * count * count)) / shrink;
  return Interval{std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace cch
