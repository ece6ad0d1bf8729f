// One outer fold of a pilot of networks.
#include <algorithm>
#include <span>

#include "cch/core/random.hpp"
#include "experiments/network_pilot_parts.hpp"

namespace cch::detail {
namespace {

using Rows = std::vector<std::size_t>;

std::vector<DistilLoss> arms_of(const NetworkPilotOptions& options, bool classes) {
  std::vector<DistilLoss> out;
  for (const double lambda : options.lambdas) {
    if (!classes) {
      out.push_back({DistilForm::prediction, Weighting::added, lambda, 1.0, true});
      continue;
    }
    for (const double temperature : options.temperatures) {
      out.push_back({DistilForm::kl, Weighting::added, lambda, temperature, true});
    }
  }
  return out;
}

/// One outer fold.
class PilotFold {
 public:
  PilotFold(const StudyDraw& draw, const NetworkPilotOptions& options, const Study& study,
            NetworkPilotRows rows, Rows test, std::uint64_t seed, const Execution& exec)
      : draw_(draw),
        options_(options),
        study_(study),
        rows_(std::move(rows)),
        seed_(seed),
        exec_(exec),
        arms_(arms_of(options, draw.classes > 0)),
        fitted_(hold_out(draw.groups, rows_.labelled, options.training.validation, seed)) {
    result_.test = std::move(test);
    result_.own.assign(draw.teachers.size() - 1, 0);
  }

  PilotFoldResult run() {
    result_.taught.resize(options_.scenarios.size());
    const TrainingData same = taught_data(Scenario::same_rows);
    for (const TeacherOutputs& said : same.teachers) {
      result_.teachers.push_back(select_rows(said.outputs.view(), result_.test));
    }
    // The student alone goes with the scenario whose rows are its own.
    train(same, std::nullopt, {}, true);
    for (std::size_t s = 0; s < options_.scenarios.size(); ++s) {
      switch (options_.scenarios[s]) {
        case Scenario::same_rows:
          train(same, s, {}, false);
          break;
        case Scenario::unlabelled_pairs:
          train(same, s, rows_.unlabelled, false);
          break;
        case Scenario::more_labels:
          train(taught_data(Scenario::more_labels), s, {}, false);
          break;
      }
    }
    return std::move(result_);
  }

 private:
  TrainingData taught_data(Scenario scenario) {
    TrainingData data = training_data(draw_, draw_.x, draw_.shape);
    const UnitPart part{{rows_.labelled, rows_.further}, result_.test, true};
    const StudyUnit unit{{}, seed_, 0, std::string(to_string(scenario))};
    failures_.clear();
    Study shorter = study_;
    const std::size_t learned =
        rows_.labelled.size() + (scenario == Scenario::more_labels ? rows_.further.size() : 0);
    shorter.teacher_training =
        shortened(options_, options_.teacher, std::max<std::size_t>(1, learned / 2));
    const auto add = [&](const TeacherView& view, const Study& study, const StudyUnit& as) {
      RunResult run;
      run.spec = {Role::teacher,
                  {},
                  RunTeacher{view.name, view.parameters,
                             view.stored ? TeacherRows::stored : TeacherRows::k_fold},
                  {},
                  {}};
      data.teachers.push_back(train_teacher({study, as, draw_, part, exec_}, run));
      failures_.push_back(run.failure);
      if (!view.stored) networks_of(failures_.size() - 1) += options_.teacher_folds;
    };
    for (std::size_t t = 0; t + 1 < draw_.teachers.size(); ++t) {
      add(draw_.teachers[t], shorter, unit);
    }
    // The references know what the student knows: its own labels, whatever teachers have.
    Study own = shorter;
    own.teacher = options_.student;
    add(draw_.teachers.back(), own, {{}, seed_, 0, std::string(to_string(Scenario::same_rows))});
    data.teachers.push_back({uninformed(), {}, {}});
    failures_.emplace_back();
    return data;
  }

  /// Trained for a teacher, or for a reference, which all share.
  std::size_t& networks_of(std::size_t teacher) {
    return teacher < result_.own.size() ? result_.own[teacher] : result_.shared;
  }

  /// The same for every class, or the mean of the labels that are fitted.
  [[nodiscard]] Matrix uninformed() const {
    Matrix out(draw_.x.rows(), draw_.classes > 0 ? draw_.classes : draw_.targets.cols());
    if (draw_.classes > 0) return out;
    for (std::size_t c = 0; c < out.cols(); ++c) {
      double mean = 0.0;
      for (const std::size_t i : fitted_.fitted) mean += draw_.targets(i, c);
      mean /= static_cast<double>(fitted_.fitted.size());
      for (std::size_t i = 0; i < out.rows(); ++i) out(i, c) = mean;
    }
    return out;
  }

