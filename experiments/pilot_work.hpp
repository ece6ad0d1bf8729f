#pragma once

#include <cstddef>
#include <vector>

#include "cch/experiments/network_pilot.hpp"

namespace cch::detail {

/// Seconds that one repeat of a pilot of networks takes on two cores for these teachers, from rows,
/// columns, networks and steps: the same on every machine. Early stopping is not foreseen.
double estimated_seconds(const StudyDraw& draw, const NetworkPilotRows& rows,
                         const NetworkPilotOptions& options,
                         const std::vector<std::size_t>& teachers);

}  // namespace cch::detail
