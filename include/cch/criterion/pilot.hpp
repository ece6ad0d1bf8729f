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

/// Labelled rows of the student that no teacher has: a student learns their labels, with and
/// without a teacher. They are not judged on, and teachers do not learn from them.
struct StudentRows {
  std::optional<Samples> student;
  std::optional<Variable> labels;  ///< of the same classes in the same order, or columns
  /// As ExtraRows::groups.
  std::vector<std::size_t> groups;
};

/// Row i of everything is the same sample.
struct PilotInput {
  Samples student;                ///< N × D
  std::vector<Samples> teachers;  ///< each N × D_t
  Variable labels;
  Groups groups;
  ExtraRows extra;  ///< for the scenarios other than same_rows
  /// True for teachers that were trained before: their columns are the log-ratios of class
  /// probabilities (stored_teacher.hpp). Empty: all are features.
  std::vector<bool> stored = {};
  StudentRows unpaired = {};
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

/// A paired gain with its 95 % interval over groups and training sets; positive = distillation
/// helps.
struct PilotGain {
  double value = 0.0;
  double standard_error = 0.0;
  Interval interval95;
  double standard_error_training = 0.0;  ///< the part of it that is due to other training sets
};

enum class PilotOutcome { helps, harms, equivalent, undecided };
std::string_view to_string(PilotOutcome outcome);

struct PilotTeacher {
  PilotGain gain;  ///< nats: cross-entropy difference, or ½ ln(MSE₀/MSE_KD); this decides
  std::optional<PilotGain> gain_accuracy;  ///< share of rows; empty for real-valued labels
  /// helps / harms: the interval is above / below 0; equivalent: wholly within ± equivalence;
  /// undecided: else. An interval above 0 and within the region helps.
  PilotOutcome outcome = PilotOutcome::undecided;
  bool equivalent = false;                 ///< the interval lies wholly within ± equivalence
  std::vector<double> row_terms;           ///< one a row of `rows`, their mean is the gain (nats)
  std::vector<double> row_terms_accuracy;  ///< likewise of gain_accuracy
  double weight = 0.0;                     ///< a, picked in most folds
  double temperature = 1.0;                ///< T, likewise
  std::vector<double> weights;             ///< a by outer fold
  std::vector<double> temperatures;
  double teacher_score = 0.0;  ///< cross-fitted loss of the teacher itself, nats or MSE
};

struct PilotResult {
  std::vector<PilotTeacher> teachers;  ///< in the order of the input
  double score_alone = 0.0;  ///< the student without a teacher: cross-entropy (nats) or MSE
  std::optional<double> accuracy_alone;
  std::vector<std::size_t> rows;  ///< rows of the input that were used, ascending
  std::size_t extra_rows = 0;     ///< extra rows that were used
  std::size_t unpaired_rows = 0;  ///< of PilotInput::unpaired
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
/// are chosen with the whole training part. Stored outputs are not fitted: they teach as they are,
/// at one temperature chosen likewise (usage Error "stored-teacher" with real values and in
/// more_labels). Features: standardised, at most 64 principal components
/// without labels. Real-valued labels are standardised by column.
///
/// Gain: mean paired difference d_i = l_alone − l_taught on outer rows; for real values ½
/// ln(MSE₀/MSE_KD) with the delta method. Its interval is for the expected gain over training sets
/// (and not only that of these fitted students), with t of Satterthwaite's degrees of freedom:
///
///   SE² = V_rows + .385 s²,   V_rows = G/(G−1) Σ_g (Σ_{i∈g} (d_i − d̄))² / N²
///   s² = max(0, mean over outer folds of ½ Σ_j (m_j² − V(m_j)))
///
/// m_j = how far the mean gain of inner student j (both students learned without inner fold j, of
/// three) lies from that of all three on the same outer test rows, V(m_j) its variance by those
/// rows. .385 = 4/9 · .65 · 4/3 turns s² into the variance of the mean over outer folds if gains
/// are quadratic in the students' errors, as they are near the best student; were they linear it
/// would be 16/15. (ours; 5-fold cross-validation has no unbiased estimate of its variance: Bengio
/// & Grandvalet 2004, and the corrected variance of Nadeau & Bengio 2003 has 4 degrees of freedom
/// here and 1.5 times the error bar.) Rows that a scenario adds are not varied, so what they do by
/// chance is left out. docs/statistics.md says how often the true gain lay inside.
/// Students of outer folds learn from 4/5 of the rows: with all of them gains are smaller.
///
/// At least 10 groups (data Error), matching rows (data Error), a scenario with its extra rows
/// (usage Error), λ > 0 (usage Error). Bitwise equal for any number of threads. Cost a teacher:
/// about 100 logistic fits an outer fold; 5 teachers × 2000 rows × 64 columns × 10 classes take
/// seconds.
PilotResult pilot(const PilotInput& input, const PilotOptions& options, const Execution& exec);

}  // namespace cch
