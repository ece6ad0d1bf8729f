#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/criterion/pilot.hpp"

namespace cch::detail {

/// Gains of the inner students of one outer fold on its test rows: one list a student, every list
/// over `rows`.
struct InnerGains {
  std::vector<std::size_t> rows;
  std::vector<std::vector<double>> terms;
};

/// s², how far the gains of inner students lie apart on the same test rows, freed of what those
/// rows add by chance (pilot.hpp has the formula); mean over outer folds, at least 0.
double variance_between_students(const std::vector<InnerGains>& folds, const Groups& groups);

/// The gain with its interval: mean of the row terms, SE² = rows' + training's.
PilotGain gain_with_interval(std::span<const double> terms, const std::vector<InnerGains>& folds,
                             const Groups& groups);

}  // namespace cch::detail
