#include "cch/experiments/network_pilot.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <set>

#include "cch/core/error.hpp"
#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/row_terms.hpp"
#include "experiments/unit_training.hpp"

namespace cch {
namespace {

using namespace detail;
using Rows = std::vector<std::size_t>;

/// Beside the teachers, in this order: the student's own kind, cross-fitted, and one that says the
/// same of every row.
constexpr std::size_t kReferences = 2;

/// What one fold says: outputs on its test rows.
struct FoldTaught {
  std::string failure;
  Matrix outputs;
  DistilLoss arm;
};
struct FoldResult {
  Rows test;
  Matrix alone;
  std::vector<Matrix> teachers;
  std::vector<std::vector<FoldTaught>> taught;  // by scenario, teacher
  std::size_t networks = 0;
};

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

/// Rows whose groups have no row in the fold.
Rows outside(const Groups& groups, const Rows& rows, const std::set<std::size_t>& held) {
  Rows out;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(out),
               [&](std::size_t row) { return !held.contains(groups.of(row)); });
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
  }

  FoldResult run() {
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
      if (!view.stored) result_.networks += options_.teacher_folds;
    };
    for (std::size_t t = 0; t + 1 < draw_.teachers.size(); ++t)
      add(draw_.teachers[t], shorter, unit);
    // The references know what the student knows: its own labels, whatever teachers have.
    Study own = shorter;
    own.teacher = options_.student;
    add(draw_.teachers.back(), own, {{}, seed_, 0, std::string(to_string(Scenario::same_rows))});
    data.teachers.push_back({uninformed(), {}, {}});
    failures_.emplace_back();
    return data;
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
    result_.networks += trained.size();
    if (alone) result_.alone = on_test(trained.front());
    if (!scenario) return;
    for (std::size_t t = 0; t < data.teachers.size(); ++t) {
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
  FoldResult result_;
};

/// Outputs of a parting into folds, one row a labelled row.
struct Pooled {
  Matrix outputs;
  std::string failure;
  std::map<std::pair<double, double>, std::size_t> arms;  // how often each was chosen
};

/// Losses and hits of pooled outputs.
struct RowScores {
  std::vector<double> loss;
  std::vector<double> hit;
};

/// The labels of the labelled rows.
struct PilotLabels {
  std::vector<int> y;
  Matrix targets;
  Groups groups;
  Rows all;
};

PilotLabels labels_of(const StudyDraw& draw, const Rows& labelled) {
  PilotLabels out{{}, {}, draw.groups.select(labelled), {}};
  for (std::size_t i = 0; i < labelled.size(); ++i) out.all.push_back(i);
  if (draw.classes == 0) {
    out.targets = select_rows(draw.targets.view(), labelled);
    return out;
  }
  for (const std::size_t row : labelled) out.y.push_back(draw.y[row]);
  return out;
}

double log_sum(std::span<const double> z, double scale) {
  const double most = *std::max_element(z.begin(), z.end());
  double total = 0.0;
  for (const double v : z) total += std::exp((v - most) * scale);
  return most * scale + std::log(total);
}

RowScores scores_of(const Matrix& outputs, const PilotLabels& labels) {
  RowScores out;
  if (labels.y.empty()) {
    for (std::size_t i = 0; i < outputs.rows(); ++i) {
      double sum = 0.0;
      for (std::size_t c = 0; c < outputs.cols(); ++c) {
        sum += std::pow(outputs(i, c) - labels.targets(i, c), 2);
      }
      out.loss.push_back(sum);
    }
    return out;
  }
  const double scale = 1.0 / calibration_temperature(outputs, labels.y, labels.all);
  for (std::size_t i = 0; i < outputs.rows(); ++i) {
    const auto z = outputs.row(i);
    const auto truth = static_cast<std::size_t>(labels.y[i]);
    out.loss.push_back(log_sum(z, scale) - scale * z[truth]);
    out.hit.push_back(std::max_element(z.begin(), z.end()) - z.begin() ==
                              static_cast<std::ptrdiff_t>(truth)
                          ? 1.0
                          : 0.0);
  }
  return out;
}

NetworkScore score_of(const RowScores& rows) {
  NetworkScore out{mean_of(rows.loss), std::nullopt};
  if (!rows.hit.empty()) out.accuracy = mean_of(rows.hit);
  return out;
}

/// Row terms whose mean is the gain in nats: differences of losses, or of ½ ln MSE to first order.
std::vector<double> gain_terms(const RowScores& alone, const RowScores& taught, bool classes) {
  std::vector<double> out(alone.loss.size());
  if (classes) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = alone.loss[i] - taught.loss[i];
    return out;
  }
  const double mse_alone = mean_of(alone.loss);
  const double mse_taught = mean_of(taught.loss);
  const double gain = 0.5 * std::log(mse_alone / mse_taught);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = gain + 0.5 * (alone.loss[i] / mse_alone - taught.loss[i] / mse_taught);
  }
  return out;
}

