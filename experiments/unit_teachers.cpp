#include <fmt/core.h>

#include <algorithm>

#include "cch/core/random.hpp"
#include "experiments/unit_training.hpp"

namespace cch::detail {
namespace {

using Rows = std::vector<std::size_t>;

TrainingFit teacher_fit(const UnitContext& of, const Rows& rows, const RunTeacher& teacher,
                        std::size_t fold) {
  // Teachers of one name start alike, whatever is done to their inputs.
  HeldOutRows parts =
      hold_out(of.draw.groups, rows, of.study.teacher_training.validation, of.unit.seed);
  TrainingFit fit;
  fit.labelled = std::move(parts.fitted);
  fit.validation = std::move(parts.validation);
  fit.order = derive_seed(of.unit.seed, "teacher order " + teacher.name, fold);
  fit.jobs = {{{}, {}, derive_seed(of.unit.seed, "teacher start " + teacher.name, fold), 1.0}};
  fit.keeps_features = of.compares_hidden();
  return fit;
}

/// What a teacher says, and labelled rows that it says this of without having been fitted on them.
struct Said {
  TeacherOutputs teacher;
  Rows unseen;
};

Said fitted_once(const UnitContext& of, const TrainingData& data, const Rows& rows,
                 RunResult& result) {
  const Optimisation& training = of.study.teacher_training;
  TrainingFit fit = teacher_fit(of, rows, *result.spec.teacher, 0);
  auto trained = train_networks(data, fit, of.study.teacher, training, of.exec);
  keep(of, data, of.study.teacher, training.weights, trained.front(), result);
  return {{std::move(trained.front().outputs), std::move(trained.front().features)},
          std::move(fit.validation)};
}

/// Outputs of the network of every fold; the first gives the curve.
std::vector<Matrix> outputs_by_fold(const UnitContext& of, const TrainingData& data,
                                    const Rows& rows, const Rows& fold, RunResult& result) {
  std::vector<Matrix> out;
  for (std::size_t f = 0; f < of.study.folds; ++f) {
    Rows others;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (fold[i] != f) others.push_back(rows[i]);
    }
    auto trained = train_networks(data, teacher_fit(of, others, *result.spec.teacher, f),
                                  of.study.teacher, of.study.teacher_training, of.exec);
    RunResult own;
    own.failure = trained.front().failure;
    take_counted(of, of.study.teacher_training.weights, trained.front(), own);
    if (result.failure.empty()) result.failure = own.failure;
    if (f == 0) result.curve = std::move(trained.front().curve);
    out.push_back(std::move(trained.front().outputs));
  }
  return out;
}

Said cross_fitted(const UnitContext& of, const TrainingData& data, const Rows& rows,
                  RunResult& result) {
  const std::size_t folds = of.study.folds;
  const auto fold = folds_of(of.draw.groups, rows, folds, of.unit.seed, "teacher folds");
  const std::vector<Matrix> by_fold = outputs_by_fold(of, data, rows, fold, result);
  TeacherOutputs out;
  out.outputs = Matrix(data.x.rows(), data.outputs());
  const double share = 1.0 / static_cast<double>(folds);
  for (std::size_t i = 0; i < data.x.rows(); ++i) {
    for (std::size_t c = 0; c < data.outputs(); ++c) {
      for (const Matrix& z : by_fold) out.outputs(i, c) += share * z(i, c);
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto own = by_fold[fold[i]].row(rows[i]);
    std::copy(own.begin(), own.end(), out.outputs.row(rows[i]).begin());
  }
  return {std::move(out), rows};
}

/// A teacher that was trained before says what it said. Its temperature comes from all labelled
/// rows, unless it saw them.
Said said_before(const UnitContext& of, const TeacherView& view) {
  return {{view.x, {}, {}}, view.stored->saw_rows ? Rows{} : of.part.rows.labelled};
}

/// The rows of a part that a teacher has features of.
UnitPart paired_part(const TeacherView& view, const UnitPart& part) {
  UnitPart out = part;
  out.rows = {view.paired_of(part.rows.labelled), view.paired_of(part.rows.extra)};
  out.test = view.paired_of(part.test);
  return out;
}

Rows rows_of(const UnitContext& of, const TeacherView& view, TeacherRows kind) {
  if (kind == TeacherRows::fresh_rows) return view.paired_of(of.draw.fresh);
  Rows rows = of.part.rows.labelled;
  if (of.scenario() == Scenario::more_labels) {
    rows.insert(rows.end(), of.part.rows.extra.begin(), of.part.rows.extra.end());
  }
  return rows;
}

}  // namespace

std::optional<double> calibrate(const UnitContext& of, const Rows& unseen, Matrix& logits) {
  if (!of.study.calibrate || of.draw.classes == 0 || unseen.empty()) return std::nullopt;
  const double temperature = calibration_temperature(logits, of.draw.y, unseen);
  for (std::size_t i = 0; i < logits.rows(); ++i) {
    for (double& z : logits.row(i)) z /= temperature;
  }
  return temperature;
}

TeacherOutputs train_teacher(const UnitContext& whole, RunResult& result) {
  const auto start = std::chrono::steady_clock::now();
  const RunTeacher& teacher = *result.spec.teacher;
  const TeacherView& view = *std::find_if(
      whole.draw.teachers.begin(), whole.draw.teachers.end(),
      [&](const auto& v) { return v.name == teacher.name && v.parameters == teacher.parameters; });
  const UnitPart part = paired_part(view, whole.part);
  const UnitContext of{whole.study, whole.unit, whole.draw, part, whole.exec};
  const TrainingData data = training_data(of.draw, view.x, view.shape);
  const Rows rows = rows_of(of, view, teacher.rows);
  if (rows.empty() || part.test.empty()) {
    result.failure =
        fmt::format("the teacher has features of no {} row", rows.empty() ? "labelled" : "test");
    return {Matrix(data.x.rows(), data.outputs()), {}, view.paired};
  }
  Said said = view.stored                           ? said_before(of, view)
              : teacher.rows == TeacherRows::k_fold ? cross_fitted(of, data, rows, result)
                                                    : fitted_once(of, data, rows, result);
  if (result.failure.empty()) {
    result.temperature = calibrate(of, said.unseen, said.teacher.outputs);
    result.metrics = metrics_of(of, said.teacher.outputs);
  }
  result.seconds = seconds_since(start);
  said.teacher.paired = view.paired;
  return std::move(said.teacher);
}

}  // namespace cch::detail
