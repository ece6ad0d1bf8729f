#include "cch/estimators/label_bound.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "cch/core/parallel.hpp"
#include "estimators/classifiers/calibration.hpp"
#include "estimators/classifiers/discriminant.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/classifiers/logistic.hpp"
#include "estimators/classifiers/projection.hpp"
#include "estimators/row_terms.hpp"

namespace cch {
namespace {

using detail::Calibration;
using detail::DiscriminantChoice;
using detail::HeldOut;
using detail::LinearRule;
using detail::TrainingSet;
using Rows = std::vector<std::size_t>;

const std::vector<double> kStrengths{250.0, 50.0, 10.0, 2.0, 0.4};
/// Inner validation rows beyond which further inner fits would not change the choice.
constexpr std::size_t kEnoughValidation = 800;
/// Training rows for each principal component, where there are more columns than training rows:
/// more components overfit, fewer lose classes (measured on omics data with 300 to 750 rows).
constexpr std::size_t kRowsPerComponent = 2;
constexpr std::size_t kSmallClass = 10;
constexpr std::size_t kFewGroups = 20;

/// The question, with classes that have no rows left out.
struct Problem {
  MatrixView x;
  std::vector<int> y;
  std::size_t classes = 0;
  std::vector<std::size_t> fold;
  std::size_t folds = 0;
  std::size_t max_dim = 0;

  [[nodiscard]] Rows rows_in(std::size_t f) const {
    return rows_where([&](auto g) { return g == f; });
  }
  template <class Predicate>
  [[nodiscard]] Rows rows_where(Predicate keep) const {
    Rows rows;
    for (std::size_t i = 0; i < fold.size(); ++i) {
      if (keep(fold[i])) rows.push_back(i);
    }
    return rows;
  }
  [[nodiscard]] std::vector<int> labels(const Rows& rows) const {
    std::vector<int> out(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) out[i] = y[rows[i]];
    return out;
  }
};

/// Rules fitted on all rows outside one or two folds, with the rows of those folds.
struct FittedModel {
  struct Fold {
    std::size_t fold = 0;
    Eigen::MatrixXf x;
    std::vector<int> y;
  };
  std::vector<Fold> held;
  Eigen::RowVectorXf log_prior;
  std::vector<LinearRule> logistic;
  std::vector<LinearRule> discriminant;

