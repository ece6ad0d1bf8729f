#include "estimators/cca/ladder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "estimators/cca/canonical_pairs.hpp"
#include "estimators/cca/features.hpp"
#include "estimators/cca/pair_readings.hpp"
#include "estimators/cca/principal_components.hpp"
#include "estimators/cca/splits.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Cosines and sines of the waves; they take what is left of the rows' means, a twentieth of those
/// fitted, and are much alike, so that their directions need a ridge.
constexpr std::size_t kMostWaves = 200;
constexpr double kWaveRidge = 1e-3;
/// Pairs of a normal reading: the sampling error of the useless ones adds up.
constexpr std::size_t kMostNormal = 16;
constexpr std::size_t kLossFolds = 5;

MatrixXd rows_of(const MatrixXd& m, const std::vector<std::size_t>& rows) {
  MatrixXd out(static_cast<Index>(rows.size()), m.cols());
  for (Index j = 0; j < m.cols(); ++j) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out(static_cast<Index>(i), j) = m(static_cast<Index>(rows[i]), j);
    }
  }
  return out;
}

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

// A reading depends on how the rows fell into halves; the fewer rows, the more splits are
// affordable.
std::size_t split_count(const CcaKsgOptions& options, std::size_t rows) {
  if (options.splits > 0) return options.splits;
  return std::clamp<std::size_t>(10'000 / std::max<std::size_t>(1, rows), 1, 5);
}

// What a rung counts for when one is chosen. In heavy tails waves can come out well in one half and
// badly in the other, so they have to be better by more than that.
double worth(const RungValue& value) {
  constexpr double kWavesCount = 0.9;
  return value.rung.features == Features::waves ? kWavesCount * value.nats : value.nats;
}

}  // namespace

std::string Rung::name() const {
  constexpr std::array<const char*, 3> more{"", "+squares", "+waves"};
  constexpr std::array<const char*, 3> how{"joint ", "sum ", "normal "};
  return "pca" + std::to_string(components) + more[static_cast<std::size_t>(features)] + " cca " +
         how[static_cast<std::size_t>(reading)] + std::to_string(pairs);
}

