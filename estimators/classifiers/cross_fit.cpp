#include "estimators/classifiers/cross_fit.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "cch/core/error.hpp"
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

/// The rows of one fold, and what they add to the moments of a training set.
struct Fold {
  Coordinates rows;
  std::vector<int> y;
  std::vector<double> counts;         // K
  Eigen::MatrixXd scatter;            // XᵀX of the kept coordinates
  Eigen::MatrixXd column_sums;        // K × D and 1 × D, as in TrainingSet; empty if nothing was
  Eigen::RowVectorXd column_squares;  // reduced
};

/// Rules fitted on all rows outside one or two folds.
struct FittedModel {
  Rows held;
  Eigen::RowVectorXf log_prior;
  std::array<std::vector<Rule>, kFamilies> rules;
};

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

Fold make_fold(const ClassProblem& p, const Projection& projection, std::size_t f,
               const Execution& exec) {
  const Rows rows = rows_where(p, [&](std::size_t g) { return g == f; });
  Fold fold{projection.apply(p.x, rows, exec), labels_of(p, rows), {}, {}, {}, {}};
  fold.counts.assign(p.classes, 0.0);
  for (const int c : fold.y) fold.counts[static_cast<std::size_t>(c)] += 1.0;
  fold.scatter = scatter_of(fold.rows.kept);
  const Eigen::MatrixXf& columns = fold.rows.columns;
  if (columns.size() == 0) return fold;
  fold.column_sums = class_sums(columns, fold.y, p.classes);
  fold.column_squares = columns.colwise().squaredNorm().cast<double>();
  return fold;
}

std::vector<Fold> make_folds(const ClassProblem& p, const Execution& exec) {
  const Rows all = rows_where(p, [](std::size_t) { return true; });
  const Projection projection(p.x, all, static_cast<Eigen::Index>(columns_kept(p)), exec);
  std::vector<Fold> folds(p.folds);
  parallel_for(p.folds, exec,
               [&](std::size_t f) { folds[f] = make_fold(p, projection, f, exec.serial()); });
  return folds;
}

template <class Sum>
void add(const Sum& term, Sum& sum) {
  if (sum.size() == 0) {
    sum = term;
  } else {
    sum += term;
  }
}

/// All folds but those held out.
TrainingSet training_set(const std::vector<Fold>& folds, const Rows& held, std::size_t classes) {
  TrainingSet train;
  train.counts.assign(classes, 0.0);
  Eigen::MatrixXd column_sums;
  std::vector<const Fold*> used;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    if (std::find(held.begin(), held.end(), f) != held.end()) continue;
    const Fold& fold = *used.emplace_back(&folds[f]);
    train.y.insert(train.y.end(), fold.y.begin(), fold.y.end());
    for (std::size_t c = 0; c < classes; ++c) train.counts[c] += fold.counts[c];
    add(fold.scatter, train.scatter);
    add(fold.column_sums, column_sums);
    add(fold.column_squares, train.column_squares);
  }
  train.x.resize(static_cast<Eigen::Index>(train.y.size()), train.scatter.cols());
  Eigen::Index row = 0;
  for (const Fold* fold : used) {
    train.x.middleRows(row, fold->rows.kept.rows()) = fold->rows.kept;
    row += fold->rows.kept.rows();
  }
  train.column_means = means_of(std::move(column_sums), train.counts);
  return train;
}

