#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"

namespace cch {

/// Where the teacher gets its labels and what it labels.
enum class Scenario {
  same_rows,        ///< teacher and student learn from the same labelled rows
  more_labels,      ///< the teacher also learns from further labelled rows
  unlabelled_pairs  ///< the teacher also labels paired rows that have no label
};
std::string_view to_string(Scenario scenario);
/// "same-rows", "more-labels" or "unlabelled-pairs"; a usage Error that names the nearest
/// otherwise.
Scenario parse_scenario(std::string_view name);

/// Rows beside the labelled pairs. more_labels: features of every teacher and labels (the same
/// classes in the same order). unlabelled_pairs: features of the student and of every teacher.
struct ExtraRows {
  std::optional<Samples> student;
  std::vector<Samples> teachers;
  std::optional<Variable> labels;
  /// Group code of each row in the numbering of PilotInput::groups; any code not used there is a
  /// group apart. Rows of a held-out group are left out. Empty: no group is shared.
  std::vector<std::size_t> groups;
};

/// Row i of everything is the same sample.
struct PilotInput {
  Samples student;                ///< N × D
  std::vector<Samples> teachers;  ///< each N × D_t
  Variable labels;
  Groups groups;
  ExtraRows extra;  ///< for the scenarios other than same_rows
};

struct PilotOptions {
  /// λ = a/(1 − a) of one arm with T = 1; without it (a, T) is picked from (.3, 1), (.5, 1),
  /// (.8, 1), (.5, 2) on inner folds.
  std::optional<double> lambda;
  Scenario scenario = Scenario::same_rows;
  std::size_t folds = 5;        ///< outer folds of whole groups
  std::size_t max_rows = 2000;  ///< whole groups are dropped at random above; extra rows likewise
  double equivalence = 0.001;   ///< half-width of the region of practical equivalence, nats
};

/// A paired gain with its cluster-robust 95 % interval over groups; positive = distillation helps.
struct PilotGain {
  double value = 0.0;
  double standard_error = 0.0;
  Interval interval95;
};

enum class PilotOutcome { helps, harms, equivalent, undecided };
std::string_view to_string(PilotOutcome outcome);

struct PilotTeacher {
  PilotGain gain;  ///< nats: cross-entropy difference, or ½ ln(MSE₀/MSE_KD); this decides
  std::optional<PilotGain> gain_accuracy;  ///< share of rows; empty for real-valued labels
  /// helps / harms: the interval is above / below 0; equivalent: wholly within ± equivalence;
  /// undecided: else. An interval above 0 and within the region helps.
  PilotOutcome outcome = PilotOutcome::undecided;
  bool equivalent = false;        ///< the interval lies wholly within ± equivalence
  std::vector<double> row_terms;  ///< one a row of `rows`, their mean is the gain (nats)
  double weight = 0.0;            ///< a, picked in most folds
  double temperature = 1.0;       ///< T, likewise
  std::vector<double> weights;    ///< a by outer fold
  std::vector<double> temperatures;
  double teacher_score = 0.0;  ///< cross-fitted loss of the teacher itself, nats or MSE
};

struct PilotResult {
  std::vector<PilotTeacher> teachers;  ///< in the order of the input
  double score_alone = 0.0;  ///< the student without a teacher: cross-entropy (nats) or MSE
  std::optional<double> accuracy_alone;
  std::vector<std::size_t> rows;  ///< rows of the input that were used, ascending
  std::size_t extra_rows = 0;     ///< extra rows that were used
  std::vector<Warning> warnings;
};

/// Trains the linear student with and without each teacher on the user's own rows (ours).
///
/// Student: multinomial logistic regression or ridge, targets (1 − a)·y + a·p_T, p_T the teacher's
/// calibrated softmax at temperature T (real values: its prediction, without T); an unlabelled pair
/// has target p_T and weight a. Arms and the strength s ∈ {250, 50, 10, 2, .4} of (s/2n)‖W‖² are
/// picked in 3 inner folds by temperature-calibrated cross-entropy against hard labels (or MSE) in
/// the same way for the student alone; the outer fold then scores both.
/// In every outer fold the teacher is fitted anew, and targets of a row come from a teacher that
/// saw neither the row nor its group: cross-fitted over 6 parts of the training rows, and again
/// over 4 parts while an inner fold is held out. Only the teacher's strength and one temperature
/// are chosen with the whole training part. Features: standardised, at most 64 principal components
/// without labels. Real-valued labels are standardised by column.
///
/// Gain: mean paired difference on outer rows, SE by groups, t_{G−1}; for real values ½
/// ln(MSE₀/MSE_KD) with the delta method. The interval is for the fitted students: the spread over
/// training sets enters only through the folds.
///
/// At least 10 groups (data Error), matching rows (data Error), a scenario with its extra rows
/// (usage Error), λ > 0 (usage Error). Bitwise equal for any number of threads. Cost a teacher:
/// about 100 logistic fits an outer fold; 5 teachers × 2000 rows × 64 columns × 10 classes take
/// seconds.
PilotResult pilot(const PilotInput& input, const PilotOptions& options, const Execution& exec);

}  // namespace cch
