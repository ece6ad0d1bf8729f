#include "estimators/repeated_values.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <numeric>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/linalg/quantiles.hpp"

namespace cch::detail {
namespace {

double repeated_share_of(std::vector<double> column) {
  std::sort(column.begin(), column.end());
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < column.size(); ++i) {
    const bool left = i > 0 && column[i - 1] == column[i];
    const bool right = i + 1 < column.size() && column[i + 1] == column[i];
    repeated += left || right ? 1 : 0;
  }
  return static_cast<double>(repeated) / static_cast<double>(column.size());
}

std::vector<double> column_of(const Samples& x, std::size_t j) {
  std::vector<double> column(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) column[i] = x(i, j);
  return column;
}

std::uint64_t content_hash(const Samples& x) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) {
      hash = (hash ^ std::bit_cast<std::uint64_t>(x(i, j))) * 0x100000001b3ULL;
    }
  }
  return hash;
}

}  // namespace

double repeated_share(const Samples& x) {
  double worst = 0.0;
  for (std::size_t j = 0; j < x.dim(); ++j) {
    worst = std::max(worst, repeated_share_of(column_of(x, j)));
  }
  return worst;
}

double repeated_rows_share(const Samples& x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto compare = [&](std::size_t a, std::size_t b) {
    for (std::size_t j = 0; j < x.dim(); ++j) {
      if (x(a, j) != x(b, j)) return x(a, j) < x(b, j) ? -1 : 1;
    }
    return 0;
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return compare(a, b) < 0; });
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool left = i > 0 && compare(order[i - 1], order[i]) == 0;
    const bool right = i + 1 < order.size() && compare(order[i], order[i + 1]) == 0;
    repeated += left || right ? 1 : 0;
  }
  return order.empty() ? 0.0 : static_cast<double>(repeated) / static_cast<double>(order.size());
}

Samples with_ties_in_random_order(const Samples& x, std::uint64_t seed) {
  Matrix out(x.size(), x.dim());
  const auto n = static_cast<double>(x.size());
  for (std::size_t j = 0; j < x.dim(); ++j) {
    const std::vector<double> column = column_of(x, j);
    if (repeated_share_of(column) <= kRepeatedShare) {
      for (std::size_t i = 0; i < x.size(); ++i) out(i, j) = column[i];
      continue;
    }
    // Sorted from a random order, in which equal values then stay.
    std::vector<std::size_t> order = Random(derive_seed(seed, "ties", j)).permutation(x.size());
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return column[a] < column[b]; });
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
      out(order[rank], j) = normal_quantile((static_cast<double>(rank) + 1.0) / (n + 1.0));
    }
  }
  return Samples::from(std::move(out), x.name());
}

TieSeeds tie_seeds(const Samples& x, const Samples& y, std::uint64_t seed, std::size_t draw) {
  const std::uint64_t first = derive_seed(seed, "ties of the first", draw);
  const std::uint64_t second = derive_seed(seed, "ties of the second", draw);
  return content_hash(x) <= content_hash(y) ? TieSeeds{first, second} : TieSeeds{second, first};
}

Warning tie_warning(const std::string& what, double share, std::size_t draws) {
  char percent[16];
  std::snprintf(percent, sizeof percent, "%.0f %%", 100.0 * share);
  std::string text = what + " repeats values in " + percent +
                     " of its rows: equal values stand in an order that the seed draws";
  if (draws > 1) text += ", mean of " + std::to_string(draws) + " draws";
  return {"ties-in-random-order", std::move(text)};
}

Estimate mean_over_tie_draws(std::size_t draws, double share, const std::string& what,
                             const std::function<Estimate(std::size_t)>& estimate) {
  Estimate out = estimate(0);
  for (std::size_t draw = 1; draw < draws; ++draw) {
    const Estimate next = estimate(draw);
    out.nats += next.nats;
    for (std::size_t i = 0; i < out.row_terms.size(); ++i) out.row_terms[i] += next.row_terms[i];
  }
  out.nats /= static_cast<double>(draws);
  for (double& term : out.row_terms) term /= static_cast<double>(draws);
  out.diagnostics.set("tie_draws", static_cast<double>(draws));
  out.warnings.push_back(tie_warning(what, share, draws));
  return out;
}

}  // namespace cch::detail
