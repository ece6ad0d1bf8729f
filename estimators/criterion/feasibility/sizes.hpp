#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/feasibility.hpp"
#include "estimators/criterion/feasibility/margin_power.hpp"

namespace cch::detail {

/// The smallest margin in favour at one planted number of rows, and what it was read from.
struct SizeFound {
  std::size_t rows = 0;
  std::size_t groups = 0;
  SmallestMargin above;
  Readings readings;
  std::string estimators = {};  ///< both names: `auto` may take others with fewer rows
};

/// TeacherPower::sizes, needed and what belongs to it, of one shape.
struct SizeForecast {
  std::vector<SizePoint> sizes;
  std::optional<SizePoint> needed;
  std::optional<std::size_t> needed_low;
  std::optional<std::size_t> needed_high;
  std::string needed_why_not;
};

/// `found` with rows ascending; the last stands for all `rows` of the question in `groups`. Sizes
/// of other estimators than the last one's say nothing about more rows.
SizeForecast forecast_sizes(const std::vector<SizeFound>& found, std::size_t rows,
                            std::size_t groups, const FeasibilityOptions& options);

}  // namespace cch::detail