  [[nodiscard]] const Fold& at(std::size_t f) const { return held[held.front().fold == f ? 0 : 1]; }
};

/// What one outer fold decided on its training rows.
struct Decision {
  std::size_t strength = 0;      // index into kStrengths
  std::size_t discriminant = 0;  // index into discriminant_choices()
  Calibration logistic_alone;
  Calibration discriminant_alone;
  Calibration pool;  // members: logistic, discriminant
};

std::size_t columns_kept(const Problem& p, std::size_t training_rows) {
  const std::size_t most = p.max_dim == 0 ? p.x.cols() : std::min(p.max_dim, p.x.cols());
  if (p.x.cols() <= std::min(most, training_rows)) return most;
  return std::min(most, std::max<std::size_t>(2, training_rows / kRowsPerComponent));
}

FittedModel fit(const Problem& p, const std::vector<std::size_t>& held_folds,
                const std::vector<double>& strengths,
                const std::vector<DiscriminantChoice>& choices) {
  const auto is_held = [&](std::size_t f) {
    return std::find(held_folds.begin(), held_folds.end(), f) != held_folds.end();
  };
  const Rows rows = p.rows_where([&](std::size_t f) { return !is_held(f); });
  const std::size_t most = columns_kept(p, rows.size());
  const detail::Projection projection(p.x, rows, static_cast<Eigen::Index>(most));
  TrainingSet train;
  train.x = projection.apply(p.x, rows);
  train.y = p.labels(rows);
  train.counts.assign(p.classes, 0.0);
  for (const int c : train.y) train.counts[static_cast<std::size_t>(c)] += 1.0;
  train.scatter = detail::scatter_of(train.x);
  FittedModel model;
  model.log_prior = detail::log_priors(train.counts);
  model.logistic = detail::fit_logistic(train, strengths);
  model.discriminant = detail::fit_discriminants(train, choices);
  for (const std::size_t f : held_folds) {
    const Rows held = p.rows_in(f);
    model.held.push_back({f, projection.apply(p.x, held), p.labels(held)});
  }
  return model;
}

/// Pairs {f, g} of folds: the model without both serves as inner model of f, validated on g, and of
/// g, validated on f. Every fold gets the same number of partners, 2 or more, at distances 1, 2, …
/// .
std::vector<std::array<std::size_t, 2>> inner_pairs(std::size_t rows, std::size_t folds) {
  std::vector<std::array<std::size_t, 2>> pairs;
  std::size_t validation = 0;
  for (std::size_t distance = 1; distance <= folds / 2; ++distance) {
    if (distance > 1 && validation >= kEnoughValidation) break;
    const bool half_turn = 2 * distance == folds;
    for (std::size_t f = 0; f < (half_turn ? folds / 2 : folds); ++f) {
      pairs.push_back({f, (f + distance) % folds});
    }
    validation += (half_turn ? 1 : 2) * rows / folds;
  }
  return pairs;
}

using Inner = std::vector<const FittedModel*>;

/// The blocks on which fold f's inner models are judged, with the evidence of the given members.
template <class... Member>
std::vector<HeldOut> validation_blocks(const Inner& inner, std::size_t f, Member... member) {
  std::vector<HeldOut> blocks;
  for (const FittedModel* model : inner) {
    const FittedModel::Fold& fold = model->held[model->held.front().fold == f ? 1 : 0];
    blocks.push_back({{member(*model).evidence(fold.x)...}, model->log_prior, fold.y});
  }
  return blocks;
}

template <class Member>
std::pair<std::size_t, Calibration> best_of(std::size_t count, const Inner& inner, std::size_t f,
                                            Member member) {
  std::pair<std::size_t, Calibration> best;
  best.second.cross_entropy = std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < count; ++c) {
    const Calibration calibration = detail::calibrate(validation_blocks(
        inner, f, [&](const FittedModel& m) -> const LinearRule& { return member(m, c); }));
    if (calibration.cross_entropy < best.second.cross_entropy) best = {c, calibration};
  }
  return best;
}

const LinearRule& logistic_of(const FittedModel& m, std::size_t i) {
  return m.logistic[i];
}
const LinearRule& discriminant_of(const FittedModel& m, std::size_t i) {
  return m.discriminant[i];
}

Decision decide(const std::vector<FittedModel>& models, std::size_t f) {
  Inner inner;
  for (const FittedModel& m : models) {
    if (m.held[0].fold == f || m.held[1].fold == f) inner.push_back(&m);
  }
  Decision d;
  std::tie(d.strength, d.logistic_alone) = best_of(kStrengths.size(), inner, f, logistic_of);
  std::tie(d.discriminant, d.discriminant_alone) =
      best_of(detail::discriminant_choices().size(), inner, f, discriminant_of);
  const auto blocks = validation_blocks(
      inner, f,
      [&](const FittedModel& m) -> const LinearRule& { return logistic_of(m, d.strength); },
      [&](const FittedModel& m) -> const LinearRule& {
        return discriminant_of(m, d.discriminant);
      });
  d.pool = detail::calibrate(blocks);
  detail::add_doubt(blocks, d.pool);
  return d;
}

struct FoldResult {
  Decision decision;
  std::vector<double> log_q;  // of the true class, rows of the fold in ascending order
  std::size_t correct = 0;
};

FoldResult predict(const Problem& p, const Decision& decision, std::size_t f) {
  const FittedModel model = fit(p, {f}, {kStrengths[decision.strength]},
                                {detail::discriminant_choices()[decision.discriminant]});
  const FittedModel::Fold& fold = model.at(f);
  const HeldOut rows{{model.logistic[0].evidence(fold.x), model.discriminant[0].evidence(fold.x)},
                     model.log_prior,
                     fold.y};
  const Eigen::MatrixXd log_q = detail::log_probabilities(rows, decision.pool);
  FoldResult result{decision, {}, 0};
  for (Eigen::Index i = 0; i < log_q.rows(); ++i) {
    const int label = fold.y[static_cast<std::size_t>(i)];
    Eigen::Index guess = 0;
    log_q.row(i).maxCoeff(&guess);
    result.correct += guess == label ? 1 : 0;
    result.log_q.push_back(log_q(i, label));
  }
  return result;
}

std::vector<FoldResult> cross_fit(const Problem& p, const Execution& exec) {
  const auto pairs = inner_pairs(p.y.size(), p.folds);
  const std::size_t total = pairs.size() + p.folds;
  std::atomic<std::size_t> done{0};
  std::vector<FittedModel> inner(pairs.size());
  parallel_for(pairs.size(), exec, [&](std::size_t i) {
    inner[i] = fit(p, {pairs[i][0], pairs[i][1]}, kStrengths, detail::discriminant_choices());
    exec.progress("label bound", ++done, total);
  });
  std::vector<FoldResult> results(p.folds);
  parallel_for(p.folds, exec, [&](std::size_t f) {
    results[f] = predict(p, decide(inner, f), f);
    exec.progress("label bound", ++done, total);
  });
  return results;
}

void check_rows(const Samples& x, const ClassLabels& y, const Groups& groups) {
  if (x.size() == y.size() && x.size() == groups.rows()) return;
  refuse_data("unequal-rows", "the inputs have different numbers of rows",
              x.name() + ": " + std::to_string(x.size()) + ", labels: " + std::to_string(y.size()) +
                  ", groups: " + std::to_string(groups.rows()),
              "rows are paired by position", "Align the files on their ids first");
}

std::vector<std::size_t> groups_per_class(const ClassLabels& y, const Groups& groups) {
  std::vector<std::size_t> count(y.classes(), 0);
  std::vector<std::size_t> last(y.classes(), groups.count());
  for (std::size_t g = 0; g < groups.count(); ++g) {
    for (const std::size_t i : groups.members(g)) {
      const auto c = static_cast<std::size_t>(y[i]);
      if (last[c] != g) ++count[c];
      last[c] = g;
    }
  }
  return count;
}

std::string quoted(const ClassLabels& y, std::size_t c) {
  return "'" + y.names()[c] + "'";
}

/// Refuses classes that cannot be held out, and names those that are nearly so.
void check_classes(const ClassLabels& y, const Groups& groups, std::vector<Warning>& warnings) {
  const auto counts = y.counts();
  const auto spread = groups_per_class(y, groups);
  std::size_t present = 0;
  std::string lone;
  std::string small;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    ++present;
    const std::string text = quoted(y, c) + " (" + std::to_string(counts[c]) + " rows, " +
                             std::to_string(spread[c]) + (spread[c] == 1 ? " group)" : " groups)");
    if (spread[c] < 2) lone += (lone.empty() ? "" : ", ") + text;
    if (spread[c] >= 2 && spread[c] < kSmallClass) small += (small.empty() ? "" : ", ") + text;
  }
  if (present < 2) {
    refuse_data("one-class", "the labels have fewer than two classes",
                std::to_string(present) + " classes",
                "their entropy is 0, so nothing can be known about them", "Give other labels");
  }
  if (!lone.empty()) {
    refuse_data("lone-class", "a class has rows in one group only", lone,
                "it cannot be learned and held out at once", "Merge or drop these classes");
  }
  if (!small.empty()) {
    warnings.push_back({"small-class", "few rows or groups to learn these classes from: " + small});
  }
}

