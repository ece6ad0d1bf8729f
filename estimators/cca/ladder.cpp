#include "estimators/cca/ladder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/cca/canonical_pairs.hpp"
#include "estimators/cca/pair_readings.hpp"
#include "estimators/cca/principal_components.hpp"
#include "estimators/cca/splits.hpp"
#include "estimators/math.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Pairs of a normal reading: the sampling error of the useless ones adds up.
constexpr std::size_t kMostNormal = 16;
constexpr std::size_t kLossFolds = 5;
/// About so many rows say whether a screen is worth its cost: each direction then screens its own.
constexpr std::size_t kRowsToAsk = 1000;

// Sizes at which the sum of pairs is read: about half as many again from one to the next.
bool is_sum_size(std::size_t pairs) {
  for (std::size_t size = 2; size <= pairs; size += (size + 1) / 2) {
    if (size == pairs) return true;
  }
  return false;
}

double sum_of(const std::vector<double>& values, std::size_t count) {
  return std::accumulate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), 0.0);
}

const RungValue& value_of(const Rung& rung, const std::vector<RungValue>& values) {
  return *std::find_if(values.begin(), values.end(),
                       [&](const RungValue& value) { return value.rung == rung; });
}

Rung total_rung(const FeatureSet& features, std::size_t size) {
  return {features.columns, features.components, features.features, Reading::total, size};
}

// A reading depends on how the rows fell into halves; the fewer rows, the more splits are
// affordable.
std::size_t split_count(const CcaKsgOptions& options, std::size_t rows) {
  if (options.splits > 0) return options.splits;
  return std::clamp<std::size_t>(10'000 / std::max<std::size_t>(1, rows), 1, 5);
}

}  // namespace

CcaLadder::CcaLadder(const Samples& x, const Samples& y, const Groups& groups,
                     const CcaKsgOptions& options, const Execution& exec)
    : options_(options), groups_(groups), seed_(exec.seed), screen_(x, y, scores_, exec.seed) {
  for (std::size_t split = 0; split < split_count(options, x.size()); ++split) {
    splits_.push_back(split_in_half(groups, derive_seed(exec.seed, "cca-halves", split)));
  }
  if (std::max(repeated_rows_share(x), repeated_rows_share(y)) > kRepeatedShare) {
    ties_ = tie_seeds(x, y, exec.seed, 0);
  }
  const std::size_t most = most_components(options, x.size());
  for (std::size_t side = 0; side < 2; ++side) {
    scores_[side] = principal_components(side == 0 ? x.view() : y.view(), most,
                                         derive_seed(exec.seed, "cca-pca", side), exec);
  }
  for (FeatureSet& set : feature_sets(scores_, Columns::all, options, exec.seed)) {
    features_.push_back(std::make_shared<const FeatureSet>(std::move(set)));
  }
  screen(exec);
}

void CcaLadder::screen(const Execution& exec) {
  std::vector<std::size_t> some;
  const std::size_t step = std::max<std::size_t>(1, groups_.rows() / kRowsToAsk);
  for (std::size_t i = 0; i < groups_.rows(); i += step) some.push_back(i);
  if (screen_.nearly_all_pass(some, exec)) return;
  const auto chances = screen_.chances(some, exec);
  KeptColumns before;
  for (const Columns level : {Columns::strict, Columns::generous}) {
    const KeptColumns kept = screen_.passing(some, level, chances, exec);
    if (!screen_.worth_fitting(kept) || !screen_.differ(before, kept)) continue;
    before = kept;
    screened_.push_back({level, std::vector<KeptColumns>(2 * splits_.size())});
  }
  if (screened_.empty()) return;
  parallel_for(2 * splits_.size(), exec, [&](std::size_t direction) {
    const std::vector<std::size_t> rows = halves(direction).fitted;
    const auto own = screen_.chances(rows, exec.serial());
    for (Screened& one : screened_) {
      one.kept[direction] = screen_.passing(rows, one.level, own, exec.serial());
    }
  });
}

