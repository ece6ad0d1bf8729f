#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/experiments/task.hpp"

namespace cch {

/// Which labelled rows a teacher is fitted on.
///   same-rows   the student's, and it labels them itself: what most published code does. The
///               teacher then carries the errors of these labels to the student.
///   k-fold      the student's, in K folds of whole groups; each row is labelled by the fold's
///               teacher that has not seen it, other rows by the mean of all.
///   fresh-rows  labelled rows that the student never sees.
/// A teacher that was trained before is fitted on none here: "stored", which no study asks for by
/// this name.
enum class TeacherRows { same_rows, k_fold, fresh_rows, stored };
std::string_view to_string(TeacherRows rows);
TeacherRows parse_teacher_rows(std::string_view name);

/// What a student is trained with in place of the teacher, to tell what the teacher's knowledge
/// does from what any soft target does.
///   uniform    a teacher that says the same for every class (real labels: the mean label)
///   shuffled   the teacher's own outputs, dealt to other rows
///   self       a student without distillation as teacher
///   shrinkage  real labels only: labels times 1/(1 + λ)
enum class Control { uniform, shuffled, self, shrinkage };
std::string_view to_string(Control control);
Control parse_control(std::string_view name);

/// What is done with the grid of λ and T.
///   all          every λ with every T is a cell of its own
///   inner-folds  each student is trained with the λ and T that did best on three inner folds of
///                its own labelled rows; the grid is one cell
///   validation   every λ with every T is trained, and each student is the one that did best on its
///                validation rows; the grid is one cell
enum class Choose { all, inner_folds, validation };
std::string_view to_string(Choose choose);
Choose parse_choose(std::string_view name);

/// What studies train by where nothing else is said: a fifth of the labelled rows tells the best
/// weights, which count, and stops a network after a fifth of a full run without a lower loss.
/// Protocols that were published with the last weights have to say so.
inline Optimisation usual_training() {
  Optimisation out;
  out.validation = 0.2;
  out.patience = 10;
  out.weights = Checkpoint::best;
  return out;
}

/// A grid of trainings. Lists are axes; every combination is a cell, every seed a repetition.
struct Study {
  std::string title;
  Task task;
  std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5};
  /// Labelled rows of the student: the first n of the draw's; 0 = all.
  std::vector<std::size_t> labelled{0};
  std::vector<std::string> scenarios{"same-rows"};  ///< names of cch::Scenario
  std::size_t most_extra = 0;  ///< rows beside the labelled ones in the other scenarios; 0 = all

  NetworkSpec student;
  NetworkSpec teacher;
  Optimisation training = usual_training();
  Optimisation teacher_training = usual_training();
  std::vector<TeacherRows> teacher_rows{TeacherRows::same_rows};
  std::size_t folds = 5;
  bool allow_chance = false;  ///< distil from teachers that are no better than chance, too
  bool calibrate = true;      ///< teachers of classes, on rows that they were not fitted on

  std::vector<DistilForm> forms{DistilForm::kl};
  Weighting weighting = Weighting::added;
  std::vector<double> lambdas{0.5};
  std::vector<double> temperatures{1.0};
  bool scaled = true;
  Choose choose = Choose::all;
  std::vector<Control> controls;

  /// Criteria are measured on the first so many seeds; 0: none.
  std::size_t criteria_seeds = 0;
  std::vector<std::string> estimators{"auto"};  ///< of I(teacher; student), for the criteria
  bool planted_bias = true;  ///< of the representation level, as in a ranking; takes most of it
};

/// One draw, one number of labelled rows, one scenario: what is trained together and finishes
/// together. Results do not depend on which other units are run, or where.
struct StudyUnit {
  StudyValues setting;
  std::uint64_t seed = 1;
  std::size_t labelled = 0;  ///< 0 = all
  std::string scenario;
};

/// Usage Errors "bad-study", and those of network.hpp and load_task, before anything is trained.
void check(const Study& study, const TaskData& data);

/// Usage Error "no-libtorch", with the reason, where the study's networks cannot be trained here.
void require_trainer(const Study& study, const std::string& device);

/// All units: seed after seed, so that a run that is stopped has all settings of the seeds before.
std::vector<StudyUnit> units(const Study& study);

enum class Role { teacher, student, distilled, control };
std::string_view to_string(Role role);

/// The teacher of a run.
struct RunTeacher {
  std::string name;
  StudyValues parameters;
  TeacherRows rows = TeacherRows::same_rows;
};

/// One training of a unit.
struct RunSpec {
  Role role = Role::student;
  std::optional<Control> control;
  std::optional<RunTeacher> teacher;
  std::optional<DistilLoss> loss;
  /// Where λ and T are chosen: the losses to choose from. `loss` is the first until it is.
  std::vector<DistilLoss> candidates;
};

/// All trainings of one unit: its student, its teachers, then what is distilled. Known without
/// drawing a row.
std::vector<RunSpec> runs(const Study& study, const StudyUnit& unit);

}  // namespace cch
