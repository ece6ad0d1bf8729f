#include "estimators/cca/ladder.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "cch/estimators/ksg1.hpp"
#include "cch/estimators/scale.hpp"
#include "estimators/cca/canonical_pairs.hpp"
#include "estimators/cca/principal_components.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

MatrixXd with_squares(const MatrixXd& z) {
  MatrixXd out(z.rows(), 2 * z.cols());
  out.leftCols(z.cols()) = z;
  for (Index j = 0; j < z.cols(); ++j) {
    Eigen::ArrayXd square = z.col(j).array().square();
    square -= square.mean();
    const double sd = std::sqrt(square.square().mean());
    out.col(z.cols() + j) = (sd > 1e-12 ? square / sd : square).matrix();
  }
  return out;
}

MatrixXd rows_of(const MatrixXd& m, const std::vector<std::size_t>& rows) {
  MatrixXd out(static_cast<Index>(rows.size()), m.cols());
  for (Index j = 0; j < m.cols(); ++j) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out(static_cast<Index>(i), j) = m(static_cast<Index>(rows[i]), j);
    }
  }
  return out;
}

// The variates as Samples with normal scores in every column.
Samples normal_scores(const MatrixXd& m) {
  Matrix values(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()));
  for (std::size_t i = 0; i < values.rows(); ++i) {
    for (std::size_t j = 0; j < values.cols(); ++j) {
      values(i, j) = m(static_cast<Index>(i), static_cast<Index>(j));
    }
  }
  std::vector<Warning>
      ignored;  // constant and tied inputs were reported when the user's data came in
  Execution serial;
  serial.threads = 1;
  return scaled(Samples::from(std::move(values), "canonical variates"), Scale::rank, ignored,
                serial);
}

Samples columns(const Samples& x, std::size_t first, std::size_t count) {
  Matrix out(x.size(), count);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < count; ++j) out(i, j) = x(i, first + j);
  }
  return Samples::from(std::move(out), x.name());
}

// Sizes at which the sum of pairs is read: about half as many again from one to the next.
bool is_sum_size(std::size_t pairs) {
  for (std::size_t size = 2; size <= pairs; size += (size + 1) / 2) {
    if (size == pairs) return true;
  }
  return false;
}

// Total correlation Σ_i h(u_i) − h(U) of the first `count` columns to second order: the sum over
// pairs of columns of −½ ln(1 − c²), once for their correlation c and once for that of their
// squares, each less the 1/(2N) that independent columns show.
double total_correlation(const Samples& u, std::size_t count) {
  const Index n = static_cast<Index>(u.size());
  MatrixXd values(n, 2 * static_cast<Index>(count));
  for (Index j = 0; j < static_cast<Index>(count); ++j) {
    for (Index i = 0; i < n; ++i) {
      const double value = u(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
      values(i, 2 * j) = value;
      values(i, 2 * j + 1) = value * value;
    }
  }
  values.rowwise() -= values.colwise().mean().eval();
  values.colwise().normalize();
  double total = 0.0;
  for (Index i = 0; i < values.cols(); ++i) {
    for (Index j = i + 2 - i % 2; j < values.cols(); ++j) {
      if ((j - i) % 2 != 0) continue;  // values with values, squares with squares
      const double c = values.col(i).dot(values.col(j));
      total += -0.5 * std::log1p(-std::min(c * c, 1.0 - 1e-12)) - 0.5 / static_cast<double>(n);
    }
  }
  return total;
}

// Σ −½ ln(1 − r_i²) over the leading pairs.
double gaussian_reading(const MatrixXd& u, const MatrixXd& v, std::size_t count) {
  double sum = 0.0;
  for (Index i = 0; i < static_cast<Index>(count); ++i) {
    const Eigen::VectorXd a = u.col(i).array() - u.col(i).mean();
    const Eigen::VectorXd b = v.col(i).array() - v.col(i).mean();
    const double r = a.dot(b) / std::sqrt(a.squaredNorm() * b.squaredNorm());
    sum -= 0.5 * std::log1p(-std::min(r * r, 1.0 - 1e-12));
  }
  return sum;
}

// The groups of these rows dealt at random to at most 20 blocks of rows.
std::vector<std::vector<std::size_t>> deal_groups(const Groups& groups,
                                                  const std::vector<std::size_t>& rows,
                                                  std::uint64_t seed) {
  constexpr std::size_t kMostBlocks = 20;
  const Groups chosen = groups.select(rows);
  std::vector<std::vector<std::size_t>> blocks(std::min(kMostBlocks, chosen.count()));
  const auto order = Random(seed).permutation(chosen.count());
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const std::size_t place : chosen.members(order[i])) {
      blocks[i % blocks.size()].push_back(rows[place]);
    }
  }
  return blocks;
}