std::vector<FeatureSet> CcaLadder::sets_of(const KeptColumns& kept, Columns level,
                                           const Execution& exec) const {
  if (kept[0].empty() || kept[1].empty()) return {};
  return feature_sets(screen_.scores_of(kept, most_components(options_, groups_.rows()), exec),
                      level, options_, seed_);
}

const KeptColumns& CcaLadder::kept_in(const Rung& rung, std::size_t direction) const {
  static const KeptColumns none;
  if (rung.columns == Columns::all) return none;
  return std::find_if(screened_.begin(), screened_.end(),
                      [&](const Screened& one) { return one.level == rung.columns; })
      ->kept[direction];
}

CcaLadder::Halves CcaLadder::halves(std::size_t direction) const {
  Halves out;
  const std::vector<char>& half = splits_[direction / 2];
  for (std::size_t i = 0; i < half.size(); ++i) {
    const bool fitted = static_cast<std::size_t>(half[i]) == direction % 2;
    (fitted ? out.fitted : out.held_out).push_back(i);
  }
  return out;
}

HeldOutPairs CcaLadder::held_out(const FeatureSet& features, std::size_t direction,
                                 std::size_t least_pairs) const {
  HeldOutPairs out;
  auto [fitted, rows] = halves(direction);
  out.rows = std::move(rows);
  const CanonicalPairs pairs =
      fit_canonical_pairs(rows_of(features.x, fitted), rows_of(features.y, fitted), features.ridge);
  const auto available = static_cast<std::size_t>(pairs.rho.size());
  out.significant = std::min(pairs.significant(), available);
  const auto used = static_cast<Index>(std::min(available, std::max(least_pairs, out.significant)));
  const MatrixXd u = pairs.project_x(rows_of(features.x, out.rows)).leftCols(used);
  const MatrixXd v = pairs.project_y(rows_of(features.y, out.rows)).leftCols(used);
  const bool plain = features.features == Features::plain;
  const MatrixXd& own_u = plain ? uncorrelated(u) : u;
  const MatrixXd& own_v = plain ? uncorrelated(v) : v;
  out.u = normal_scores(own_u);
  out.v = normal_scores(own_v);
  if (ties_) {
    out.tied.emplace(std::move(out.u), std::move(out.v));
    out.u = normal_scores(own_u, derive_seed(ties_->x, "direction", direction));
    out.v = normal_scores(own_v, derive_seed(ties_->y, "direction", direction));
  }
  out.normal = normal_readings(normal_scores(u), normal_scores(v), static_cast<std::size_t>(used));
  return out;
}

CcaLadder::SharedFeatures CcaLadder::features_of(const Rung& rung, const KeptColumns& kept,
                                                 const Execution& exec) const {
  auto is_its_own = [&](const FeatureSet& f) {
    return f.components == rung.components && f.features == rung.features;
  };
  if (rung.columns == Columns::all) {
    return *std::find_if(features_.begin(), features_.end(),
                         [&](const SharedFeatures& f) { return is_its_own(*f); });
  }
  for (FeatureSet& set : sets_of(kept, rung.columns, exec)) {
    if (is_its_own(set)) return std::make_shared<const FeatureSet>(std::move(set));
  }
  return nullptr;
}

void CcaLadder::keep_only(const std::vector<Rung>& rungs) {
  std::erase_if(features_, [&](const SharedFeatures& set) {
    return std::none_of(rungs.begin(), rungs.end(), [&](const Rung& rung) {
      return rung.columns == Columns::all && rung.components == set->components &&
             rung.features == set->features;
    });
  });
}

HeldOutPairs CcaLadder::pairs_of(const Rung& rung, std::size_t direction,
                                 const Execution& exec) const {
  const SharedFeatures features = features_of(rung, kept_in(rung, direction), exec);
  if (rung.reading != Reading::total) return held_out(*features, direction, rung.pairs);
  HeldOutPairs out;
  out.rows = halves(direction).held_out;
  const std::vector<Rung> own{rung};
  out.terms = total_of(*features, direction, &own).row_terms(rung.pairs);
  return out;
}

