#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/criterion/chance.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/experiments/network.hpp"
#include "cch/experiments/study.hpp"
#include "cch/experiments/task.hpp"

namespace cch {

/// How pilots of networks train: best weights of a fifth of the rows, early stopping.
inline Optimisation pilot_training() {
  Optimisation out = usual_training();
  out.optimiser = Optimiser::adamw;
  out.learning_rate = 0.005;
  out.weight_decay = {0.1};
  out.epochs = 200;
  out.batch = 128;
  return out;
}

struct NetworkPilotOptions {
  NetworkSpec student{Layers::mlp, {64}, 0.0};
  NetworkSpec teacher{Layers::mlp, {64}, 0.0};
  Optimisation training = pilot_training();
  std::vector<double> lambdas{0.5, 2.0};
  std::vector<double> temperatures{1.0, 3.0};  ///< classes only
  std::vector<Scenario> scenarios{Scenario::same_rows};
  std::size_t folds = 5;  ///< outer folds of whole groups
  std::size_t teacher_folds = 4;
  std::size_t repeats = 1;  ///< partings into folds
  /// Steps of a network at most: best weights come earlier on few rows, and a pilot need not end
  /// where a long training does. Linear networks learn more slowly and cost less.
  std::size_t most_steps = 300;
  std::size_t most_linear_steps = 1200;
};

/// Rows of a draw.
struct NetworkPilotRows {
  std::vector<std::size_t> labelled;    ///< judged on
  std::vector<std::size_t> unlabelled;  ///< unlabelled_pairs: the teacher labels them
  std::vector<std::size_t> further;     ///< more_labels: teachers learn their labels as well
};

/// A gain of one measure; positive: distillation helps.
struct NetworkGain {
  double value = 0.0;
  double standard_error = 0.0;
};

struct NetworkPilotTeacher {
  std::string failure;  ///< why the rest has no meaning; empty: it has
  /// Calibrated cross-entropy (nats), or ½ ln of the ratio of mean square errors.
  NetworkGain gain;
  std::optional<NetworkGain> gain_accuracy;  ///< share of rows
  std::optional<NetworkGain> gain_f1;        ///< weighted by rows
  std::optional<NetworkGain> gain_auc;       ///< empty where it does not exist
  /// `gain` less that by soft labels without a teacher's information: of a student that was
  /// cross-fitted itself, or the same for every class, whichever gained more.
  NetworkGain over_uninformed;
  std::vector<double> row_terms;  ///< of `gain`, one a labelled row
  /// Row terms of all gains, a list a repeat; their means are the gains. Cross-entropy and mse
  /// share a key, that of the labels.
  std::map<GainMetric, std::vector<std::vector<double>>> terms;
  std::vector<std::vector<std::size_t>> folds;  ///< of the labelled rows, by repeat
  double lambda = 0.0;                          ///< chosen in most folds
  double temperature = 1.0;                     ///< likewise
};

/// How well a network does on rows that it was not fitted on.
struct NetworkScore {
  double loss = 0.0;               ///< calibrated cross-entropy (nats) or mean square error
  std::optional<double> accuracy;  ///< share of rows
};

/// What the judgement of one teacher rests on.
struct NetworkPilotBasis {
  NetworkScore alone;        ///< the student without a teacher, in the teacher's repeats
  std::size_t repeats = 0;   ///< 0: it was not tried
  std::size_t networks = 0;  ///< its own, and those that it shares with the other teachers
};

struct NetworkPilot {
  NetworkScore alone;                    ///< the student without a teacher, in all repeats
  std::vector<NetworkScore> teachers;    ///< each on the labelled rows that it did not see
  std::vector<NetworkPilotBasis> bases;  ///< by teacher
  std::size_t networks = 0;              ///< trained ones
  std::size_t repeats = 0;
  double seconds = 0.0;
  /// By scenario of the options, then by teacher of the draw.
  std::vector<std::vector<NetworkPilotTeacher>> gains;
  Groups groups = Groups::singletons(0);  ///< of the labelled rows
};

/// How much more teacher a gains than teacher b in scenario s, paired by row over the repeats of
/// both. Nothing where one of them failed or has no such metric.
std::optional<NetworkGain> network_gain_difference(const NetworkPilot& pilot, std::size_t s,
                                                   std::size_t a, std::size_t b, GainMetric metric);

/// Trains the user's own kind of student with and without each teacher on the labelled rows (ours).
///
/// In every outer fold the teachers are cross-fitted anew on the other folds (teacher_folds parts
/// of whole groups; a row is labelled by the network that has not seen it, other rows by the mean)
/// and calibrated there; a fifth of the rows of the other folds tells the best weights of every
/// network, stops it early and picks λ and T by calibrated cross-entropy (or MSE). The fold then
/// scores the student alone and the taught ones, which start alike. Outputs of all folds are put
/// together and get one temperature each.
///
/// Gain: mean over rows of the paired difference of losses (real values: ½ ln(MSE₀/MSE_KD), delta
/// method), averaged over repeats. F1 and AUC are no means over rows: their terms are those of the
/// infinitesimal jackknife (experiments/metric_terms.hpp), whose mean is the measure of all rows of
/// a repeat. SE² is the larger of two: by groups of rows, and by the folds
/// taken as independent, in which the chance of training counts as well. Students learn from
/// (1 − 1/folds) of the rows, four fifths of which they are fitted on.
///
/// Soft labels regularise whoever gives them. So two references are trained as teachers are: the
/// student's own kind of network on its own features, cross-fitted, and one that says the same for
/// every class (real values: the mean).
///
/// The student alone is trained once for all teachers and scenarios, teachers once for all
/// scenarios but more_labels. Errors: those of train_networks ("no-libtorch" where networks other
/// than linear ones cannot be trained), data Error "too-few-rows". Equal for any number of threads.
NetworkPilot network_pilot(const StudyDraw& draw, const NetworkPilotRows& rows,
                           const NetworkPilotOptions& options, const Execution& exec);

/// The same one repeat at a time, so that those teachers get more of them who need them. What was
/// trained before stays: after r repeats of all teachers the result is that of network_pilot with
/// `repeats` = r, whatever options.repeats says. Students alone and references are trained once a
/// repeat for all of its teachers; a teacher's gains are of the repeats that it had. Networks of a
/// repeat with fewer teachers are the same up to rounding.
class NetworkPilotRun {
 public:
  /// The draw outlives it. Errors as those of network_pilot.
  NetworkPilotRun(const StudyDraw& draw, NetworkPilotRows rows, NetworkPilotOptions options);
  ~NetworkPilotRun();
  NetworkPilotRun(NetworkPilotRun&&) noexcept;
  NetworkPilotRun& operator=(NetworkPilotRun&&) noexcept;

  /// One more parting into folds, for these teachers (ascending indices of the draw's).
  void repeat(const std::vector<std::size_t>& teachers, const Execution& exec);
  /// Teachers that had no repeat have a failure.
  [[nodiscard]] NetworkPilot result() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cch