/// Every repeat has its own folds and terms.
struct RepeatTerms {
  std::vector<std::vector<double>> terms;
  std::vector<Rows> folds;  // of each repeat
};

NetworkGain gain_of(const RepeatTerms& of, const Groups& groups) {
  const auto repeats = static_cast<double>(of.terms.size());
  std::vector<double> mean(of.terms.front().size());
  double between = 0.0;
  for (std::size_t r = 0; r < of.terms.size(); ++r) {
    const auto& terms = of.terms[r];
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += terms[i] / repeats;
    between += variance_of_mean(terms, Groups::from(of.folds[r])) / repeats;
  }
  return {mean_of(mean), std::sqrt(std::max(variance_of_mean(mean, groups), between))};
}

/// Everything of one parting.
struct Parting {
  Rows fold;
  Matrix alone;
  std::vector<Matrix> teachers;
  std::vector<std::vector<Pooled>> taught;
};

void put_rows(const Matrix& from, const Rows& rows, const std::map<std::size_t, std::size_t>& place,
              Matrix& to) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = from.row(i);
    std::copy(row.begin(), row.end(), to.row(place.at(rows[i])).begin());
  }
}

Parting pooled(const NetworkPilotOptions& options, const Rows& labelled, Rows fold,
               std::span<FoldResult> folds) {
  std::map<std::size_t, std::size_t> place;
  for (std::size_t i = 0; i < labelled.size(); ++i) place[labelled[i]] = i;
  const FoldResult& first = folds.front();
  const Matrix empty(labelled.size(), first.alone.cols());
  Parting out{std::move(fold), empty, std::vector<Matrix>(first.teachers.size(), empty), {}};
  out.taught.assign(options.scenarios.size(),
                    std::vector<Pooled>(first.teachers.size(), Pooled{empty, {}, {}}));
  for (const FoldResult& one : folds) {
    put_rows(one.alone, one.test, place, out.alone);
    for (std::size_t t = 0; t < one.teachers.size(); ++t) {
      put_rows(one.teachers[t], one.test, place, out.teachers[t]);
    }
    for (std::size_t s = 0; s < one.taught.size(); ++s) {
      for (std::size_t t = 0; t < one.taught[s].size(); ++t) {
        const FoldTaught& taught = one.taught[s][t];
        Pooled& to = out.taught[s][t];
        if (!taught.failure.empty()) {
          to.failure = taught.failure;
          continue;
        }
        put_rows(taught.outputs, one.test, place, to.outputs);
        ++to.arms[{taught.arm.lambda, taught.arm.temperature}];
      }
    }
  }
  return out;
}

/// What a teacher, or a reference, gained.
struct Judged {
  NetworkPilotTeacher teacher;
  RepeatTerms nats;
};

