#pragma once

#include <optional>
#include <vector>

#include "cch/criterion/levels.hpp"
#include "estimators/criterion/ranked_controls.hpp"

namespace cch::detail {

/// The pilot of a ranking.
struct RankedPilot {
  std::optional<PilotAlone> alone;
  std::vector<std::size_t> rows;        ///< as JudgedPilots
  std::vector<PilotEvidence> teachers;  ///< in the order of the input
  std::vector<PilotEvidence> controls;  ///< likewise
};

/// Trains the user's teachers, the two uninformed references (the student's own clone and noise)
/// and the controls in one pilot, which fits the student alone once. In more_labels references and
/// controls have a pilot of their own on the same rows. The controls of the references' names are
/// these references themselves. A pilot that the data do not allow leaves a warning.
RankedPilot ranked_pilot(const RankInput& input, const RankedControls& controls,
                         const RankOptions& options, const Execution& exec,
                         std::vector<Warning>& warnings);

/// Gain of `teacher` less that of `reference`, both from pilots on the same rows: paired by row, SE
/// by groups plus both parts that are due to other training sets, as if these were independent.
PilotGain gain_difference(const PilotTeacher& teacher, const PilotTeacher& reference,
                          const Groups& groups);

}  // namespace cch::detail