CcaLadder::CcaLadder(const Samples& x, const Samples& y, const Groups& groups,
                     const CcaKsgOptions& options, const Execution& exec)
    : options_(options), groups_(groups) {
  for (std::size_t split = 0; split < split_count(options, x.size()); ++split) {
    splits_.push_back(split_in_half(groups, derive_seed(exec.seed, "cca-halves", split)));
  }
  if (std::max(repeated_rows_share(x), repeated_rows_share(y)) > kRepeatedShare) {
    ties_ = tie_seeds(x, y, exec.seed, 0);
  }
  // More components than a twentieth of the rows fitted are learned badly: what they lose is made
  // up for by learning_loss, up to a fifth of these rows.
  const std::size_t affordable = std::max<std::size_t>(1, x.size() / 40);
  const std::size_t most = std::min(options.most_components, affordable);
  const std::size_t crowd =
      std::min(options.most_components, std::max<std::size_t>(1, x.size() / 10));
  MatrixXd scores[2];
  for (std::size_t side = 0; side < 2; ++side) {
    scores[side] = principal_components(side == 0 ? x.view() : y.view(), crowd,
                                        derive_seed(exec.seed, "cca-pca", side), exec);
  }
  auto leading = [&](std::size_t side, std::size_t q) {
    return scores[side].leftCols(std::min(static_cast<Index>(q), scores[side].cols()));
  };
  const auto widest = static_cast<std::size_t>(std::max(scores[0].cols(), scores[1].cols()));
  const std::size_t few = std::min(options.components, most);
  auto add_plain = [&](std::size_t q) {
    features_.push_back({q, Features::plain, leading(0, q), leading(1, q), kLeastRidge});
  };
  add_plain(few);
  if (widest > few && most > few) add_plain(most);
  if (widest > most && crowd > most) add_plain(crowd);
  const std::size_t squared = std::min(2 * options.components, most);
  features_.push_back({squared, Features::squares, with_squares(leading(0, squared)),
                       with_squares(leading(1, squared)), kLeastRidge});
  const auto waves = static_cast<Index>(std::min(kMostWaves, affordable));
  if (waves < 2 * std::max(leading(0, few).cols(), leading(1, few).cols())) return;
  auto bent = [&](std::size_t side) {
    return with_waves(leading(side, few), waves, derive_seed(exec.seed, "cca-waves", side));
  };
  features_.push_back({few, Features::waves, bent(0), bent(1), kWaveRidge});
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

const CcaLadder::FeatureSet& CcaLadder::features_of(const Rung& rung) const {
  return *std::find_if(features_.begin(), features_.end(), [&](const FeatureSet& f) {
    return f.components == rung.components && f.features == rung.features;
  });
}

HeldOutPairs CcaLadder::pairs_of(const Rung& rung, std::size_t direction) const {
  return held_out(features_of(rung), direction, rung.pairs);
}

std::vector<double> CcaLadder::fit_replicates(const Rung& rung, std::size_t direction,
                                              const Execution& exec) const {
  const FeatureSet& features = features_of(rung);
  const Halves split = halves(direction);
  const MatrixXd x = rows_of(features.x, split.held_out);
  const MatrixXd y = rows_of(features.y, split.held_out);
  constexpr std::size_t kMostBlocks = 20;
  const auto blocks =
      deal_groups(groups_, split.fitted, kMostBlocks, derive_seed(exec.seed, "cca-fit-blocks"));
  std::vector<double> without(blocks.size());
  parallel_for(blocks.size(), exec, [&](std::size_t b) {
    const auto rows = without_block(split.fitted, blocks[b]);
    const CanonicalPairs pairs =
        fit_canonical_pairs(rows_of(features.x, rows), rows_of(features.y, rows), features.ridge);
    without[b] = gaussian_reading(pairs.project_x(x), pairs.project_y(y), rung.pairs);
  });
  return without;
}

// One vector of readings a pair, the mean over folds that are each read with the others'
// directions.
std::vector<double> CcaLadder::readings_of_folds(const FeatureSet& features,
                                                 const std::vector<std::vector<std::size_t>>& folds,
                                                 std::size_t most, const Execution& exec) const {
  std::vector<std::size_t> all(groups_.rows());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::vector<double>> parts(folds.size());
  parallel_for(folds.size(), exec, [&](std::size_t f) {
    const auto fitted = without_block(all, folds[f]);
    const CanonicalPairs pairs = fit_canonical_pairs(rows_of(features.x, fitted),
                                                     rows_of(features.y, fitted), features.ridge);
    const auto used = std::min<Index>(static_cast<Index>(most), pairs.rho.size());
    parts[f] = normal_readings(
        normal_scores(pairs.project_x(rows_of(features.x, folds[f])).leftCols(used)),
        normal_scores(pairs.project_y(rows_of(features.y, folds[f])).leftCols(used)),
        static_cast<std::size_t>(used));
  });
  std::vector<double> mean(parts.front().size(), 0.0);
  for (std::size_t f = 0; f < folds.size(); ++f) {
    const double weight = static_cast<double>(folds[f].size()) / static_cast<double>(all.size());
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += weight * parts[f][i];
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
  std::vector<std::vector<double>> more(features_.size());
  std::size_t most = 0;
  for (const Rung& rung : chosen) most = std::max(most, rung.pairs);
  double sum = 0.0;
  for (std::size_t direction = 0; direction < chosen.size(); ++direction) {
    const Rung& rung = chosen[direction];
    if (rung.features != Features::plain) continue;
    const FeatureSet& features = features_of(rung);
    auto& by_pair = more[static_cast<std::size_t>(&features - features_.data())];
    if (by_pair.empty()) by_pair = readings_of_folds(features, folds, most, exec);
    const double half = (value_of(rung, directions[direction]).normal +
                         value_of(rung, directions[direction ^ 1U]).normal) /
                        2.0;
    sum += (sum_of(by_pair, std::min(rung.pairs, by_pair.size())) - half) / falls_by;
  }
  return sum / static_cast<double>(chosen.size());
}

std::vector<RungValue> CcaLadder::climb(const FeatureSet& features, std::size_t direction,
                                        const Execution& exec) const {
  if (features.x.cols() == 0 || features.y.cols() == 0) return {};  // a constant side
  const bool plain = features.features == Features::plain;
  const HeldOutPairs pairs =
      held_out(features, direction, plain ? kMostNormal : options_.joint_pairs);
  const Groups groups = groups_.select(pairs.rows);
  std::vector<RungValue> values;
  auto add = [&](Reading reading, std::size_t count) {
    const Rung rung{features.components, features.features, reading, count};
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
  // that again.
  if (ties_) return values;
  const std::vector<double> twice = counted_twice(pairs.u, pairs.v, pairs.significant);
  double sum = 0.0;
  for (std::size_t r = 1; r <= pairs.significant; ++r) {
    sum += pair_information(pairs.u, pairs.v, r - 1, 1, groups, options_.k, exec);
    if (r < 2 || !(r == pairs.significant || is_sum_size(r))) continue;
    const Rung rung{features.components, features.features, Reading::sum, r};
    values.push_back({rung, sum - twice[r - 1], sum_of(pairs.normal, r)});
  }
  return values;
}

std::vector<std::vector<RungValue>> CcaLadder::climb(const Execution& exec) const {
  const std::size_t count = 2 * splits_.size();
  std::vector<std::vector<RungValue>> parts(count * features_.size());
  parallel_for(parts.size(), exec, [&](std::size_t i) {
    parts[i] = climb(features_[i / count], i % count, exec.serial());
  });
  std::vector<std::vector<RungValue>> directions(count);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    directions[i % count].insert(directions[i % count].end(), parts[i].begin(), parts[i].end());
  }
  return directions;
}

double read_rung(const Rung& rung, const Samples& u, const Samples& v, const Groups& groups,
                 std::size_t k, const Execution& exec) {
  if (rung.reading == Reading::joint) {
    return pair_information(u, v, 0, rung.pairs, groups, k, exec);
  }
  double sum = 0.0;
  if (rung.reading == Reading::normal) {
    sum = sum_of(normal_readings(u, v, rung.pairs), rung.pairs);
  } else {
    for (std::size_t i = 0; i < rung.pairs; ++i) {
      sum += pair_information(u, v, i, 1, groups, k, exec);
    }
  }
  return sum - counted_twice(u, v, rung.pairs).back();
}

std::vector<Rung> choose_rungs(const std::vector<std::vector<RungValue>>& directions) {
  std::vector<Rung> chosen;
  for (std::size_t direction = 0; direction < directions.size(); ++direction) {
    const RungValue* best = nullptr;
    for (const RungValue& candidate : directions[direction ^ 1U]) {
      const auto& own = directions[direction];
      const bool there = std::any_of(own.begin(), own.end(), [&](const RungValue& value) {
        return value.rung == candidate.rung;
      });
      if (!there) continue;
      if (best == nullptr || worth(candidate) > worth(*best)) best = &candidate;
    }
    chosen.push_back(best->rung);
  }
  return chosen;
}

}  // namespace cch::detail
