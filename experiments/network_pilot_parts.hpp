#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cch/experiments/network_pilot.hpp"
#include "experiments/unit_training.hpp"

// The parts of network_pilot.

namespace cch::detail {

/// Beside the teachers, in this order: the student's own kind, cross-fitted, and one that says the
/// same of every row.
constexpr std::size_t kReferences = 2;

/// What one fold says: outputs on its test rows.
struct FoldTaught {
  std::string failure;
  Matrix outputs;
  DistilLoss arm;
};
struct PilotFoldResult {
  std::vector<std::size_t> test;
  Matrix alone;
  std::vector<Matrix> teachers;
  std::vector<std::vector<FoldTaught>> taught;  // by scenario, teacher
  std::size_t shared = 0;        // trained networks: the student alone and references
  std::vector<std::size_t> own;  // and by teacher
};

/// The training of a network of a pilot on so many rows, with no more steps than it may have.
Optimisation shortened(const NetworkPilotOptions& options, const NetworkSpec& network,
                       std::size_t rows);

/// The study whose networks an outer fold trains.
Study pilot_study(const NetworkPilotOptions& options);

/// Trains everything of one outer fold, the references as the last two teachers; `rows` are those
/// of the other folds.
PilotFoldResult train_fold(const StudyDraw& draw, const NetworkPilotOptions& options,
                           const Study& study, NetworkPilotRows rows, std::vector<std::size_t> test,
                           std::uint64_t seed, const Execution& exec);

/// One parting of the labelled rows into folds, and what its folds say.
struct PartedFolds {
  std::vector<std::size_t> teachers;  ///< that it was about, ascending
  std::vector<std::size_t> fold;      ///< of each labelled row
  std::vector<PilotFoldResult> results;
};

/// Losses, gains and their errors from the outputs of all folds of all repeats. `teachers` are all
/// of the draw, without the references.
void judge_folds(const StudyDraw& draw, const std::vector<std::size_t>& labelled,
                 const NetworkPilotOptions& options, std::size_t teachers,
                 const std::vector<PartedFolds>& repeats, NetworkPilot& out);

}  // namespace cch::detail