void check_options(const LabelBoundOptions& options, const Groups& groups) {
  if (options.folds < 3) {
    refuse_usage("too-few-folds",
                 "label-bound needs at least 3 folds, not " + std::to_string(options.folds),
                 "one is held out, one calibrates and the rest are learned from", "Use 5 folds");
  }
  if (groups.count() < 3) {
    refuse_data("too-few-groups", "label-bound needs at least 3 groups",
                std::to_string(groups.count()) + " groups",
                "whole groups are held out, used to calibrate and learned from",
                "Give more groups");
  }
}

/// Codes of the classes that have rows, numbered from 0 in their order.
std::vector<int> present_codes(const ClassLabels& y, std::size_t& classes) {
  const auto counts = y.counts();
  std::vector<int> number(counts.size(), -1);
  classes = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) number[c] = static_cast<int>(classes++);
  }
  std::vector<int> codes(y.size());
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = number[static_cast<std::size_t>(y[i])];
  return codes;
}

void describe(Estimate& out, const std::vector<FoldResult>& results) {
  double accuracy = 0.0;
  std::array<double, 3> ce{0.0, 0.0, 0.0};
  for (std::size_t f = 0; f < results.size(); ++f) {
    const Decision& d = results[f].decision;
    const std::string fold = "fold_" + std::to_string(f);
    out.diagnostics.note(fold + "_logistic",
                         "l2 = " + std::to_string(kStrengths[d.strength]) + "/n");
    out.diagnostics.note(fold + "_discriminant",
                         detail::discriminant_choices()[d.discriminant].name());
    out.diagnostics.set(fold + "_tau_logistic", d.pool.tau(0));
    out.diagnostics.set(fold + "_tau_discriminant", d.pool.tau(1));
    out.diagnostics.set(fold + "_doubt", d.pool.doubt);
    accuracy += static_cast<double>(results[f].correct);
    ce[0] += d.logistic_alone.cross_entropy;
    ce[1] += d.discriminant_alone.cross_entropy;
    ce[2] += d.pool.cross_entropy;
  }
  const auto folds = static_cast<double>(results.size());
  out.diagnostics.set("folds", folds);
  out.diagnostics.set("accuracy", accuracy / static_cast<double>(out.n));
  out.diagnostics.set("inner_cross_entropy_logistic", ce[0] / folds);
  out.diagnostics.set("inner_cross_entropy_discriminant", ce[1] / folds);
  out.diagnostics.set("inner_cross_entropy_pool", ce[2] / folds);
}

}  // namespace