Judged judged(const std::vector<Parting>& partings, std::size_t s, std::size_t t,
              const PilotLabels& labels) {
  Judged result;
  NetworkPilotTeacher& out = result.teacher;
  RepeatTerms& nats = result.nats;
  RepeatTerms hits;
  std::map<std::pair<double, double>, std::size_t> arms;
  for (const Parting& parting : partings) {
    const Pooled& of = parting.taught[s][t];
    if (!of.failure.empty()) {
      out.failure = of.failure;
      return result;
    }
    const RowScores alone = scores_of(parting.alone, labels);
    const RowScores taught = scores_of(of.outputs, labels);
    nats.terms.push_back(gain_terms(alone, taught, !labels.y.empty()));
    nats.folds.push_back(parting.fold);
    for (const auto& [arm, count] : of.arms) arms[arm] += count;
    if (labels.y.empty()) continue;
    std::vector<double>& gained = hits.terms.emplace_back(taught.hit);
    for (std::size_t i = 0; i < gained.size(); ++i) gained[i] -= alone.hit[i];
    hits.folds.push_back(parting.fold);
  }
  out.gain = gain_of(nats, labels.groups);
  out.row_terms = nats.terms.front();
  if (!hits.terms.empty()) out.gain_accuracy = gain_of(hits, labels.groups);
  const auto most = std::max_element(
      arms.begin(), arms.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::tie(out.lambda, out.temperature) = most->first;
  return result;
}

/// Teachers of one scenario, each beside the reference that gained more.
std::vector<NetworkPilotTeacher> judged_teachers(const std::vector<Parting>& partings,
                                                 std::size_t s, std::size_t teachers,
                                                 const PilotLabels& labels) {
  std::optional<Judged> reference;
  for (std::size_t r = teachers; r < teachers + kReferences; ++r) {
    Judged one = judged(partings, s, r, labels);
    if (!one.teacher.failure.empty()) continue;
    if (!reference || one.teacher.gain.value > reference->teacher.gain.value) {
      reference = std::move(one);
    }
  }
  std::vector<NetworkPilotTeacher> out;
  for (std::size_t t = 0; t < teachers; ++t) {
    Judged one = judged(partings, s, t, labels);
    if (one.teacher.failure.empty() && reference) {
      for (std::size_t r = 0; r < one.nats.terms.size(); ++r) {
        for (std::size_t i = 0; i < one.nats.terms[r].size(); ++i) {
          one.nats.terms[r][i] -= reference->nats.terms[r][i];
        }
      }
      one.teacher.over_uninformed = gain_of(one.nats, labels.groups);
    }
    out.push_back(std::move(one.teacher));
  }
  return out;
}

void add_share(const NetworkScore& score, double share, NetworkScore& to) {
  to.loss += share * score.loss;
  if (score.accuracy) to.accuracy = to.accuracy.value_or(0.0) + share * *score.accuracy;
}

void check(const NetworkPilotRows& rows, const NetworkPilotOptions& options) {
  for (const Scenario scenario : options.scenarios) {
    const bool lacks = (scenario == Scenario::unlabelled_pairs && rows.unlabelled.empty()) ||
                       (scenario == Scenario::more_labels && rows.further.empty());
    if (!lacks) continue;
    refuse_usage("no-extra-rows", std::string(to_string(scenario)) + " has no further rows",
                 "they are what it is about", "Give such rows, or leave the scenario out");
  }
}

}  // namespace

NetworkPilot network_pilot(const StudyDraw& given, const NetworkPilotRows& rows,
                           const NetworkPilotOptions& options, const Execution& exec) {
  check(rows, options);
  StudyDraw draw = given;
  draw.teachers.push_back({"the student itself", {}, given.x, given.shape, {}, {}});
  const auto start = std::chrono::steady_clock::now();
  const Study study = pilot_study(options);
  std::vector<Rows> fold_of;
  for (std::size_t r = 0; r < options.repeats; ++r) {
    fold_of.push_back(folds_of(draw.groups, rows.labelled, options.folds,
                               derive_seed(exec.seed, "pilot repeat", r), "pilot folds"));
  }
  const std::size_t total = options.repeats * options.folds;
  std::vector<FoldResult> folds(total);
  std::atomic<std::size_t> done{0};
  parallel_for(total, exec, [&](std::size_t i) {
    const Rows& fold = fold_of[i / options.folds];
    Rows test;
    NetworkPilotRows others;
    std::set<std::size_t> held;
    for (std::size_t k = 0; k < fold.size(); ++k) {
      const bool is_test = fold[k] == i % options.folds;
      (is_test ? test : others.labelled).push_back(rows.labelled[k]);
      if (is_test) held.insert(draw.groups.of(rows.labelled[k]));
    }
    if (test.empty()) {
      refuse_data("too-few-rows", "a pilot of networks needs a row or group in every fold",
                  std::to_string(options.folds) + " folds", "",
                  "Give more labelled rows or groups");
    }
    others.unlabelled = outside(draw.groups, rows.unlabelled, held);
    others.further = outside(draw.groups, rows.further, held);
    folds[i] = PilotFold(draw, options, study, std::move(others), std::move(test),
                         derive_seed(exec.seed, "pilot fold", i), exec.serial())
                   .run();
    exec.progress("network pilot", ++done, total);
  });
  const PilotLabels labels = labels_of(draw, rows.labelled);
  NetworkPilot out;
  out.repeats = options.repeats;
  out.teachers.resize(given.teachers.size());
  std::vector<Parting> partings;
  for (std::size_t r = 0; r < options.repeats; ++r) {
    partings.push_back(pooled(options, rows.labelled, fold_of[r],
                              std::span(folds).subspan(r * options.folds, options.folds)));
    const double share = 1.0 / static_cast<double>(options.repeats);
    add_share(score_of(scores_of(partings.back().alone, labels)), share, out.alone);
    for (std::size_t t = 0; t < out.teachers.size(); ++t) {
      add_share(score_of(scores_of(partings.back().teachers[t], labels)), share, out.teachers[t]);
    }
  }
  for (const FoldResult& fold : folds) out.networks += fold.networks;
  for (std::size_t s = 0; s < options.scenarios.size(); ++s) {
    out.gains.push_back(judged_teachers(partings, s, out.teachers.size(), labels));
  }
  out.seconds = seconds_since(start);
  return out;
}

}  // namespace cch
