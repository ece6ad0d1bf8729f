#include "estimators/classifiers/cross_fit.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <numeric>
#include <utility>

#include "cch/core/parallel.hpp"
#include "estimators/classifiers/discriminant.hpp"
#include "estimators/classifiers/logistic.hpp"
#include "estimators/classifiers/projection.hpp"
#include "estimators/classifiers/quadratic.hpp"
#include "estimators/classifiers/rule.hpp"
#include "estimators/classifiers/training.hpp"

namespace cch::detail {
namespace {

using Rows = std::vector<std::size_t>;
using Pool = std::vector<std::size_t>;

enum Family : std::size_t { logistic, discriminant, quadratic };

/// L2 strengths s, from strong to weak; the penalty is s/n.
const std::vector<double> kStrengths{250.0, 50.0, 10.0, 2.0, 0.4};
/// Inner validation rows beyond which further inner fits would hardly change the choice.
constexpr std::size_t kEnoughValidation = 800;
/// Training rows for each principal component, where there are more columns than training rows:
/// more components overfit, fewer lose classes (measured on omics data with 300 to 750 rows).
constexpr std::size_t kRowsPerDirection = 2;

/// Candidates of each family by number; an empty list leaves the family out.
struct Candidates {
  std::vector<double> strengths;
  std::vector<DiscriminantChoice> discriminants;
  std::vector<QuadraticChoice> quadratics;
};

/// Rules fitted on all rows outside one or two folds, with the rows of those folds.
struct FittedModel {
  struct Fold {
    std::size_t fold = 0;
    Coordinates rows;
    std::vector<int> y;
  };
  std::vector<Fold> held;
  Eigen::RowVectorXf log_prior;
  std::array<std::vector<Rule>, kFamilies> rules;
};

using Inner = std::vector<const FittedModel*>;

template <class Predicate>
Rows rows_where(const ClassProblem& p, Predicate keep) {
  Rows rows;
  for (std::size_t i = 0; i < p.fold.size(); ++i) {
    if (keep(p.fold[i])) rows.push_back(i);
  }
  return rows;
}

std::vector<int> labels_of(const ClassProblem& p, const Rows& rows) {
  std::vector<int> out(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) out[i] = p.y[rows[i]];
  return out;
}

/// Columns, or components where there are more columns than the smallest training set has rows. One
/// number for all models, so that a candidate means the same in each.
std::size_t columns_kept(const ClassProblem& p) {
  const std::size_t training_rows = p.y.size() * (p.folds - 2) / p.folds;
  const std::size_t most = p.max_dim == 0 ? p.x.cols() : std::min(p.max_dim, p.x.cols());
  if (p.x.cols() <= std::min(most, training_rows)) return most;
  return std::min(most, std::max<std::size_t>(2, training_rows / kRowsPerDirection));
}

TrainingSet training_set(const ClassProblem& p, const Rows& rows, const Projection& projection) {
  TrainingSet train;
  Coordinates coordinates = projection.apply(p.x, rows);
  train.x = std::move(coordinates.kept);
  train.columns = std::move(coordinates.columns);
  train.y = labels_of(p, rows);
  train.counts.assign(p.classes, 0.0);
  for (const int c : train.y) train.counts[static_cast<std::size_t>(c)] += 1.0;
  train.scatter = scatter_of(train.x);
  return train;
}

FittedModel fit(const ClassProblem& p, const Rows& held_folds, const Candidates& candidates) {
  const auto is_held = [&](std::size_t f) {
    return std::find(held_folds.begin(), held_folds.end(), f) != held_folds.end();
  };
  const Rows rows = rows_where(p, [&](std::size_t f) { return !is_held(f); });
  const Projection projection(p.x, rows, static_cast<Eigen::Index>(columns_kept(p)));
  const TrainingSet train = training_set(p, rows, projection);
  FittedModel model;
  model.log_prior = log_priors(train.counts);
  if (!candidates.strengths.empty()) {
    model.rules[logistic] = fit_logistic(train, candidates.strengths);
  }
  if (!candidates.discriminants.empty()) {
    model.rules[discriminant] = fit_discriminants(train, candidates.discriminants);
  }
  if (!candidates.quadratics.empty()) {
    model.rules[quadratic] = fit_quadratic(train, candidates.quadratics);
  }
  for (const std::size_t f : held_folds) {
    const Rows held = rows_where(p, [&](std::size_t g) { return g == f; });
    model.held.push_back({f, projection.apply(p.x, held), labels_of(p, held)});
  }
  return model;
}

/// Pairs {f, g} of folds, at distances 1, 2, … until every fold has enough validation rows. Every
/// fold gets the same number of partners.
std::vector<Rows> inner_pairs(std::size_t rows, std::size_t folds) {
  std::vector<Rows> pairs;
  std::size_t validation = 0;
  for (std::size_t distance = 1; distance <= folds / 2; ++distance) {
    if (validation >= kEnoughValidation) break;
    const bool half_turn = 2 * distance == folds;
    for (std::size_t f = 0; f < (half_turn ? folds / 2 : folds); ++f) {
      pairs.push_back({f, (f + distance) % folds});
    }
    validation += (half_turn ? 1 : 2) * rows / folds;
  }
  return pairs;
}

/// The rows on which fold f's inner models are judged, without evidence.
std::vector<HeldOut> validation_blocks(const Inner& inner) {
  std::vector<HeldOut> blocks;
  for (const FittedModel* model : inner) {
    blocks.push_back({{}, model->log_prior, {}});
  }
  return blocks;
}

const FittedModel::Fold& partner_of(const FittedModel& model, std::size_t f) {
  return model.held[model.held.front().fold == f ? 1 : 0];
}

void add_member(const Inner& inner, std::size_t f, std::size_t family, std::size_t candidate,
                std::vector<HeldOut>& blocks) {
  for (std::size_t b = 0; b < inner.size(); ++b) {
    const FittedModel::Fold& fold = partner_of(*inner[b], f);
    blocks[b].y = fold.y;
    blocks[b].evidence.push_back(evidence(inner[b]->rules[family][candidate], fold.rows));
  }
}

double validation_rows(const std::vector<HeldOut>& blocks) {
  double n = 0.0;
  for (const HeldOut& block : blocks) n += static_cast<double>(block.y.size());
  return n;
}

void choose_in_family(const Inner& inner, std::size_t f, std::size_t family, Decision& d) {
  d.cross_entropy[family] = std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < inner.front()->rules[family].size(); ++c) {
    std::vector<HeldOut> blocks = validation_blocks(inner);
    add_member(inner, f, family, c, blocks);
    const double ce = calibrate(blocks).cross_entropy;
    if (ce < d.cross_entropy[family]) {
      d.cross_entropy[family] = ce;
      d.choice[family] = c;
    }
  }
}

/// Of all pools of the families' winners, the one of least CE + (members)/n: what fitting one τ
/// costs on fresh rows is about 1/(2n), and as much again is asked of a member that is worth its
/// fit.
void choose_pool(const Inner& inner, std::size_t f, Decision& d) {
  double least = std::numeric_limits<double>::infinity();
  std::vector<HeldOut> best;
  for (std::size_t mask = 1; mask < (1U << kFamilies); ++mask) {
    Pool pool;
    std::vector<HeldOut> blocks = validation_blocks(inner);
    for (std::size_t family = 0; family < kFamilies; ++family) {
      if (!(mask & (1U << family))) continue;
      pool.push_back(family);
      add_member(inner, f, family, d.choice[family], blocks);
    }
    const Calibration calibration = calibrate(blocks);
    const double score =
        calibration.cross_entropy + static_cast<double>(pool.size()) / validation_rows(blocks);
    if (score >= least) continue;
    least = score;
    d.pool = pool;
    d.calibration = calibration;
    best = std::move(blocks);
  }
  add_doubt(best, d.calibration);
}

Decision decide(const std::vector<FittedModel>& models, std::size_t f) {
  Inner inner;
  for (const FittedModel& m : models) {
    if (m.held[0].fold == f || m.held[1].fold == f) inner.push_back(&m);
  }
  Decision d;
  for (std::size_t family = 0; family < kFamilies; ++family) choose_in_family(inner, f, family, d);
  choose_pool(inner, f, d);
  return d;
}

Candidates all_candidates(const ClassProblem& p) {
  const bool reduced = columns_kept(p) < p.x.cols();
  return {kStrengths, discriminant_choices(reduced), quadratic_choices()};
}

Candidates chosen(const Decision& d) {
  Candidates out;
  for (const std::size_t family : d.pool) {
    const std::size_t c = d.choice[family];
    if (family == logistic) out.strengths = {kStrengths[c]};
    if (family == discriminant) out.discriminants = {discriminant_choices(true)[c]};
    if (family == quadratic) out.quadratics = {quadratic_choices()[c]};
  }
  return out;
}

FoldResult predict(const ClassProblem& p, Decision decision, std::size_t f) {
  const FittedModel model = fit(p, {f}, chosen(decision));
  const FittedModel::Fold& fold = model.held.front();
  HeldOut rows{{}, model.log_prior, fold.y};
  for (const std::size_t family : decision.pool) {
    rows.evidence.push_back(evidence(model.rules[family].front(), fold.rows));
  }
  const Eigen::MatrixXd log_q = log_probabilities(rows, decision.calibration);
  FoldResult result{std::move(decision), {}, 0};
  for (Eigen::Index i = 0; i < log_q.rows(); ++i) {
    const int label = fold.y[static_cast<std::size_t>(i)];
    Eigen::Index guess = 0;
    log_q.row(i).maxCoeff(&guess);
    result.correct += guess == label ? 1 : 0;
    result.log_q.push_back(log_q(i, label));
  }
  return result;
}

}  // namespace

