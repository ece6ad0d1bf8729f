#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/criterion/ranking.hpp"
#include "cch/criterion/teacher_chance.hpp"
#include "cch/criterion/what_decides.hpp"
#include "cch/experiments/network.hpp"
#include "cch/experiments/training.hpp"

namespace cch {

/// "linear", "mlp" (64 units), "mlp:W[,W]", "cnn" (8 and 16 channels) or "cnn:C[,C]"; usage Error
/// "unknown-network" or "bad-network".
NetworkSpec parse_network_model(std::string_view text);
/// "linear", "mlp:64", "mlp:64,32".
std::string model_name(const NetworkSpec& network);

/// How networks of such layers are trained in pilots and in the reference corpus.
Optimisation pilot_training_of(Layers layers);

struct ChanceOptions {
  /// Kinds of student, the first decides; empty: linear, and an MLP.
  std::vector<NetworkSpec> students;
  std::optional<NetworkSpec> teacher;  ///< empty: as the student
  std::optional<GainMetric> metric;    ///< empty: cross-entropy of classes, mse of real values
  std::optional<double> worthwhile;    ///< empty: usual_worthwhile
  std::optional<double> lambda;        ///< of all pilots; empty: picked
  std::vector<Scenario> scenarios;     ///< empty: all that the rows allow
  bool networks = true;                ///< pilots of networks; false: the linear pilot alone
  /// Seconds that pilots of networks may take, as estimated before on two cores; empty: every
  /// teacher gets all `most_repeats`. With a budget those whose chance is not firm get repeats.
  std::optional<double> budget;
  std::size_t most_repeats = 1;  ///< of the pilot of networks of each kind of student
  /// Called with a line for each teacher and kind of student whose chance becomes firm.
  std::function<void(const std::string& line)> tell = {};
  /// Rows of pilots of networks: above, whole groups are dropped at random, and as many rows beside
  /// the labelled ones.
  std::size_t max_rows = kNetworkPilotRows;
  /// Of the student, then of the teachers, where rows are images, channel after channel; empty: no
  /// rows are. Convolutional students need them.
  std::vector<ImageShape> shapes = {};
};

/// Pilots of networks where nothing else is said. The first repeats of 5 teachers of 1000 rows ×
/// 256 columns, linear students and MLPs, are estimated at 27 s of it.
inline constexpr double kUsualBudget = 45.0;
/// What one parting into folds leaves to chance is averaged over three; most of the error is that
/// of the rows, which repeats cannot lessen.
inline constexpr std::size_t kMostRepeats = 3;

/// same_rows; unlabelled_pairs and more_labels where such rows are there.
std::vector<Scenario> possible_scenarios(const RankInput& input, const ExtraRows& further);

/// What a ranking calls for the chances of its teachers (RankOptions::chances).
///
/// Every scenario has its linear pilot with soft labels of no information (judge_pilots; the
/// ranking's own is taken over) and one prediction level; then, unless `networks` is off, every
/// kind of student a network_pilot for all scenarios at once, linear ones as well. From these
/// chance_of_gain makes the chances, by the evidence that `cch train --evidence` measures.
///
/// With a budget the pilots of networks race: every kind of student has one repeat for all teachers
/// but those of which the linear pilot leaves next to no doubt, then in each further round one for
/// those whose deciding chance is not firm yet, by the limits of the verdict. Where what is left is
/// too little for all of them, those of which less is expected are left out. Students alone and
/// references are trained once a repeat for all of its teachers. The budget is not a clock but work
/// that is estimated from rows, columns, networks and steps (pilot_work.hpp), in seconds of two
/// cores: a clock would give one seed other results on a busy machine, with other threads, and
/// again tomorrow. So the time that passes can differ from it, and results cannot.
/// A kind of the caller's own (Layers::own) has no budget: all teachers in OwnNetwork::repeats()
/// partings; its teachers are MLPs unless `teacher` says otherwise.
/// `input.extra` has the rows of unlabelled pairs or of more labels, `further` those of more labels
/// where it has the first. Controls have linear pilots alone, in the scenario that they were judged
/// in. Labelled rows that a teacher lacks do not enter pilots of networks.
///
/// Networks see columns standardised on labelled rows, real labels likewise.
///
/// Warnings: "chance-rows" (pilots of networks did not use all rows), "budget-spent" (it left
/// teachers open) and "network-pilot-left-out". Usage Errors at once: "no-libtorch" (of
/// convolutional students), "no-image-shape", "no-extra-rows", "wrong-metric".
/// Bitwise equal for any number of threads. Cost: 5 folds × (5 + 4 T + 4 (T + 2) S) networks
/// a repeat and kind of student, T teachers and S scenarios.
ChanceSource chance_source(const ChanceOptions& options, const ExtraRows& further,
                           const Execution& exec);

/// Refuses what chance_source would, before anything is measured.
void check_chances(const RankInput& input, const ExtraRows& further, const ChanceOptions& options);

}  // namespace cch