TotalReading CcaLadder::total_of(const FeatureSet& features, std::size_t direction,
                                 const std::vector<Rung>* wanted) const {
  const std::vector<std::size_t> rows = halves(direction).held_out;
  std::vector<std::size_t> sizes = TotalReading::sizes_for(
      rows.size(), static_cast<std::size_t>(std::max(features.x.cols(), features.y.cols())));
  if (wanted != nullptr) {
    std::erase_if(sizes, [&](std::size_t size) {
      return std::find(wanted->begin(), wanted->end(), total_rung(features, size)) == wanted->end();
    });
  }
  const auto most = static_cast<Index>(sizes.empty() ? 0 : sizes.back());
  const auto scores = [&](const MatrixXd& side) {
    const MatrixXd leading = side.leftCols(std::min(most, side.cols()));
    return MatrixXd(as_eigen(normal_scores(rows_of(leading, rows)).view()));
  };
  if (sizes.empty()) return {};
  return {scores(features.x), scores(features.y), groups_.select(rows), std::move(sizes)};
}

// One vector of readings a pair, the mean over folds that are each read with the others'
// columns and directions.
std::vector<double> CcaLadder::readings_of_folds(const Rung& rung,
                                                 const std::vector<std::vector<std::size_t>>& folds,
                                                 std::size_t most, const Execution& exec) const {
  std::vector<std::size_t> all(groups_.rows());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::vector<double>> parts(folds.size());
  parallel_for(folds.size(), exec, [&](std::size_t f) {
    const auto fitted = without_block(all, folds[f]);
    const KeptColumns kept = rung.columns == Columns::all
                                 ? KeptColumns{}
                                 : screen_.passing(fitted, rung.columns, exec.serial());
    const SharedFeatures features = features_of(rung, kept, exec.serial());
    if (features == nullptr) return;  // nothing passed: no pair, and nothing read
    const CanonicalPairs pairs = fit_canonical_pairs(rows_of(features->x, fitted),
                                                     rows_of(features->y, fitted), features->ridge);
    const auto used = std::min<Index>(static_cast<Index>(most), pairs.rho.size());
    parts[f] = normal_readings(
        normal_scores(pairs.project_x(rows_of(features->x, folds[f])).leftCols(used)),
        normal_scores(pairs.project_y(rows_of(features->y, folds[f])).leftCols(used)),
        static_cast<std::size_t>(used));
  });
  std::vector<double> mean;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    const double weight = static_cast<double>(folds[f].size()) / static_cast<double>(all.size());
    mean.resize(std::max(mean.size(), parts[f].size()), 0.0);
    for (std::size_t i = 0; i < parts[f].size(); ++i) mean[i] += weight * parts[f][i];
  }
  return mean;
}

double CcaLadder::learning_loss(const std::vector<Rung>& chosen,
                                const std::vector<std::vector<RungValue>>& directions,
                                const Execution& exec) const {
  std::vector<std::size_t> all(groups_.rows());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const auto folds =
      deal_groups(groups_, all, kLossFolds, derive_seed(exec.seed, "cca-loss-folds"));
  const auto fold_count = static_cast<double>(folds.size());
  const double falls_by = 1.0 - 0.5 / ((fold_count - 1.0) / fold_count);
  std::map<std::pair<Columns, std::size_t>, std::vector<double>> more;
  std::size_t most = 0;
  for (const Rung& rung : chosen) {
    if (rung.reading != Reading::total) most = std::max(most, rung.pairs);
  }
  double sum = 0.0;
  for (std::size_t direction = 0; direction < chosen.size(); ++direction) {
    const Rung& rung = chosen[direction];
    if (rung.features != Features::plain || rung.reading == Reading::total) continue;
    auto& by_pair = more[{rung.columns, rung.components}];
    if (by_pair.empty()) by_pair = readings_of_folds(rung, folds, most, exec);
    const double half = (value_of(rung, directions[direction]).normal +
                         value_of(rung, directions[direction ^ 1U]).normal) /
                        2.0;
    sum += (sum_of(by_pair, std::min(rung.pairs, by_pair.size())) - half) / falls_by;
  }
  return sum / static_cast<double>(chosen.size());
}

