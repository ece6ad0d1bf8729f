// The criteria that docs/criteria.md holds against linear students, for the rows of a study's unit.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

#include "cch/core/random.hpp"
#include "cch/criterion/cch.hpp"
#include "cch/criterion/discrete_decomposition.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/criterion/prediction_level.hpp"
#include "cch/criterion/rivals.hpp"
#include "cch/criterion/saliency.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"
#include "cch/experiments/metrics.hpp"
#include "cch/experiments/unit.hpp"
#include "estimators/classifiers/projection.hpp"
#include "estimators/criterion/linear/model.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;
using Score = std::optional<double>;

struct Inputs {
  Samples teacher;
  Samples student;
  Variable labels;
  Groups groups = Groups::singletons(0);
};

Variable labels_of(const StudyDraw& draw, const Rows& rows) {
  if (draw.classes == 0) return Samples::from(select_rows(draw.targets.view(), rows), "labels");
  std::vector<int> codes;
  for (const std::size_t i : rows) codes.push_back(draw.y[i]);
  std::vector<std::string> names;
  for (std::size_t c = 0; c < draw.classes; ++c) names.push_back(std::to_string(c));
  return ClassLabels::from(std::move(codes), std::move(names));
}

Samples features(const Matrix& x, const Rows& rows, const std::string& name) {
  return Samples::from(select_rows(x.view(), rows), name);
}

/// What the probes see, for criteria that would take minutes on pixels.
Samples leading(const Samples& x) {
  return detail::leading_samples(x, detail::kMostComponents, Execution{}.serial());
}

class Criteria {
 public:
  Criteria(const Study& study, const StudyUnit& unit, const StudyDraw& draw,
           const detail::UnitRows& rows, const Execution& exec)
      : study_(study),
        scenario_(parse_scenario(unit.scenario)),
        draw_(draw),
        rows_(rows),
        exec_(exec.with_seed(derive_seed(unit.seed, "criteria"))),
        labels_(labels_of(draw, rows.labelled)),
        groups_(draw.groups.select(rows.labelled)),
        student_(features(draw.x, rows.labelled, "student")) {}

  CriteriaResult measure(const TeacherView& view) {
    const auto start = std::chrono::steady_clock::now();
    CriteriaResult out;
    out.teacher = {view.name, view.parameters, TeacherRows::same_rows};
    const Samples teacher = features(view.x, rows_.labelled, view.name);
    for (const std::string& name : study_.estimators) representation(out, name, teacher);
    predictions(out, teacher);
    rivals(out, teacher);
    gaussian_decomposition(out);
    linear_pilot(out, view);
    short_pilot(out, view);
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return out;
  }

 private:
  /// Nothing where the criterion refuses the data, for example one row of a class.
  static Score attempt(const std::function<Score()>& score) {
    try {
      return score();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      return std::nullopt;
    }
  }

  void representation(CriteriaResult& out, const std::string& name, const Samples& teacher) {
    const std::string what = "representation-level CCH, " + name;
    std::string decision = "undecided";
    const Score margin = attempt([&]() -> Score {
      std::vector<Warning> unused;
      const Samples t = scaled(teacher, Scale::rank, unused, exec_);
      const Samples s = scaled(student_, Scale::rank, unused, exec_);
      Variable y = labels_;
      if (const auto* values = std::get_if<Samples>(&y)) {
        y = scaled(*values, Scale::rank, unused, exec_);
      }
      const auto shared = choose_estimator(t, s, groups_);
      const auto known = choose_estimator(s, y, groups_);
      const auto of_pair = name == "auto" ? shared.options : default_options(name);
      const auto of_labels = name == "auto" ? known.options : label_partner(of_pair, y).options;
      const Measurement i_ts(of_pair, t, s, groups_, exec_);
      const Measurement i_sy(of_labels, s, y, groups_, exec_);
      decision = to_string(cch_outcome(paired_margin(i_ts, i_sy, exec_)));
      return i_ts.estimate().nats - i_sy.estimate().nats;
    });
    out.scores.emplace_back(what + " margin", margin);
    out.decisions.emplace_back(what, decision);
  }

  void predictions(CriteriaResult& out, const Samples& teacher) {
    t_.reset();
    attempt([&]() -> Score {
      t_ = linear_probe(teacher, labels_, groups_, {}, exec_);
      if (!s_) s_ = linear_probe(student_, labels_, groups_, {}, exec_);
      return std::nullopt;
    });
    if (!t_ || !s_) return;
    attempt([&]() -> Score {
      PredictionLevelOptions options;
      options.other_estimators = false;
      const PredictionLevel level =
          prediction_level(*t_, *s_, student_, labels_, groups_, options, exec_);
      out.scores.emplace_back("prediction-level CCH margin", level.margin.nats);
      out.decisions.emplace_back("prediction-level CCH", to_string(level.outcome));
      out.scores.emplace_back("direction gain of ridge students", level.predicted_gain);
      out.scores.emplace_back("β_s − β_e", level.beta_s.value - level.beta_e.value);
      return std::nullopt;
    });
    out.scores.emplace_back("teacher − student, held-out loss", s_->score - t_->score);
  }