  TrainingFit fit_of(const Rows& unlabelled) const {
    TrainingFit fit;
    fit.labelled = fitted_.fitted;
    fit.validation = fitted_.validation;
    fit.unlabelled = unlabelled;
    fit.order = derive_seed(seed_, "student order");
    fit.keeps_features = false;
    return fit;
  }

  /// A student alone, or one for every teacher and arm.
  void train(const TrainingData& data, std::optional<std::size_t> scenario, const Rows& unlabelled,
             bool alone) {
    TrainingFit fit = fit_of(unlabelled);
    const std::uint64_t start = derive_seed(seed_, "student start");
    if (alone) fit.jobs.push_back({{}, {}, start, 1.0});
    if (scenario) {
      for (std::size_t t = 0; t < data.teachers.size(); ++t) {
        for (const DistilLoss& arm : arms_) fit.jobs.push_back({arm, t, start, 1.0});
      }
    }
    if (fit.jobs.empty()) return;
    const Optimisation training =
        shortened(options_, options_.student, fit.labelled.size() + fit.unlabelled.size());
    auto trained = train_networks(data, fit, options_.student, training, exec_);
    if (alone) {
      ++result_.shared;
      result_.alone = on_test(trained.front());
    }
    if (!scenario) return;
    for (std::size_t t = 0; t < data.teachers.size(); ++t) {
      networks_of(t) += arms_.size();
      result_.taught[*scenario].push_back(
          chosen(std::span(trained).subspan(t * arms_.size(), arms_.size()), failures_[t]));
    }
  }

  static const Matrix& counted(const TrainedNetwork& network) {
    return network.best ? network.best->outputs : network.outputs;
  }
  Matrix on_test(const TrainedNetwork& network) const {
    return select_rows(counted(network).view(), result_.test);
  }

  [[nodiscard]] double validation_loss(const Matrix& outputs) const {
    const Rows& rows = fitted_.validation;
    if (draw_.classes == 0) return *real_metrics(outputs, draw_.targets, rows).mse;
    return calibrated_loss(outputs, draw_.y, rows);
  }

  /// The arm with the least validation loss, the first of equals.
  FoldTaught chosen(std::span<const TrainedNetwork> arms, const std::string& failure) const {
    FoldTaught out{failure, {}, arms_.front()};
    if (!failure.empty()) return out;
    std::optional<double> least;
    for (std::size_t a = 0; a < arms.size(); ++a) {
      if (!arms[a].failure.empty()) {
        out.failure = arms[a].failure;
        continue;
      }
      const double loss = validation_loss(counted(arms[a]));
      if (least && loss >= *least) continue;
      least = loss;
      out.outputs = on_test(arms[a]);
      out.arm = arms_[a];
    }
    if (least) out.failure.clear();
    return out;
  }

  const StudyDraw& draw_;
  const NetworkPilotOptions& options_;
  const Study& study_;
  NetworkPilotRows rows_;
  std::uint64_t seed_;
  const Execution& exec_;
  std::vector<DistilLoss> arms_;
  HeldOutRows fitted_;
  std::vector<std::string> failures_;  // of the teachers of the last taught_data
  PilotFoldResult result_;
};

}  // namespace

Optimisation shortened(const NetworkPilotOptions& options, const NetworkSpec& network,
                       std::size_t rows) {
  Optimisation out = options.training;
  const std::size_t most_steps =
      network.layers == Layers::linear ? options.most_linear_steps : options.most_steps;
  const std::size_t batch = out.batch == 0 ? rows : std::min(out.batch, rows);
  const std::size_t all = out.steps > 0 ? out.steps : out.epochs * ((rows + batch - 1) / batch);
  if (all > most_steps) out.steps = most_steps;
  return out;
}

Study pilot_study(const NetworkPilotOptions& options) {
  Study out;
  out.student = options.student;
  out.teacher = options.teacher;
  out.training = options.training;
  out.teacher_training = options.training;
  out.folds = options.teacher_folds;
  out.allow_chance = true;
  return out;
}

PilotFoldResult train_fold(const StudyDraw& draw, const NetworkPilotOptions& options,
                           const Study& study, NetworkPilotRows rows, std::vector<std::size_t> test,
                           std::uint64_t seed, const Execution& exec) {
  return PilotFold(draw, options, study, std::move(rows), std::move(test), seed, exec).run();
}

}  // namespace cch::detail