std::vector<RungValue> CcaLadder::climb(const FeatureSet& features, std::size_t direction,
                                        const std::vector<Rung>* totals,
                                        const Execution& exec) const {
  if (features.x.cols() == 0 || features.y.cols() == 0) return {};  // a constant side
  const bool plain = features.features == Features::plain;
  const HeldOutPairs pairs =
      held_out(features, direction, plain ? kMostNormal : options_.joint_pairs);
  const Groups groups = groups_.select(pairs.rows);
  std::vector<RungValue> values;
  auto add = [&](Reading reading, std::size_t count) {
    const Rung rung{features.columns, features.components, features.features, reading, count};
    values.push_back(
        {rung, read_rung(rung, pairs.u_of(reading), pairs.v_of(reading), groups, options_.k, exec),
         sum_of(pairs.normal, count)});
  };
  for (std::size_t r = 1; r <= std::min(options_.joint_pairs, pairs.u.dim()); ++r) {
    add(Reading::joint, r);
  }
  if (!plain) return values;  // a component and its square are never independent
  if (pairs.u.dim() > 1) add(Reading::normal, std::min(kMostNormal, pairs.u.dim()));
  // One combination of columns that take few values tells all of them; a second pair would count
  // that again. And rows that repeat are fewer than they look.
  if (ties_) return values;
  if (features.widest) {
    const TotalReading total = total_of(features, direction, totals);
    for (const std::size_t size : total.sizes()) {
      values.push_back(
          {total_rung(features, size), total.nats(size), 0.0, total.chance_spread(size)});
    }
  }
  const std::vector<double> twice = counted_twice(pairs.u, pairs.v, pairs.significant);
  double sum = 0.0;
  for (std::size_t r = 1; r <= pairs.significant; ++r) {
    sum += pair_information(pairs.u, pairs.v, r - 1, 1, groups, options_.k, exec);
    if (r < 2 || !(r == pairs.significant || is_sum_size(r))) continue;
    const Rung rung{features.columns, features.components, features.features, Reading::sum, r};
    values.push_back({rung, sum - twice[r - 1], sum_of(pairs.normal, r)});
  }
  return values;
}

void CcaLadder::climb(std::size_t first, std::size_t last, const std::vector<Rung>* totals,
                      std::vector<std::vector<RungValue>>& directions,
                      const Execution& exec) const {
  const std::size_t count = last - first;
  std::vector<std::vector<RungValue>> parts(count * (features_.size() + screened_.size()));
  parallel_for(parts.size(), exec, [&](std::size_t i) {
    const std::size_t set = i / count;
    const std::size_t direction = first + i % count;
    if (set < features_.size()) {
      parts[i] = climb(*features_[set], direction, totals, exec.serial());
      return;
    }
    const Screened& screened = screened_[set - features_.size()];
    for (const FeatureSet& own : sets_of(screened.kept[direction], screened.level, exec.serial())) {
      const auto values = climb(own, direction, totals, exec.serial());
      parts[i].insert(parts[i].end(), values.begin(), values.end());
    }
  });
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto& all = directions[first + i % count];
    all.insert(all.end(), parts[i].begin(), parts[i].end());
  }
}

std::vector<std::vector<RungValue>> CcaLadder::climb(const Execution& exec) const {
  std::vector<std::vector<RungValue>> directions(2);
  climb(0, 2, nullptr, directions, exec);
  if (directions[0].empty()) return directions;
  std::vector<Rung> totals = choose_rungs(directions);
  std::erase_if(totals, [](const Rung& rung) { return rung.reading != Reading::total; });
  directions.resize(2 * splits_.size());
  climb(2, directions.size(), &totals, directions, exec);
  return directions;
}

}  // namespace cch::detail
