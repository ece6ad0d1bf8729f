#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cch/experiments/metrics.hpp"
#include "cch/experiments/study.hpp"

namespace cch {

/// What §1 of gaussian/README.md predicts for a linear student, from moments of held-out rows:
/// labels (classes: one-hot, two classes ±1) and the teacher's outputs (classes: softmax) regressed
/// on the student's columns, with the degrees of freedom taken into account. For a teacher that is
/// independent of the student's rows (fresh-rows); others carry label errors that it does not know.
struct ClosedForm {
  double cch_margin = 0.0;  ///< I(t;s) − I(s;y), nats
  double beta_s = 0.0;
  double beta_e = 0.0;
  double mse_gain = 0.0;                ///< E(0) − E(u), squared units of the labels
  double direction_gain = 0.0;          ///< cos(u) − cos(0)
  std::optional<double> accuracy_gain;  ///< two classes
};

/// The weights with the least loss on the validation rows. Optimisation::weights says which count.
struct BestRun {
  std::size_t step = 0;
  double validation = 0.0;  ///< hard loss on the validation rows
  Metrics metrics;          ///< on the test rows
  std::vector<double> weights;
};

/// Rows that a student learns from, and those of them that its teacher has features of.
struct PairedRows {
  std::size_t labelled = 0;
  std::size_t labelled_paired = 0;
  std::size_t extra = 0;  ///< unlabelled ones
  std::size_t extra_paired = 0;
};

struct RunResult {
  RunSpec spec;
  std::string failure;          ///< empty: it counts
  Metrics metrics;              ///< on the test rows, of the weights that count
  std::optional<BestRun> best;  ///< where rows are held out for it; k-fold teachers: none
  std::optional<Metrics> last;  ///< on the test rows, of the last weights, where the best count
  std::optional<std::size_t> stopped;  ///< the step after which it was stopped early
  std::optional<double> weight_decay;  ///< its own; those of a k-fold teacher may differ
  /// A teacher of classes that is calibrated: its logits are divided by this before they teach and
  /// are judged.
  std::optional<double> temperature;
  /// Of the weights that count on the rows held out of the student's labelled ones: calibrated_loss
  /// or mean square error. What Choose::validation compares.
  std::optional<double> validation_loss;
  /// Where the teacher lacks rows (FeaturesTask::unpaired_rows); such runs have no closed form. The
  /// teacher itself is fitted and judged on rows that it has.
  std::optional<PairedRows> paired;
  std::optional<ClosedForm> predicted;
  /// Of spec.candidates on inner folds or validation rows (spec.loss has the least): calibrated
  /// cross-entropy or mean square error; nothing where one could not be trained.
  std::vector<std::optional<double>> candidate_losses;
  std::vector<TrainingPoint> curve;
  std::vector<double> weights;
  std::vector<std::vector<std::size_t>>
      shapes;            ///< of the weights; several networks for k-fold: none
  double seconds = 0.0;  ///< its share of the training that it was part of
};

/// What a unit trains and tests on, as rows of its draw (of FeaturesTask: rows of the files, from
/// 0).
struct StudyRows {
  std::vector<std::size_t> fitted;      ///< labelled rows that the student is fitted on
  std::vector<std::size_t> validation;  ///< labelled rows that tell its best weights
  std::vector<std::size_t> extra;       ///< rows that the scenario adds
  std::vector<std::size_t> test;
};
/// The rows of train_unit, for training of one's own on the same ones. A teacher on the student's
/// rows has the same fitted and validation rows where its share for validation is the same. Data
/// Error "too-few-rows".
StudyRows study_rows(const Study& study, const TaskData& data, const StudyUnit& unit,
                     const Execution& exec);

/// Counts up when a run of the same settings gets other numbers, so that they are not mixed.
inline constexpr int kRunFormat = 3;
/// Trains everything of a unit, in the order of runs(). The student with and without distillation
/// and its controls start alike and see the same batches. Cost: see train_networks. Data Error
/// "too-few-rows". One thread.
///
/// With Choose::inner_folds the labelled rows are parted into three folds of whole groups. For
/// each, the whole grid is trained on the rows of the other two, teachers included, so that nothing
/// has seen the fold, and judged on it against its hard labels. The λ and T with the least mean
/// loss over all rows (the first of equals) are those of the run on all labelled rows. Every
/// teacher and every control has its own choice. Costs three grids more. With Choose::validation
/// the whole grid is trained once, and each student, teacher and control keeps the λ and T with the
/// least loss on the validation rows.
///
/// The weights of study.training and study.teacher_training that count are judged and teach. With
/// Study::calibrate a teacher of classes teaches by z/τ (calibration_temperature), τ fitted on its
/// validation rows; k-fold: on the rows of each fold, which its network has not seen.
std::vector<RunResult> train_unit(const Study& study, const TaskData& data, const StudyUnit& unit,
                                  const Execution& exec);

/// The criteria of one teacher before training, on the labelled rows of the unit (the pilot: on the
/// scenario's rows): higher speaks for distillation, empty where it cannot be had. Decisions are
/// verdicts ("distil", "do_not_distil", "inconclusive", "unreliable").
struct CriteriaResult {
  RunTeacher teacher;
  std::vector<std::pair<std::string, std::optional<double>>> scores;
  std::vector<std::pair<std::string, std::string>> decisions;
  std::vector<Warning> warnings;  ///< of the representation level
  double seconds = 0.0;
};
/// Counts up when the rule of a criterion changes, so that numbers by two rules are not mixed.
inline constexpr int kCriteriaFormat = 4;
/// One for every teacher (not for every kind of teacher rows: they differ in the training alone).
/// Representation level, prediction level and pilot are what rank_teachers decides by
/// (criterion/levels.hpp): the verdicts are those of a ranking of this teacher alone on the same
/// rows with seed derive_seed(unit.seed, "criteria"), by each of the study's estimators on the
/// scale of ranks. Without planted bias the decision's name says so. A criterion that refuses the
/// rows has no score and no decision. The short training pilot has no validation rows: last
/// weights, no calibration, the first weight decay. One thread.
std::vector<CriteriaResult> measure_criteria(const Study& study, const TaskData& data,
                                             const StudyUnit& unit, const Execution& exec);

namespace detail {
/// The rows of a unit.
struct UnitRows {
  std::vector<std::size_t> labelled;
  std::vector<std::size_t> extra;  ///< rows that the scenario adds
  /// Of criteria of a teacher that lacks rows: labelled ones that are its student's alone.
  std::vector<std::size_t> unpaired = {};
};
UnitRows unit_rows(const Study& study, const StudyUnit& unit, const StudyDraw& draw);

/// Empty where the closed form does not hold for the loss or has no numbers.
class ClosedFormSource {
 public:
  ClosedFormSource(const StudyDraw& draw, std::size_t labelled);
  [[nodiscard]] std::optional<ClosedForm> operator()(const Matrix& teacher_outputs,
                                                     const DistilLoss& loss) const;

 private:
  struct Fit;
  const StudyDraw& draw_;
  std::size_t labelled_;
  std::shared_ptr<const Fit> fit_;
};
}  // namespace detail

}  // namespace cch
