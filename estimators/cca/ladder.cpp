#include "estimators/cca/ladder.hpp"

#include <algorithm>
#include <cmath>

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

// Whole groups in random order, each to the half that has fewer rows so far.
std::vector<char> split_in_half(const Groups& groups, std::uint64_t seed) {
  Random random(derive_seed(seed, "cca-halves"));
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
    : options_(options), groups_(groups), half_(split_in_half(groups, exec.seed)) {
  // More components than a twentieth of the rows fitted cost more in noise than they bring.
  const std::size_t affordable = std::max<std::size_t>(1, x.size() / 2 / 20);
  const std::size_t most = std::min(options.most_components, affordable);
  MatrixXd scores[2];
  parallel_for(2, exec, [&](std::size_t side) {
    scores[side] = principal_components(side == 0 ? x.view() : y.view(), most,
                                        derive_seed(exec.seed, "cca-pca", side));
  });
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

CcaLadder::Halves CcaLadder::halves(std::size_t direction,
                                    std::span<const std::size_t> left_out) const {
  std::vector<char> skip(half_.size(), 0);
  for (const std::size_t row : left_out) skip[row] = 1;
  Halves out;
  for (std::size_t i = 0; i < half_.size(); ++i) {
    if (skip[i]) continue;
    (static_cast<std::size_t>(half_[i]) == direction ? out.fitted : out.held_out).push_back(i);
  }
  return out;
}

std::vector<RungValue> CcaLadder::climb(const FeatureSet& features, const Halves& halves,
                                        std::optional<Rung> only, const Execution& exec) const {
  if (features.x.cols() == 0 || features.y.cols() == 0) return {};  // a constant side
  const CanonicalPairs pairs =
      fit_canonical_pairs(rows_of(features.x, halves.fitted), rows_of(features.y, halves.fitted));
  const auto available = static_cast<std::size_t>(pairs.rho.size());
  const std::size_t most_joint = std::min(options_.joint_pairs, available);
  const std::size_t most_summed = features.squares ? 0 : std::min(pairs.significant(), available);
  const std::size_t used =
      only ? std::min(only->pairs, available) : std::max(most_joint, most_summed);
  const Groups groups = groups_.select(halves.held_out);
  const Samples u = normal_scores(
      pairs.project_x(rows_of(features.x, halves.held_out)).leftCols(static_cast<Index>(used)));
  const Samples v = normal_scores(
      pairs.project_y(rows_of(features.y, halves.held_out)).leftCols(static_cast<Index>(used)));
  const Ksg1Options ksg{.k = options_.k};
  auto joint = [&](std::size_t first, std::size_t count) {
    return ksg1(columns(u, first, count), columns(v, first, count), groups, ksg, exec).nats;
  };
  auto wanted = [&](const Rung& rung) { return !only || *only == rung; };

  std::vector<RungValue> values;
  for (std::size_t r = 1; r <= std::min(most_joint, used); ++r) {
    const Rung rung{features.components, features.squares, true, r};
    if (wanted(rung)) values.push_back({rung, joint(0, r)});
  }
  if (only ? only->joint : most_summed < 2) return values;
  double sum = 0.0;
  for (std::size_t r = 1; r <= (only ? used : most_summed); ++r) {
    sum += joint(r - 1, 1);
    const Rung rung{features.components, features.squares, false, r};
    if (r < 2 || !(r == most_summed || is_sum_size(r) || only) || !wanted(rung)) continue;
    const double shared = std::min(total_correlation(u, r), total_correlation(v, r));
    values.push_back({rung, sum - std::max(0.0, shared)});
  }
  return values;
}

std::vector<std::vector<RungValue>> CcaLadder::climb(const Execution& exec) const {
  std::vector<std::vector<RungValue>> parts(2 * features_.size());
  parallel_for(parts.size(), exec, [&](std::size_t i) {
    parts[i] = climb(features_[i / 2], halves(i % 2, {}), std::nullopt, exec.serial());
  });
  std::vector<std::vector<RungValue>> directions(2);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    directions[i % 2].insert(directions[i % 2].end(), parts[i].begin(), parts[i].end());
  }
  return directions;
}

double CcaLadder::value_without(std::span<const Rung> chosen, std::span<const std::size_t> left_out,
                                const Execution& exec) const {
  double sum = 0.0;
  for (std::size_t direction = 0; direction < 2; ++direction) {
    const auto features = std::find_if(features_.begin(), features_.end(), [&](const auto& f) {
      return f.components == chosen[direction].components && f.squares == chosen[direction].squares;
    });
    sum += climb(*features, halves(direction, left_out), chosen[direction], exec).front().nats;
  }
  return sum / 2.0;
}

std::vector<Rung> choose_rungs(const std::vector<std::vector<RungValue>>& directions) {
  std::vector<Rung> chosen;
  for (std::size_t direction = 0; direction < 2; ++direction) {
    const RungValue* best = nullptr;
    for (const RungValue& candidate : directions[1 - direction]) {
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
