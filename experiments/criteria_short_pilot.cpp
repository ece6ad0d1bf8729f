#include <algorithm>
#include <cmath>

#include "cch/core/random.hpp"
#include "experiments/criteria_parts.hpp"

namespace cch::detail {
namespace {

using Rows = std::vector<std::size_t>;

struct Parts {
  Rows fitted;
  Rows held;
};

Parts parts_of(const CriteriaRows& of) {
  const Groups& groups = of.input.groups;
  const Rows& labelled = of.rows.labelled;
  Parts out;
  Random random(derive_seed(of.exec.seed, "short pilot"));
  for (const std::size_t g : random.permutation(groups.count())) {
    Rows& part = 5 * out.held.size() < labelled.size() ? out.held : out.fitted;
    for (const std::size_t i : groups.members(g)) part.push_back(labelled[i]);
  }
  return out;
}

TrainingData side(const StudyDraw& draw, const Matrix& x, const ImageShape& shape) {
  return {x, shape, draw.y, draw.classes, draw.targets, {}};
}

/// All rows but the held-out ones are fitted on, so none tells the best weights.
Optimisation without_choice(Optimisation out) {
  out.weight_decay.resize(1);
  return out;
}

Optimisation shorter(Optimisation out, const TrainingFit& fit) {
  const std::size_t rows = fit.labelled.size() + fit.unlabelled.size();
  const std::size_t batch = out.batch == 0 ? rows : std::min(out.batch, rows);
  const std::size_t all = out.steps > 0 ? out.steps : out.epochs * ((rows + batch - 1) / batch);
  out.steps = std::max<std::size_t>(1, all / 5);
  return out;
}

Metrics measured(const StudyDraw& draw, const Matrix& outputs, const Rows& rows) {
  if (draw.classes > 0) return class_metrics(outputs, draw.y, rows);
  return real_metrics(outputs, draw.targets, rows);
}

}  // namespace

double short_training_gain(const CriteriaRows& of, const TeacherView& view) {
  const Study& study = of.study;
  const StudyDraw& draw = of.draw;
  const Parts parts = parts_of(of);
  const DistilLoss loss{study.forms.front(), study.weighting, study.lambdas.front(),
                        study.temperatures.front(), study.scaled};
  TrainingFit fit;
  fit.labelled = parts.fitted;
  fit.order = of.exec.seed;
  fit.keeps_features = compares_features(loss.form);
  fit.jobs = {{{}, {}, of.exec.seed, 1.0}};
  TeacherOutputs said{view.x, {}};
  if (!view.stored) {
    auto teacher = train_networks(side(draw, view.x, view.shape), fit, study.teacher,
                                  without_choice(study.teacher_training), of.exec)
                       .front();
    said = {std::move(teacher.outputs), std::move(teacher.features)};
  }
  TrainingData data = side(draw, draw.x, draw.shape);
  data.teachers.push_back(std::move(said));
  if (of.options.scenario == Scenario::unlabelled_pairs) fit.unlabelled = of.rows.extra;
  fit.jobs.push_back({loss, 0, of.exec.seed, 1.0});
  const auto trained = train_networks(data, fit, study.student,
                                      without_choice(shorter(study.training, fit)), of.exec);
  const Metrics alone = measured(draw, trained[0].outputs, parts.held);
  const Metrics taught = measured(draw, trained[1].outputs, parts.held);
  if (draw.classes == 0) return 0.5 * std::log(*alone.mse / *taught.mse);
  return alone.calibrated_cross_entropy.value() - taught.calibrated_cross_entropy.value();
}

}  // namespace cch::detail
