#pragma once

#include <vector>

#include "cch/criterion/chance.hpp"
#include "cch/experiments/network_pilot.hpp"
#include "cch/experiments/unit.hpp"

namespace cch {

/// What is known of one teacher of a unit before training, for the chance that it helps.
struct UnitEvidence {
  RunTeacher teacher;
  ChanceEvidence evidence;
};

/// Counts up when the same rows give other evidence, so that numbers by two rules are not mixed.
inline constexpr int kEvidenceFormat = 2;

/// The evidence of every teacher in every scenario of the study, on the labelled rows of the unit
/// (its own scenario is not read): a pilot of the study's own networks and training; of linear
/// students also the linear pilot and probes, which do not depend on the kind of student. Parts
/// that the rows do not allow are empty. One thread.
std::vector<UnitEvidence> measure_evidence(const Study& study, const TaskData& data,
                                           const StudyUnit& unit, const Execution& exec);

}  // namespace cch