FittedModel fit(const std::vector<Fold>& folds, const Rows& held, std::size_t classes,
                const Candidates& candidates) {
  const TrainingSet train = training_set(folds, held, classes);
  FittedModel model{held, log_priors(train.counts), {}};
  if (!candidates.strengths.empty()) {
    model.rules[logistic] = fit_logistic(train, candidates.strengths);
  }
  if (!candidates.discriminants.empty()) {
    model.rules[discriminant] = fit_discriminants(train, candidates.discriminants);
  }
  if (!candidates.quadratics.empty()) {
    model.rules[quadratic] = fit_quadratic(train, candidates.quadratics);
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

/// What one outer fold is decided on: the models without it and one other fold, its partner.
struct Inner {
  const FittedModel* model;
  const Fold* partner;
};

/// The rows on which the inner models are judged, without evidence.
std::vector<HeldOut> validation_blocks(const std::vector<Inner>& inner) {
  std::vector<HeldOut> blocks;
  for (const Inner& one : inner) blocks.push_back({{}, one.model->log_prior, one.partner->y});
  return blocks;
}

double validation_rows(const std::vector<HeldOut>& blocks) {
  double n = 0.0;
  for (const HeldOut& block : blocks) n += static_cast<double>(block.y.size());
  return n;
}

/// Of one candidate, a matrix for each inner model.
using Evidence = std::vector<Eigen::MatrixXf>;

/// The best candidate's evidence.
Evidence choose_in_family(const std::vector<Inner>& inner, std::size_t family, Decision& d) {
  std::vector<std::vector<Eigen::MatrixXf>> all;
  for (const Inner& one : inner) {
    all.push_back(evidence_of_all(one.model->rules[family], one.partner->rows));
  }
  d.cross_entropy[family] = std::numeric_limits<double>::infinity();
  Evidence best;
  for (std::size_t c = 0; c < all.front().size(); ++c) {
    std::vector<HeldOut> blocks = validation_blocks(inner);
    for (std::size_t b = 0; b < inner.size(); ++b) {
      blocks[b].evidence.push_back(std::move(all[b][c]));
    }
    const double ce = calibrate(blocks).cross_entropy;
    if (!(ce < d.cross_entropy[family])) continue;
    d.cross_entropy[family] = ce;
    d.choice[family] = c;
    best.clear();
    for (HeldOut& block : blocks) best.push_back(std::move(block.evidence.front()));
  }
  return best;
}

/// Families without a rule of finite loss are in no pool.
bool can_pool(std::size_t mask, const std::array<Evidence, kFamilies>& members) {
  for (std::size_t family = 0; family < kFamilies; ++family) {
    if ((mask & (1U << family)) && members[family].empty()) return false;
  }
  return mask > 0;
}

/// Of all pools of the families' winners, the one of least CE + (members)/n: what fitting one τ
/// costs on fresh rows is about 1/(2n), and as much again is asked of a member that is worth its
/// fit.
void choose_pool(const std::vector<Inner>& inner, const std::array<Evidence, kFamilies>& members,
                 Decision& d) {
  double least = std::numeric_limits<double>::infinity();
  std::vector<HeldOut> best;
  for (std::size_t mask = 1; mask < (1U << kFamilies); ++mask) {
    if (!can_pool(mask, members)) continue;
    Pool pool;
    std::vector<HeldOut> blocks = validation_blocks(inner);
    for (std::size_t family = 0; family < kFamilies; ++family) {
      if (!(mask & (1U << family))) continue;
      pool.push_back(family);
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        blocks[b].evidence.push_back(members[family][b]);
      }
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
  if (best.empty()) {
    throw Error(ErrorKind::run,
                {"no-finite-rule", "no classification rule has a finite loss on held-out rows",
                 std::to_string(inner.front().model->log_prior.size()) + " classes",
                 "the label bound needs one",
                 "Look at the columns with cch inspect; leave out those of extreme values."});
  }
  add_doubt(best, d.calibration);
}

Decision decide(const std::vector<Fold>& folds, const std::vector<FittedModel>& models,
                std::size_t f) {
  std::vector<Inner> inner;
  for (const FittedModel& m : models) {
    if (m.held[0] == f) inner.push_back({&m, &folds[m.held[1]]});
    if (m.held[1] == f) inner.push_back({&m, &folds[m.held[0]]});
  }
  Decision d;
  std::array<Evidence, kFamilies> members;
  for (std::size_t family = 0; family < kFamilies; ++family) {
    members[family] = choose_in_family(inner, family, d);
  }
  choose_pool(inner, members, d);
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

FoldResult predict(const std::vector<Fold>& folds, Decision decision, std::size_t f,
                   std::size_t classes) {
  const FittedModel model = fit(folds, {f}, classes, chosen(decision));
  const Fold& fold = folds[f];
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
  const std::vector<Fold> folds = make_folds(problem, exec);
  std::atomic<std::size_t> done{0};
  std::vector<FittedModel> inner(pairs.size());
  parallel_for(pairs.size(), exec, [&](std::size_t i) {
    inner[i] = fit(folds, pairs[i], problem.classes, candidates);
    exec.progress("label bound", ++done, total);
  });
  std::vector<FoldResult> results(problem.folds);
  parallel_for(problem.folds, exec, [&](std::size_t f) {
    results[f] = predict(folds, decide(folds, inner, f), f, problem.classes);
    exec.progress("label bound", ++done, total);
  });
  return results;
}

}  // namespace cch::detail
