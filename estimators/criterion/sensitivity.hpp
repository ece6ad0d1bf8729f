#pragma once

#include <vector>

#include "cch/criterion/ranking.hpp"
#include "estimators/criterion/representation.hpp"

namespace cch::detail {

/// I(teacher; student) on a quarter and a half of the groups (means over all disjoint parts) and on
/// all of them, and for k ∈ {3, 5, 10, 20}: point estimates on at most 2000 rows, cca-ksg with one
/// random split.
EstimateCurves estimate_curves(const RepresentationLevel& level, const MeasuredTeacher& teacher,
                               const Execution& exec);

/// The margins of all teachers by what `auto` picks, ksg1 and gaussian-copula (I(S;Y) by `auto`),
/// on four kinds of preprocessing, and on the rank scale for k ∈ {3, 5, 10} where there are
/// neighbours: point estimates on at most 2000 rows (whole groups at random), teachers in the order
/// of `order`. What refuses these rows is left out of the grid, each reason told once.
std::vector<SensitivityRow> sensitivity_grid(const RankInput& input,
                                             const std::vector<std::size_t>& order,
                                             std::vector<Warning>& warnings, const Execution& exec);

}  // namespace cch::detail
