#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/criterion/ranking.hpp"
#include "cch/criterion/teacher_chance.hpp"
#include "cch/experiments/network.hpp"
#include "cch/experiments/training.hpp"

namespace cch {

/// "linear", "mlp" (64 units), "mlp:W[,W]", "cnn" (8 and 16 channels) or "cnn:C[,C]"; usage Error
/// "unknown-network" or "bad-network".
NetworkSpec parse_network_model(std::string_view text);
/// "linear", "mlp:64", "mlp:64,32".
std::string model_name(const NetworkSpec& network);

/// Why networks other than linear ones cannot be trained here; empty: they can.
std::string why_no_networks();

/// How networks of such layers are trained in pilots and in the reference corpus.
Optimisation pilot_training_of(Layers layers);

struct ChanceOptions {
  /// Kinds of student, the first decides; empty: linear, and an MLP where LibTorch is there.
  std::vector<NetworkSpec> students;
  std::optional<NetworkSpec> teacher;  ///< empty: as the student
  std::optional<GainMetric> metric;    ///< empty: cross-entropy of classes, mse of real values
  std::optional<double> worthwhile;    ///< empty: usual_worthwhile
  std::optional<double> lambda;        ///< of all pilots; empty: picked
  std::vector<Scenario> scenarios;     ///< empty: all that the rows allow
  bool networks = true;                ///< pilots of networks; false: the linear pilot alone
  /// Rows of pilots of networks: above, whole groups are dropped at random, and as many rows beside
  /// the labelled ones.
  std::size_t max_rows = 1000;
  /// Of the student, then of the teachers, where rows are images, channel after channel; empty: no
  /// rows are. Convolutional students need them.
  std::vector<ImageShape> shapes = {};
};

/// same_rows; unlabelled_pairs and more_labels where such rows are there.
std::vector<Scenario> possible_scenarios(const RankInput& input, const ExtraRows& further);

/// What a ranking calls for the chances of its teachers (RankOptions::chances).
///
/// Every scenario has its linear pilot with soft labels of no information (judge_pilots; the
/// ranking's own is taken over) and one prediction level; then, unless `networks` is off, every
/// kind of student a network_pilot for all scenarios at once, linear ones as well. From these
/// chance_of_gain makes the chances, by the evidence that `cch train --evidence` measures.
/// `input.extra` has the rows of unlabelled pairs or of more labels, `further` those of more labels
/// where it has the first. Controls have linear pilots alone, in the scenario that they were judged
/// in. Labelled rows that a teacher lacks do not enter pilots of networks.
///
/// Networks see columns standardised on labelled rows, real labels likewise.
///
/// Warnings: "no-networks" (LibTorch is missing: students are linear), "chance-rows" (pilots of
/// networks did not use all rows), and "network-pilot-left-out". Usage Errors at once:
/// "no-libtorch", "no-image-shape", "no-extra-rows", "wrong-metric".
/// Bitwise equal for any number of threads. Cost: 5 folds × (1 + 4 T + 4 T S) networks a kind of
/// student, T teachers and S scenarios.
ChanceSource chance_source(const ChanceOptions& options, const ExtraRows& further,
                           const Execution& exec);

/// Refuses what chance_source would, before anything is measured.
void check_chances(const RankInput& input, const ExtraRows& further, const ChanceOptions& options);

}  // namespace cch