std::vector<std::size_t> without_block(const std::vector<std::size_t>& rows,
                                       std::vector<std::size_t> block) {
  std::sort(block.begin(), block.end());
  std::vector<std::size_t> kept;
  std::set_difference(rows.begin(), rows.end(), block.begin(), block.end(),
                      std::back_inserter(kept));
  return kept;
}

// What the sum of `count` pairs may count twice; chance below 0 is not added back.
double counted_twice(const Samples& u, const Samples& v, std::size_t count) {
  return std::max(0.0, std::min(total_correlation(u, count), total_correlation(v, count)));
}

// KSG1 of `count` neighbouring pairs.
double pair_information(const Samples& u, const Samples& v, std::size_t first, std::size_t count,
                        const Groups& groups, std::size_t k, const Execution& exec) {
  return ksg1(columns(u, first, count), columns(v, first, count), groups, {.k = k}, exec).nats;
}

// A reading depends on how the rows fell into halves; the fewer rows, the more splits are
// affordable.
std::size_t split_count(const CcaKsgOptions& options, std::size_t rows) {
  if (options.splits > 0) return options.splits;
  return std::clamp<std::size_t>(10'000 / std::max<std::size_t>(1, rows), 1, 5);
}

// Whole groups in random order, each to the half that has fewer rows so far.
std::vector<char> split_in_half(const Groups& groups, std::uint64_t seed) {
  Random random(seed);
  std::vector<char> half(groups.rows(), 0);
  std::size_t rows[2] = {0, 0};
  for (const std::size_t g : random.permutation(groups.count())) {
    const char to = rows[1] < rows[0] ? 1 : 0;
    for (const std::size_t row : groups.members(g)) half[row] = to;
    rows[static_cast<std::size_t>(to)] += groups.members(g).size();
  }
  return half;
}

}  // namespace

std::string Rung::name() const {
  const std::string features =
      "pca" + std::to_string(components) + (squares ? "+squares" : "") + " cca ";
  return features + (joint ? "joint " : "sum ") + std::to_string(pairs);
}

CcaLadder::CcaLadder(const Samples& x, const Samples& y, const Groups& groups,
                     const CcaKsgOptions& options, const Execution& exec)
    : options_(options), groups_(groups) {
  for (std::size_t split = 0; split < split_count(options, x.size()); ++split) {
    splits_.push_back(split_in_half(groups, derive_seed(exec.seed, "cca-halves", split)));
  }
  // More components than a twentieth of the rows fitted cost more in noise than they bring.
  const std::size_t affordable = std::max<std::size_t>(1, x.size() / 2 / 20);
  const std::size_t most = std::min(options.most_components, affordable);
  MatrixXd scores[2];
  for (std::size_t side = 0; side < 2; ++side) {
    scores[side] = principal_components(side == 0 ? x.view() : y.view(), most,
                                        derive_seed(exec.seed, "cca-pca", side), exec);
  }
  auto leading = [&](std::size_t side, std::size_t q) {
    return scores[side].leftCols(std::min(static_cast<Index>(q), scores[side].cols()));
  };
  const Index widest = std::max(scores[0].cols(), scores[1].cols());
  const std::size_t few = std::min(options.components, most);
  features_.push_back({few, false, leading(0, few), leading(1, few)});
  if (widest > static_cast<Index>(few)) features_.push_back({most, false, scores[0], scores[1]});
  const std::size_t squared = std::min(2 * options.components, most);
  features_.push_back(
      {squared, true, with_squares(leading(0, squared)), with_squares(leading(1, squared))});
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
      fit_canonical_pairs(rows_of(features.x, fitted), rows_of(features.y, fitted));
  const auto available = static_cast<std::size_t>(pairs.rho.size());
  out.significant = std::min(pairs.significant(), available);
  const auto used = static_cast<Index>(std::min(available, std::max(least_pairs, out.significant)));
  out.u = normal_scores(pairs.project_x(rows_of(features.x, out.rows)).leftCols(used));
  out.v = normal_scores(pairs.project_y(rows_of(features.y, out.rows)).leftCols(used));
  return out;
}