  void rivals(CriteriaResult& out, const Samples& teacher) {
    const Samples t = leading(teacher);
    if (!student_leading_) student_leading_ = leading(student_);
    const Samples& s = *student_leading_;
    const auto* y = std::get_if<ClassLabels>(&labels_);
    const auto add = [&](const std::string& name, const std::function<Score()>& score) {
      out.scores.emplace_back(name, attempt(score));
    };
    add("LogME difference",
        [&]() -> Score { return log_me(t, labels_).value - log_me(s, labels_).value; });
    add("debiased linear CKA", [&] { return debiased_linear_cka(t, s); });
    add("MFH saliency share",
        [&] { return modality_saliency(t, s, labels_, groups_, {}, exec_).share; });
    if (y == nullptr || !t_ || !s_) return;
    const MatrixView p = t_->predictions.view();
    const MatrixView q = s_->predictions.view();
    add("LEEP difference", [&]() -> Score { return leep(p, *y) - leep(q, *y); });
    add("NCE difference", [&]() -> Score {
      return negative_conditional_entropy(p, *y) - negative_conditional_entropy(q, *y);
    });
    add("H-score difference", [&]() -> Score { return h_score(t, *y) - h_score(s, *y); });
    add("Kendall τ of logits", [&] { return mean_kendall_tau(p, q); });
    discrete_decomposition(out, *y);
  }

  /// The likeliest classes of both probes and the labels split as by Bertschinger et al. (2014).
  void discrete_decomposition(CriteriaResult& out, const ClassLabels& y) {
    std::optional<DiscreteDecomposition> parts;
    attempt([&]() -> Score {
      parts = decompose_discrete(likeliest(t_->predictions.view()),
                                 likeliest(s_->predictions.view()), y, {}, exec_);
      return std::nullopt;
    });
    const auto add = [&](const char* name, double DiscreteDecomposition::*part) {
      out.scores.emplace_back(name, parts ? Score(*parts.*part) : std::nullopt);
    };
    add("discrete PID, redundancy", &DiscreteDecomposition::redundancy);
    add("discrete PID, unique to the teacher", &DiscreteDecomposition::unique_teacher);
    add("discrete PID, synergy", &DiscreteDecomposition::synergy);
  }

  /// Information of probe predictions and labels split as by Barrett (2015), all taken as Gaussian:
  /// redundancy = the smaller of I(t;Y), I(s;Y); unique to the teacher = what I(t;Y) has beyond it.
  void gaussian_decomposition(CriteriaResult& out) {
    if (!t_ || !s_) return;
    const auto coordinates = [&](const Matrix& all) {
      const std::size_t k = draw_.classes > 0 ? all.cols() - 1 : all.cols();
      Matrix some(all.rows(), k);
      for (std::size_t i = 0; i < all.rows(); ++i) {
        std::copy_n(all.row(i).begin(), k, some.row(i).begin());
      }
      return Samples::from(std::move(some), "predictions");
    };
    Score redundancy;
    Score unique;
    attempt([&]() -> Score {
      Matrix y(rows_.labelled.size(), std::max(draw_.classes, draw_.targets.cols()));
      for (std::size_t i = 0; i < y.rows(); ++i) {
        const std::size_t row = rows_.labelled[i];
        if (draw_.classes > 0) {
          y(i, static_cast<std::size_t>(draw_.y[row])) = 1.0;
        } else {
          std::copy_n(draw_.targets.row(row).begin(), y.cols(), y.row(i).begin());
        }
      }
      const Samples labels = coordinates(y);
      const auto information = [&](const Probe& probe) {
        return estimate(default_options("gaussian"), coordinates(probe.predictions), labels,
                        groups_, exec_)
            .nats;
      };
      const double i_t = information(*t_);
      const double i_s = information(*s_);
      redundancy = std::min(i_t, i_s);
      unique = i_t - std::min(i_t, i_s);
      return std::nullopt;
    });
    out.scores.emplace_back("Gaussian PID, redundancy", redundancy);
    out.scores.emplace_back("Gaussian PID, unique to the teacher", unique);
  }

  /// The study's own networks with its first loss and λ, on four fifths of the labelled rows (whole
  /// groups) for a fifth of the steps: the gain on the rows left out, calibrated nats or ½ ln of
  /// the ratio of square errors.
  void short_pilot(CriteriaResult& out, const TeacherView& view) {
    out.scores.emplace_back("short training pilot",
                            attempt([&]() -> Score { return short_gain(view); }));
  }

