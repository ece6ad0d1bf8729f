#pragma once

#include "cch/criterion/chance.hpp"
#include "cch/criterion/levels.hpp"
#include "cch/experiments/chances.hpp"
#include "cch/experiments/network_pilot.hpp"

// What a ChanceEvidence is made from, the same for `cch rank` and for the reference corpus.

namespace cch::detail {

StudentKind kind_of(const NetworkSpec& network);

/// The model of a name: one of those that were asked for, else parse_network_model.
NetworkSpec model_named(const std::string& name, const std::vector<NetworkSpec>& asked);
/// The kind of teacher where nobody says it: the student's, or an MLP where that cannot be.
NetworkSpec usual_teacher(const NetworkSpec& student, const std::vector<ImageShape>& shapes);

/// Gains of the linear pilot.
void put_linear(const PilotEvidence& pilot, ChanceEvidence& to);
/// Held-out losses of probes, and the prediction level.
void put_probes(const Probe& student, const JudgedPredictions::Teacher& teacher,
                ChanceEvidence& to);
/// Teacher t in scenario s of the pilot.
void put_networks(const NetworkPilot& pilot, std::size_t s, std::size_t t, ChanceEvidence& to);

}  // namespace cch::detail
