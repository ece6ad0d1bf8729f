#pragma once

#include <cmath>
#include <span>

#include "cch/gaussian/simulate_risk.hpp"

namespace cch::detail {

/// Mean and standard error of at least two independent values, summed in their order.
inline SimulatedValue mean_of(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (n * (n - 1.0)))};
}

}  // namespace cch::detail