const CcaLadder::FeatureSet& CcaLadder::features_of(const Rung& rung) const {
  return *std::find_if(features_.begin(), features_.end(), [&](const FeatureSet& f) {
    return f.components == rung.components && f.squares == rung.squares;
  });
}

HeldOutPairs CcaLadder::pairs_of(const Rung& rung, std::size_t direction) const {
  return held_out(features_of(rung), direction, rung.pairs);
}

double CcaLadder::fit_variance(const Rung& rung, std::size_t direction,
                               const Execution& exec) const {
  const FeatureSet& features = features_of(rung);
  const Halves split = halves(direction);
  const MatrixXd x = rows_of(features.x, split.held_out);
  const MatrixXd y = rows_of(features.y, split.held_out);
  const auto blocks = deal_groups(groups_, split.fitted, derive_seed(exec.seed, "cca-fit-blocks"));
  std::vector<double> without(blocks.size());
  parallel_for(blocks.size(), exec, [&](std::size_t b) {
    const auto rows = without_block(split.fitted, blocks[b]);
    const CanonicalPairs pairs =
        fit_canonical_pairs(rows_of(features.x, rows), rows_of(features.y, rows));
    without[b] = gaussian_reading(pairs.project_x(x), pairs.project_y(y), rung.pairs);
  });
  const auto count = static_cast<double>(without.size());
  const double mean = std::accumulate(without.begin(), without.end(), 0.0) / count;
  double squares = 0.0;
  for (const double value : without) squares += (value - mean) * (value - mean);
  return (count - 1.0) / count * squares;
}

std::vector<RungValue> CcaLadder::climb(const FeatureSet& features, std::size_t direction,
                                        const Execution& exec) const {
  if (features.x.cols() == 0 || features.y.cols() == 0) return {};  // a constant side
  const HeldOutPairs pairs = held_out(features, direction, options_.joint_pairs);
  const Groups groups = groups_.select(pairs.rows);
  std::vector<RungValue> values;
  for (std::size_t r = 1; r <= std::min(options_.joint_pairs, pairs.u.dim()); ++r) {
    const Rung rung{features.components, features.squares, true, r};
    values.push_back({rung, read_rung(rung, pairs.u, pairs.v, groups, options_.k, exec)});
  }
  if (features.squares) return values;  // a component and its square are never independent
  double sum = 0.0;
  for (std::size_t r = 1; r <= pairs.significant; ++r) {
    sum += pair_information(pairs.u, pairs.v, r - 1, 1, groups, options_.k, exec);
    if (r < 2 || !(r == pairs.significant || is_sum_size(r))) continue;
    const Rung rung{features.components, features.squares, false, r};
    values.push_back({rung, sum - counted_twice(pairs.u, pairs.v, r)});
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
  if (rung.joint) return pair_information(u, v, 0, rung.pairs, groups, k, exec);
  double sum = 0.0;
  for (std::size_t i = 0; i < rung.pairs; ++i) {
    sum += pair_information(u, v, i, 1, groups, k, exec);
  }
  return sum - counted_twice(u, v, rung.pairs);
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
      if (best == nullptr || candidate.nats > best->nats) best = &candidate;
    }
    chosen.push_back(best->rung);
  }
  return chosen;
}

}  // namespace cch::detail
