#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cch/core/parallel.hpp"
#include "cch/experiments/chances.hpp"
#include "tools/cch/check/run.hpp"

namespace cch {
namespace {

// A ranking in planted measurements: the student with its labels, and each teacher; what it does
// more often than once grows with these. Fitted to the processor time of the rankings of
// docs/statistics.md by tools/bench/rank_cost, which are within kRankFactor of it.
constexpr double kLabelMeasurements = 6.9;
constexpr double kTeacherMeasurements = 11.0;
constexpr double kRankFactor = 1.7;

// A study as tools/bench/train_cost writes it: networks with one hidden layer of 64, 60 epochs, 5
// seeds. Of each seed the teachers are trained one by one, and all students as one batch: one alone
// and two with uniform controls, then for each teacher two weights, each also with shuffled
// outputs.
constexpr double kHidden = 64.0;
constexpr double kEpochs = 60.0;
constexpr double kSeeds = 5.0;
constexpr double kBatch = 64.0;
constexpr double kStudents = 3.0;
constexpr double kStudentsOfTeacher = 4.0;
constexpr std::size_t kMostTestRows = 1000;  // or a third: FeaturesTask
// Forward, backward and weight gradients: six operations a weight and row.
constexpr double kOperations = 6.0;
// Of one thread, fitted to six of the runs of docs/statistics.md. The others, on a busy machine,
// and shorter ones on a quieter, are within kTrainFactor; another kind of processor differs by
// more.
constexpr double kSecondsToStart = 1.7;
constexpr double kSecondsPerStep = 6.5e-4;
constexpr double kOperationsPerSecond = 3.25e10;
constexpr double kTrainFactor = 1.5;

}  // namespace

double trained_seconds(double steps, double operations) {
  return steps * kSecondsPerStep + operations / kOperationsPerSecond;
}

void forecast_training(const QuestionShape& shape, CostForecast& cost) {
  const std::size_t all = shape.groups.rows();
  const auto rows = static_cast<double>(all - std::min(kMostTestRows, all / 3));
  const double outputs = shape.labels ? static_cast<double>(shape.labels->classes())
                                      : static_cast<double>(shape.dim_labels);
  const auto weights = [&](std::size_t dim) {
    return kHidden * (static_cast<double>(dim) + outputs + 1.0);
  };
  const auto teachers = static_cast<double>(shape.teachers.size());
  double all_weights = (kStudents + kStudentsOfTeacher * teachers) * weights(shape.dim_student);
  for (const TeacherShape& teacher : shape.teachers) all_weights += weights(teacher.dim);
  const double passes = kSeeds * kEpochs;
  const double steps = passes * std::ceil(rows / kBatch) * (teachers + 1.0);
  cost.train_seconds =
      kSecondsToStart + trained_seconds(steps, passes * rows * kOperations * all_weights);
  cost.train_how = fmt::format(
      "one thread; {} and {:.0f} students, each with one hidden layer of {:.0f}, {:.0f} seeds, "
      "{:.0f} epochs of {:.0f} rows; right within a factor of {:.1f} in the runs of "
      "docs/statistics.md, all on one kind of processor",
      teachers == 1.0 ? "1 teacher" : fmt::format("{:.0f} teachers", teachers),
      kStudents + kStudentsOfTeacher * teachers, kHidden, kSeeds, kEpochs, rows, kTrainFactor);
}

void forecast_ranking(const PowerForecast& power, const Execution& exec, CostForecast& cost) {
  double labels = 0.0;
  double teachers = 0.0;
  for (const TeacherPower& teacher : power.teachers) {
    if (teacher.estimators.empty()) {
      cost.rank_how = "nothing could be planted, so nothing was timed";
      return;
    }
    labels = teacher.estimators.front().label_seconds;
    teachers += teacher.estimators.front().teacher_seconds;
  }
  cost.rank_seconds =
      (kLabelMeasurements * labels + kTeacherMeasurements * teachers) / worker_count(exec);
  cost.rank_how = fmt::format(
      "on {} threads; {:.1f} times the {:.2f} s of the student with its labels and {:.0f} times "
      "the {:.2f} s of {}, as planted; right within a factor of {:.1f} on the sets of "
      "docs/statistics.md; pilots of networks take up to {:.0f} s of two cores more (--budget)",
      worker_count(exec), kLabelMeasurements, labels, kTeacherMeasurements, teachers,
      power.teachers.size() == 1 ? "the teacher" : "all teachers", kRankFactor, kUsualBudget);
}

}  // namespace cch
