#include "experiments/comparison_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cch::detail {
namespace {

std::vector<std::size_t> order_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

/// Ranks from an order; returns the number of levels.
std::size_t dense_ranks(std::span<const double> values, const std::vector<std::size_t>& order,
                        std::vector<std::size_t>& ranks) {
  ranks.resize(values.size());
  std::size_t level = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && values[order[i]] > values[order[i - 1]]) ++level;
    ranks[order[i]] = level;
  }
  return order.empty() ? 0 : level + 1;
}

/// Prefix sums that change (Fenwick 1994).
class PrefixSums {
 public:
  explicit PrefixSums(std::size_t n) : sums_(n + 1, 0.0) {}
  void add(std::size_t at, double value) {
    for (++at; at < sums_.size(); at += at & (0 - at)) sums_[at] += value;
  }
  /// Sum over 0..at−1.
  [[nodiscard]] double below(std::size_t at) const {
    double sum = 0.0;
    for (; at > 0; at -= at & (0 - at)) sum += sums_[at];
    return sum;
  }

 private:
  std::vector<double> sums_;
};

/// Σ_{i<j} w_i w_j over pairs that are not tied.
double untied_pairs(const std::vector<std::size_t>& ranks, std::size_t levels,
                    std::span<const double> weight) {
  std::vector<double> of_level(levels, 0.0);
  double total = 0.0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    of_level[ranks[i]] += weight[i];
    total += weight[i];
  }
  double ties = 0.0;
  for (const double w : of_level) ties += w * w;
  return (total * total - ties) / 2.0;
}

}  // namespace

RankedPairs rank_pairs(std::span<const double> x, std::span<const double> y) {
  RankedPairs pairs;
  pairs.order = order_of(x);
  pairs.x_levels = dense_ranks(x, pairs.order, pairs.x);
  pairs.y_levels = dense_ranks(y, order_of(y), pairs.y);
  return pairs;
}

std::optional<double> weighted_tau_b(const RankedPairs& pairs, std::span<const double> weight) {
  const double scale = std::sqrt(untied_pairs(pairs.x, pairs.x_levels, weight) *
                                 untied_pairs(pairs.y, pairs.y_levels, weight));
  if (!(scale > 0.0)) return std::nullopt;
  PrefixSums seen(pairs.y_levels);
  double seen_weight = 0.0;
  double concordant = 0.0;  // less discordant
  const std::size_t n = pairs.order.size();
  for (std::size_t from = 0, to = 0; from < n; from = to) {
    const std::size_t level = pairs.x[pairs.order[from]];
    for (to = from; to < n && pairs.x[pairs.order[to]] == level; ++to) {
      const std::size_t i = pairs.order[to];
      const double above = seen_weight - seen.below(pairs.y[i] + 1);
      concordant += weight[i] * (seen.below(pairs.y[i]) - above);
    }
    for (std::size_t at = from; at < to; ++at) {
      seen.add(pairs.y[pairs.order[at]], weight[pairs.order[at]]);
      seen_weight += weight[pairs.order[at]];
    }
  }
  return concordant / scale;
}

std::optional<double> weighted_auroc(const RankedPairs& pairs, std::span<const int> sign,
                                     std::span<const double> weight) {
  std::vector<double> plus(pairs.x_levels, 0.0);
  std::vector<double> minus(pairs.x_levels, 0.0);
  for (std::size_t i = 0; i < pairs.x.size(); ++i) {
    if (sign[i] > 0) plus[pairs.x[i]] += weight[i];
    if (sign[i] < 0) minus[pairs.x[i]] += weight[i];
  }
  double above = 0.0;
  double minus_below = 0.0;
  double plus_total = 0.0;
  for (std::size_t level = 0; level < pairs.x_levels; ++level) {
    above += plus[level] * (minus_below + minus[level] / 2.0);
    minus_below += minus[level];
    plus_total += plus[level];
  }
  if (!(minus_below > 0.0 && plus_total > 0.0)) return std::nullopt;
  return above / (plus_total * minus_below);
}

std::optional<Line> weighted_line(std::span<const double> x, std::span<const double> y,
                                  std::span<const double> weight) {
  double total = 0.0;
  double mean_x = 0.0;
  double mean_y = 0.0;
  std::optional<double> first;
  bool varies = false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(weight[i] > 0.0)) continue;
    varies = varies || (first && x[i] != *first);
    if (!first) first = x[i];
    total += weight[i];
    mean_x += weight[i] * x[i];
    mean_y += weight[i] * y[i];
  }
  if (!varies) return std::nullopt;
  mean_x /= total;
  mean_y /= total;
  double xx = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += weight[i] * (x[i] - mean_x) * (x[i] - mean_x);
    xy += weight[i] * (x[i] - mean_x) * (y[i] - mean_y);
  }
  if (!(xx > 0.0)) return std::nullopt;
  return Line{xy / xx, mean_y - xy / xx * mean_x};
}

std::optional<Interval> bootstrap_interval(std::span<const std::optional<double>> values) {
  std::vector<double> found;
  for (const auto& value : values) {
    if (value) found.push_back(*value);
  }
  if (found.empty() || 2 * found.size() < values.size()) return std::nullopt;
  std::sort(found.begin(), found.end());
  // Linear between order statistics.
  const auto at = [&](double q) {
    const double place = q * static_cast<double>(found.size() - 1);
    const auto low = static_cast<std::size_t>(place);
    const std::size_t high = std::min(low + 1, found.size() - 1);
    const double share = place - static_cast<double>(low);
    return found[low] + share * (found[high] - found[low]);
  };
  return Interval{at(0.025), at(0.975)};
}

}  // namespace cch::detail
