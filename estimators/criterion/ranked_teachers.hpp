#pragma once

#include <string>
#include <vector>

#include "cch/criterion/levels.hpp"
#include "estimators/criterion/judged_teachers.hpp"

namespace cch::detail {

/// What one set of teachers, the user's or the controls, is ranked by: in the order of the input.
struct RankedTeachers {
  std::vector<MeasuredTeacher> measured;
  std::vector<TeacherEvidence> evidence;
  std::vector<std::size_t> order;  ///< by place, which is in measured[t].result.rank too
};

/// Decides every teacher and sorts them: verdict (distil, inconclusive, unreliable, do not distil),
/// then the gain or margin that decides, larger first. `measured` have their verdicts of the
/// representation level.
RankedTeachers ranked(std::vector<MeasuredTeacher> measured, std::vector<TeacherEvidence> evidence,
                      const RankOptions& options);

/// Pilot and prediction level in one piece a teacher, the rest empty.
std::vector<TeacherEvidence> evidence_of(JudgedPredictions predictions,
                                         const std::vector<PilotEvidence>& pilot);

/// Neighbours in the ranking, and the first against each.
std::vector<TeacherDifference> differences(const RankedTeachers& teachers, const Execution& exec);

/// Spearman's correlation of the margins of two rankings of the same teachers; nothing for fewer
/// than three and for equal margins.
std::optional<double> rank_correlation(const EstimatorRanking& a, const EstimatorRanking& b);

}  // namespace cch::detail