Estimate label_bound(const Samples& x, const ClassLabels& y, const Groups& groups,
                     const LabelBoundOptions& options, const Execution& exec) {
  check_rows(x, y, groups);
  check_options(options, groups);
  Estimate out;
  check_classes(y, groups, out.warnings);
  Problem p{
      .x = x.view(), .y = {}, .classes = 0, .fold = {}, .folds = 0, .max_dim = options.max_dim};
  p.y = present_codes(y, p.classes);
  p.folds = std::min(options.folds, groups.count());
  p.fold = detail::stratified_folds(p.y, p.classes, groups, p.folds, exec.seed);
  const std::vector<FoldResult> results = cross_fit(p, exec);

  out.n = x.size();
  out.dim_x = x.dim();
  out.dim_y = 1;
  out.method = "label-bound";
  out.row_terms.resize(out.n);
  const auto counts = y.counts();
  std::vector<std::size_t> next(p.folds, 0);
  for (std::size_t i = 0; i < out.n; ++i) {
    const double prior =
        static_cast<double>(counts[static_cast<std::size_t>(y[i])]) / static_cast<double>(out.n);
    const std::size_t f = p.fold[i];
    out.row_terms[i] = results[f].log_q[next[f]++] - std::log(prior);
  }
  out.nats = detail::mean_of(out.row_terms);
  detail::set_error_bars(out, groups);
  out.diagnostics.set("entropy_nats", y.entropy_nats());
  describe(out, results);
  if (groups.count() < kFewGroups) {
    out.warnings.push_back(
        {"few-groups", std::to_string(groups.count()) + " groups: the error bars are exploratory"});
  }
  return out;
}

}  // namespace cch
