#pragma once

#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"
#include "estimators/criterion/representation.hpp"

namespace cch::detail {

/// Teachers measured and judged at the level of representations.
struct JudgedTeachers {
  std::vector<MeasuredTeacher> teachers;
  std::vector<Warning> error_bars;  ///< margins without one
  std::vector<Warning> planted;     ///< what could not be planted
};

/// The one rule of the representation level: every teacher measured, p values adjusted (unless
/// options.holm is off), planted bias (if `planted`), verdict. `features` on the scale of `level`,
/// in the order of `teachers`, which give the names.
JudgedTeachers judged_teachers(const RepresentationLevel& level,
                               const std::vector<Modality>& teachers,
                               const std::vector<Samples>& features, const RankOptions& options,
                               bool planted, const std::vector<std::string>& unreliable,
                               const Execution& exec);

/// Holm's adjustment over the teachers, in place.
void adjust_over_teachers(std::vector<MeasuredTeacher>& teachers);

/// The teachers by one estimator in the order given: its names and reasons, and their results.
EstimatorRanking ranking_of(const RepresentationLevel& level,
                            const std::vector<MeasuredTeacher>& teachers,
                            const std::vector<std::size_t>& order);

}  // namespace cch::detail
