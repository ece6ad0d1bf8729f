#include "cch/experiments/unit.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "cch/criterion/pilot.hpp"
#include "experiments/tasks/draws.hpp"
#include "experiments/unit_rows.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;

/// Text that tells teachers apart, for the names of random streams.
std::string label_of(const RunTeacher& teacher) {
  std::string out = teacher.name;
  for (const auto& [key, value] : teacher.parameters) {
    const auto* number = std::get_if<double>(&value);
    out += fmt::format(" {}={}", key,
                       number ? fmt::format("{}", *number) : std::get<std::string>(value));
  }
  return out + " " + std::string(to_string(teacher.rows));
}

bool same_view(const RunTeacher& a, const RunTeacher& b) {
  return a.name == b.name && a.parameters == b.parameters && a.rows == b.rows;
}

TrainingData data_of(const StudyDraw& draw, const Matrix& x, const ImageShape& shape) {
  TrainingData data;
  data.x = x;
  data.shape = shape;
  data.y = draw.y;
  data.classes = draw.classes;
  data.targets = draw.targets;
  return data;
}

Metrics metrics_of(const StudyDraw& draw, const Matrix& outputs) {
  if (draw.classes > 0) return class_metrics(outputs, draw.y, draw.test);
  return real_metrics(outputs, draw.targets, draw.test);
}

class Unit {
 public:
  Unit(const Study& study, const TaskData& data, const StudyUnit& unit, const Execution& exec)
      : study_(study),
        unit_(unit),
        exec_(exec.serial()),
        draw_(draw(study.task, data, unit.setting, unit.seed, exec_)),
        rows_(detail::unit_rows(study, unit, draw_)),
        fitted_(hold_out(rows_.labelled, study.training)),
        scenario_(parse_scenario(unit.scenario)),
        closed_form_(draw_, fitted_.fitted.size()) {
    exec_.device = exec.device;
    for (RunSpec& spec : runs(study, unit))
      results_.push_back({std::move(spec), {}, {}, {}, {}, {}, {}, {}, 0.0});
  }

  std::vector<RunResult> run() {
    data_ = data_of(draw_, draw_.x, draw_.shape);
    for (std::size_t i = 0; i < results_.size(); ++i) {
      if (results_[i].spec.role == Role::teacher) train_teacher(i);
    }
    train_students();
    train_self();
    return std::move(results_);
  }

 private:
  [[nodiscard]] detail::HeldOutRows hold_out(const Rows& rows, const Optimisation& o) const {
    return detail::hold_out(draw_.groups, rows, o.validation, unit_.seed);
  }

  const TeacherView& view_of(const RunTeacher& teacher) const {
    return *std::find_if(draw_.teachers.begin(), draw_.teachers.end(), [&](const auto& view) {
      return view.name == teacher.name && view.parameters == teacher.parameters;
    });
  }

  void train_teacher(std::size_t at) {
    const auto start = std::chrono::steady_clock::now();
    RunResult& result = results_[at];
    const RunTeacher& teacher = *result.spec.teacher;
    const TeacherView& view = view_of(teacher);
    const TrainingData data = data_of(draw_, view.x, view.shape);
    Rows rows = rows_.labelled;
    if (scenario_ == Scenario::more_labels) {
      rows.insert(rows.end(), rows_.extra.begin(), rows_.extra.end());
    }
    if (teacher.rows == TeacherRows::fresh_rows) rows = draw_.fresh;
    TeacherOutputs said = teacher.rows == TeacherRows::k_fold ? cross_fitted(data, rows, result)
                                                              : fitted_once(data, rows, result);
    teachers_.emplace_back(teacher, data_.teachers.size());
    if (result.failure.empty()) {
      result.metrics = metrics_of(draw_, said.outputs);
      const std::string why = detail::why_at_chance(draw_, result.metrics);
      at_chance_.push_back(study_.allow_chance ? "" : why);
    } else {
      at_chance_.push_back("its teacher failed: " + result.failure);
    }
    data_.teachers.push_back(std::move(said));
    result.seconds = seconds_since(start);
  }

  TrainingFit teacher_fit(const Rows& rows, const RunTeacher& teacher, std::size_t fold) const {
    // Teachers of one name start alike, whatever is done to their inputs.
    detail::HeldOutRows parts = hold_out(rows, study_.teacher_training);
    TrainingFit fit;
    fit.labelled = std::move(parts.fitted);
    fit.validation = std::move(parts.validation);
    fit.order = derive_seed(unit_.seed, "teacher order " + teacher.name, fold);
    fit.jobs = {{{}, {}, derive_seed(unit_.seed, "teacher start " + teacher.name, fold), 1.0}};
    fit.keeps_features = compares_hidden();
    return fit;
  }