std::string family_name(std::size_t family) {
  constexpr std::array<const char*, kFamilies> names{"logistic", "discriminant", "quadratic"};
  return names[family];
}

std::string candidate_name(std::size_t family, std::size_t candidate) {
  if (family == discriminant) return discriminant_choices(true)[candidate].name();
  if (family == quadratic) return quadratic_choices()[candidate].name();
  const std::string digits = std::to_string(kStrengths[candidate]);
  return "logistic(l2 = " + digits.substr(0, digits.find('.') + 2) + "/n)";
}

std::vector<FoldResult> cross_fit(const ClassProblem& problem, const Execution& exec) {
  const std::vector<Rows> pairs = inner_pairs(problem.y.size(), problem.folds);
  const Candidates candidates = all_candidates(problem);
  const std::size_t total = pairs.size() + problem.folds;
  std::atomic<std::size_t> done{0};
  std::vector<FittedModel> inner(pairs.size());
  parallel_for(pairs.size(), exec, [&](std::size_t i) {
    inner[i] = fit(problem, pairs[i], candidates);
    exec.progress("label bound", ++done, total);
  });
  std::vector<FoldResult> results(problem.folds);
  parallel_for(problem.folds, exec, [&](std::size_t f) {
    results[f] = predict(problem, decide(inner, f), f);
    exec.progress("label bound", ++done, total);
  });
  return results;
}

}  // namespace cch::detail