  [[nodiscard]] double short_gain(const TeacherView& view) const {
    Rows fitted;
    Rows held;
    Random random(derive_seed(exec_.seed, "short pilot"));
    for (const std::size_t g : random.permutation(groups_.count())) {
      Rows& part = 5 * held.size() < rows_.labelled.size() ? held : fitted;
      for (const std::size_t i : groups_.members(g)) part.push_back(rows_.labelled[i]);
    }
    const DistilLoss loss{study_.forms.front(), study_.weighting, study_.lambdas.front(),
                          study_.temperatures.front(), study_.scaled};
    TrainingData data = side(view.x, view.shape);
    TrainingFit fit;
    fit.labelled = fitted;
    fit.order = exec_.seed;
    fit.keeps_features = compares_features(loss.form);
    fit.jobs = {{{}, {}, exec_.seed, 1.0}};
    auto teacher =
        train_networks(data, fit, study_.teacher, study_.teacher_training, exec_).front();
    data = side(draw_.x, draw_.shape);
    data.teachers.push_back({std::move(teacher.outputs), std::move(teacher.features)});
    if (scenario_ == Scenario::unlabelled_pairs) fit.unlabelled = rows_.extra;
    fit.jobs.push_back({loss, 0, exec_.seed, 1.0});
    const auto trained = train_networks(data, fit, study_.student, shorter(fit), exec_);
    const Metrics alone = measured(trained[0].outputs, held);
    const Metrics taught = measured(trained[1].outputs, held);
    if (draw_.classes == 0) return 0.5 * std::log(*alone.mse / *taught.mse);
    return alone.calibrated_cross_entropy.value() - taught.calibrated_cross_entropy.value();
  }

  [[nodiscard]] TrainingData side(const Matrix& x, const ImageShape& shape) const {
    return {x, shape, draw_.y, draw_.classes, draw_.targets, {}};
  }
  [[nodiscard]] Optimisation shorter(const TrainingFit& fit) const {
    Optimisation out = study_.training;
    const std::size_t rows = fit.labelled.size() + fit.unlabelled.size();
    const std::size_t batch = out.batch == 0 ? rows : std::min(out.batch, rows);
    const std::size_t all = out.steps > 0 ? out.steps : out.epochs * ((rows + batch - 1) / batch);
    out.steps = std::max<std::size_t>(1, all / 5);
    return out;
  }
  [[nodiscard]] Metrics measured(const Matrix& outputs, const Rows& rows) const {
    if (draw_.classes > 0) return class_metrics(outputs, draw_.y, rows);
    return real_metrics(outputs, draw_.targets, rows);
  }

  void linear_pilot(CriteriaResult& out, const TeacherView& view) {
    Score nats;
    Score share;
    attempt([&]() -> Score {
      PilotInput input{
          student_, {features(view.x, rows_.labelled, view.name)}, labels_, groups_, {}};
      if (scenario_ == Scenario::more_labels) {
        input.extra.teachers = {features(view.x, rows_.extra, view.name)};
        input.extra.labels = labels_of(draw_, rows_.extra);
      } else if (scenario_ == Scenario::unlabelled_pairs) {
        input.extra.teachers = {features(view.x, rows_.extra, view.name)};
        input.extra.student = features(draw_.x, rows_.extra, "student");
      }
      PilotOptions options;
      options.scenario = scenario_;
      const auto result = pilot(input, options, exec_);
      nats = result.teachers.front().gain.value;
      if (result.teachers.front().gain_accuracy) {
        share = result.teachers.front().gain_accuracy->value;
      }
      return std::nullopt;
    });
    out.scores.emplace_back("linear pilot, nats", nats);
    if (draw_.classes > 0) out.scores.emplace_back("linear pilot, accuracy", share);
  }

  const Study& study_;
  Scenario scenario_;
  const StudyDraw& draw_;
  const detail::UnitRows& rows_;
  Execution exec_;
  Variable labels_;
  Groups groups_;
  Samples student_;
  std::optional<Samples> student_leading_;
  std::optional<Probe> t_;
  std::optional<Probe> s_;
};

}  // namespace

std::vector<CriteriaResult> measure_criteria(const Study& study, const TaskData& data,
                                             const StudyUnit& unit, const Execution& exec) {
  const Execution serial = exec.serial();
  const StudyDraw rows = draw(study.task, data, unit.setting, unit.seed, serial);
  const detail::UnitRows chosen = detail::unit_rows(study, unit, rows);
  Criteria criteria(study, unit, rows, chosen, serial);
  std::vector<CriteriaResult> out;
  for (const TeacherView& view : rows.teachers) out.push_back(criteria.measure(view));
  return out;
}

}  // namespace cch
