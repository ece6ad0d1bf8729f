#include "estimators/classifiers/cross_fit.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <string>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/core/parallel.hpp"
#include "estimators/classifiers/discriminant.hpp"
#include "estimators/classifiers/logistic.hpp"
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
/// Candidates of each family by number; an empty list leaves the family out.
struct Candidates {
  std::vector<double> strengths;
  std::vector<DiscriminantChoice> discriminants;
  std::vector<QuadraticChoice> quadratics;
};

/// Rules of one choice of columns.
struct RuleSet {
  Columns level;
  ColumnSubset subset;
  std::array<std::vector<Rule>, kFamilies> rules;
};

/// Rules fitted on all rows outside one or two folds.
struct FittedModel {
  Rows held;
  Eigen::RowVectorXf log_prior;
  std::vector<RuleSet> sets;
};

struct Wanted {
  Columns level;
  Candidates candidates;
};

RuleSet fit_rules(const ClassProblem& p, const std::vector<Fold>& folds, const Rows& held,
                  const Wanted& wanted, Eigen::RowVectorXf& log_prior) {
  RuleSet set{wanted.level, {}, {}};
  if (wanted.level != Columns::all) set.subset = ColumnSubset(p, folds, held, wanted.level);
  const TrainingSet train = set.subset.training_set(folds, held);
  log_prior = log_priors(train.counts);
  const Candidates& candidates = wanted.candidates;
  if (!candidates.strengths.empty()) {
    set.rules[logistic] = fit_logistic(train, candidates.strengths);
  }
  if (!candidates.discriminants.empty()) {
    set.rules[discriminant] = fit_discriminants(train, candidates.discriminants);
  }
  if (!candidates.quadratics.empty()) {
    set.rules[quadratic] = fit_quadratic(train, candidates.quadratics);
  }
  return set;
}

FittedModel fit(const ClassProblem& p, const std::vector<Fold>& folds, const Rows& held,
                const std::vector<Wanted>& wanted) {
  FittedModel model{held, {}, {}};
  for (const Wanted& one : wanted) {
    model.sets.push_back(fit_rules(p, folds, held, one, model.log_prior));
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

/// The best candidate's evidence, of those on all columns or on these levels.
Evidence choose_in_family(const std::vector<Inner>& inner, std::size_t family,
                          const std::vector<Columns>& levels, Decision& d) {
  d.cross_entropy[family] = std::numeric_limits<double>::infinity();
  Evidence best;
  for (std::size_t s = 0; s < inner.front().model->sets.size(); ++s) {
    const Columns level = inner.front().model->sets[s].level;
    if (level != Columns::all && std::find(levels.begin(), levels.end(), level) == levels.end()) {
      continue;
    }
    std::vector<std::vector<Eigen::MatrixXf>> all;
    for (const Inner& one : inner) {
      const RuleSet& set = one.model->sets[s];
      all.push_back(set.subset.evidence(set.rules[family], *one.partner));
    }
    for (std::size_t c = 0; c < all.front().size(); ++c) {
      std::vector<HeldOut> blocks = validation_blocks(inner);
      for (std::size_t b = 0; b < inner.size(); ++b) {
        blocks[b].evidence.push_back(std::move(all[b][c]));
      }
      const double ce = calibrate(blocks).cross_entropy;
      if (!(ce < d.cross_entropy[family])) continue;
      d.cross_entropy[family] = ce;
      d.choice[family] = {level, c};
      best.clear();
      for (HeldOut& block : blocks) best.push_back(std::move(block.evidence.front()));
    }
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
  const std::vector<Columns> levels = levels_worth_fitting(sums_without(folds, {f}));
  Decision d;
  std::array<Evidence, kFamilies> members;
  for (std::size_t family = 0; family < kFamilies; ++family) {
    members[family] = choose_in_family(inner, family, levels, d);
  }
  choose_pool(inner, members, d);
  return d;
}

Candidates all_candidates(bool reduced) {
  return {kStrengths, discriminant_choices(reduced), quadratic_choices()};
}

/// All candidates on all columns, and on those of every level that some fold is to choose from.
std::vector<Wanted> all_wanted(const ClassProblem& p, const std::vector<Fold>& folds) {
  std::vector<Wanted> wanted{
      {Columns::all, all_candidates(columns_kept(p, p.x.cols()) < p.x.cols())}};
  std::array<bool, 3> some{};
  for (std::size_t f = 0; f < folds.size(); ++f) {
    for (const Columns level : levels_worth_fitting(sums_without(folds, {f}))) {
      some[static_cast<std::size_t>(level)] = true;
    }
  }
  for (const Columns level : {Columns::strict, Columns::generous}) {
    if (some[static_cast<std::size_t>(level)]) wanted.push_back({level, all_candidates(false)});
  }
  return wanted;
}

/// The winners of the families that were pooled, by their columns.
std::vector<Wanted> chosen(const Decision& d) {
  std::vector<Wanted> wanted;
  for (const std::size_t family : d.pool) {
    const auto [columns, number] = d.choice[family];
    auto own = std::find_if(wanted.begin(), wanted.end(), [columns = columns](const Wanted& one) {
      return one.level == columns;
    });
    if (own == wanted.end()) own = wanted.insert(own, {columns, {}});
    if (family == logistic) own->candidates.strengths = {kStrengths[number]};
    if (family == discriminant)
      own->candidates.discriminants = {discriminant_choices(true)[number]};
    if (family == quadratic) own->candidates.quadratics = {quadratic_choices()[number]};
  }
  return wanted;
}

const RuleSet& set_of(const FittedModel& model, Columns level) {
  return *std::find_if(model.sets.begin(), model.sets.end(),
                       [&](const RuleSet& set) { return set.level == level; });
}

FoldResult predict(const ClassProblem& p, const std::vector<Fold>& folds, Decision decision,
                   std::size_t f) {
  const FittedModel model = fit(p, folds, {f}, chosen(decision));
  const Fold& fold = folds[f];
  HeldOut rows{{}, model.log_prior, fold.y};
  for (const std::size_t family : decision.pool) {
    const RuleSet& set = set_of(model, decision.choice[family].columns);
    rows.evidence.push_back(set.subset.evidence(set.rules[family].front(), fold));
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

std::string candidate_name(std::size_t family, const Candidate& candidate) {
  const std::string columns = prefix_of(candidate.columns);
  if (family == discriminant) {
    return columns + discriminant_choices(true)[candidate.number].name();
  }
  if (family == quadratic) return columns + quadratic_choices()[candidate.number].name();
  const std::string digits = std::to_string(kStrengths[candidate.number]);
  return columns + "logistic(l2 = " + digits.substr(0, digits.find('.') + 2) + "/n)";
}

std::vector<FoldResult> cross_fit(const ClassProblem& problem, const Execution& exec) {
  const std::vector<Rows> pairs = inner_pairs(problem.y.size(), problem.folds);
  const std::size_t total = pairs.size() + problem.folds;
  const std::vector<Fold> folds = make_folds(problem, exec);
  const std::vector<Wanted> wanted = all_wanted(problem, folds);
  std::atomic<std::size_t> done{0};
  std::vector<FittedModel> inner(pairs.size());
  parallel_for(pairs.size(), exec, [&](std::size_t i) {
    inner[i] = fit(problem, folds, pairs[i], wanted);
    exec.progress("label bound", ++done, total);
  });
  std::vector<FoldResult> results(problem.folds);
  parallel_for(problem.folds, exec, [&](std::size_t f) {
    results[f] = predict(problem, folds, decide(folds, inner, f), f);
    exec.progress("label bound", ++done, total);
  });
  return results;
}

}  // namespace cch::detail