  TeacherOutputs fitted_once(const TrainingData& data, const Rows& rows, RunResult& result) {
    auto trained = train_networks(data, teacher_fit(rows, *result.spec.teacher, 0), study_.teacher,
                                  study_.teacher_training, exec_);
    keep(data, study_.teacher, trained.front(), result);
    return {std::move(trained.front().outputs), std::move(trained.front().features)};
  }

  TeacherOutputs cross_fitted(const TrainingData& data, const Rows& rows, RunResult& result) {
    const auto fold = detail::folds_of(draw_.groups, rows, study_.folds, unit_.seed);
    TeacherOutputs out;
    out.outputs = Matrix(data.x.rows(), data.outputs());
    const double share = 1.0 / static_cast<double>(study_.folds);
    std::vector<Matrix> by_fold;
    for (std::size_t f = 0; f < study_.folds; ++f) {
      Rows others;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (fold[i] != f) others.push_back(rows[i]);
      }
      auto trained = train_networks(data, teacher_fit(others, *result.spec.teacher, f),
                                    study_.teacher, study_.teacher_training, exec_);
      if (result.failure.empty()) result.failure = trained.front().failure;
      if (f == 0) result.curve = std::move(trained.front().curve);
      by_fold.push_back(std::move(trained.front().outputs));
    }
    for (std::size_t i = 0; i < data.x.rows(); ++i) {
      for (std::size_t c = 0; c < data.outputs(); ++c) {
        for (const Matrix& z : by_fold) out.outputs(i, c) += share * z(i, c);
      }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto own = by_fold[fold[i]].row(rows[i]);
      std::copy(own.begin(), own.end(), out.outputs.row(rows[i]).begin());
    }
    return out;
  }

  // --- students

  struct Planned {
    std::size_t result;
    TrainingJob job;
  };

  /// Everything but self-distillation, whose teacher is trained here.
  void train_students() {
    std::vector<Planned> alone;
    std::vector<Planned> taught;
    for (std::size_t i = 0; i < results_.size(); ++i) {
      const RunSpec& spec = results_[i].spec;
      if (spec.role == Role::teacher || spec.control == Control::self) continue;
      if (spec.role == Role::student) {
        alone.push_back({i, job_of({}, {})});
      } else if (spec.control == Control::shrinkage) {
        alone.push_back({i, job_of({}, {})});
        alone.back().job.label_scale = 1.0 - mixed_weight(*spec.loss);
      } else if (const auto teacher = teacher_index(i)) {
        taught.push_back({i, job_of(*spec.loss, teacher)});
      }
    }
    if (scenario_ != Scenario::unlabelled_pairs) {
      // Same rows, same batches: all in one.
      alone.insert(alone.end(), taught.begin(), taught.end());
      taught.clear();
    }
    train(alone, {});
    train(taught, rows_.extra);
  }

  void train_self() {
    std::vector<Planned> planned;
    for (std::size_t i = 0; i < results_.size(); ++i) {
      if (results_[i].spec.control != Control::self) continue;
      if (!results_[0].failure.empty()) {
        results_[i].failure = "its teacher failed: " + results_[0].failure;
        continue;
      }
      planned.push_back({i, job_of(*results_[i].spec.loss, data_.teachers.size())});
    }
    if (planned.empty()) return;
    data_.teachers.push_back(std::move(alone_));
    train(planned, scenario_ == Scenario::unlabelled_pairs ? rows_.extra : Rows{});
  }

  /// λ/(1 + λ), or λ itself: the weight of the teacher in a mixed target.
  static double mixed_weight(const DistilLoss& loss) {
    return loss.weighting == Weighting::mixed ? loss.lambda : loss.lambda / (1.0 + loss.lambda);
  }

  TrainingJob job_of(const DistilLoss& loss, std::optional<std::size_t> teacher) const {
    return {loss, teacher, derive_seed(unit_.seed, "student start"), 1.0};
  }

  /// Where the outputs for this run stand in data_; nothing where its teacher may not be used.
  std::optional<std::size_t> teacher_index(std::size_t at) {
    const RunSpec& spec = results_[at].spec;
    if (spec.control == Control::uniform) return uniform();
    for (std::size_t t = 0; t < teachers_.size(); ++t) {
      if (!same_view(teachers_[t].first, *spec.teacher)) continue;
      if (!at_chance_[t].empty()) {
        results_[at].failure = at_chance_[t];
        return std::nullopt;
      }
      if (spec.control == Control::shuffled) return shuffled(t);
      return teachers_[t].second;
    }
    return std::nullopt;
  }

  std::size_t uniform() {
    if (!uniform_) {
      Matrix said(data_.x.rows(), data_.outputs());
      if (draw_.classes == 0) {
        for (std::size_t c = 0; c < said.cols(); ++c) {
          double mean = 0.0;
          for (const std::size_t i : fitted_.fitted) mean += draw_.targets(i, c);
          mean /= static_cast<double>(fitted_.fitted.size());
          for (std::size_t i = 0; i < said.rows(); ++i) said(i, c) = mean;
        }
      }
      uniform_ = data_.teachers.size();
      data_.teachers.push_back({std::move(said), {}});
    }
    return *uniform_;
  }

  /// The teacher's outputs dealt to other rows that the student learns from.
  std::size_t shuffled(std::size_t t) {
    if (shuffled_.size() <= t) shuffled_.resize(teachers_.size());
    if (!shuffled_[t]) {
      Rows rows = fitted_.fitted;
      if (scenario_ == Scenario::unlabelled_pairs) {
        rows.insert(rows.end(), rows_.extra.begin(), rows_.extra.end());
      }
      Random random(derive_seed(unit_.seed, "shuffled " + label_of(teachers_[t].first)));
      const auto order = random.permutation(rows.size());
      const TeacherOutputs& from = data_.teachers[teachers_[t].second];
      TeacherOutputs to = from;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto put = [&](const Matrix& source, Matrix& target) {
          if (source.rows() == 0) return;
          const auto row = source.row(rows[order[i]]);
          std::copy(row.begin(), row.end(), target.row(rows[i]).begin());
        };
        put(from.outputs, to.outputs);
        put(from.features, to.features);
      }
      shuffled_[t] = data_.teachers.size();
      data_.teachers.push_back(std::move(to));
    }
    return *shuffled_[t];
  }

  void train(const std::vector<Planned>& planned, const Rows& unlabelled) {
    if (planned.empty()) return;
    const auto start = std::chrono::steady_clock::now();
    TrainingFit fit;
    fit.labelled = fitted_.fitted;
    fit.validation = fitted_.validation;
    fit.unlabelled = unlabelled;
    fit.order = derive_seed(unit_.seed, "student order");
    fit.keeps_features = compares_hidden();
    for (const Planned& p : planned) fit.jobs.push_back(p.job);
    auto trained = train_networks(data_, fit, study_.student, study_.training, exec_);
    const double share = seconds_since(start) / static_cast<double>(planned.size());
    for (std::size_t i = 0; i < planned.size(); ++i) {
      RunResult& result = results_[planned[i].result];
      keep(data_, study_.student, trained[i], result);
      result.seconds = share;
      if (!result.failure.empty()) continue;
      result.metrics = metrics_of(draw_, trained[i].outputs);
      const RunSpec& spec = result.spec;
      if (spec.role == Role::distilled && scenario_ != Scenario::unlabelled_pairs) {
        const Matrix& said = data_.teachers[*planned[i].job.teacher].outputs;
        result.predicted = closed_form_(said, *spec.loss);
      }
      if (spec.role == Role::student) {
        alone_ = {std::move(trained[i].outputs), std::move(trained[i].features)};
      }
    }
  }

  // --- both

  [[nodiscard]] bool compares_hidden() const {
    return std::any_of(study_.forms.begin(), study_.forms.end(), compares_features);
  }

  static double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  void keep(const TrainingData& data, const NetworkSpec& network, TrainedNetwork& trained,
            RunResult& result) const {
    result.failure = trained.failure;
    result.curve = std::move(trained.curve);
    result.weights = std::move(trained.weights);
    if (trained.best && trained.failure.empty()) {
      BestNetwork& best = *trained.best;
      result.best = BestRun{best.step, best.validation, metrics_of(draw_, best.outputs),
                            std::move(best.weights)};
    }
    result.shapes = weight_shapes(network, data.x.cols(), data.shape, data.outputs());
  }

  const Study& study_;
  const StudyUnit& unit_;
  Execution exec_;
  StudyDraw draw_;
  detail::UnitRows rows_;
  detail::HeldOutRows fitted_;  // of the student's labelled rows
  Scenario scenario_;
  detail::ClosedFormSource closed_form_;
  std::vector<RunResult> results_;
  TrainingData data_;  // the student's, with all that teachers say
  std::vector<std::pair<RunTeacher, std::size_t>> teachers_;
  std::vector<std::string> at_chance_;
  std::optional<std::size_t> uniform_;
  std::vector<std::optional<std::size_t>> shuffled_;
  TeacherOutputs alone_;
};

}  // namespace

std::vector<RunResult> train_unit(const Study& study, const TaskData& data, const StudyUnit& unit,
                                  const Execution& exec) {
  return Unit(study, data, unit, exec).run();
}

}  // namespace cch
