#include "cch/criterion/stability.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"

namespace cch {
namespace {

constexpr std::size_t kChunk = 500;  // draws of one random stream

// Adds one draw's ranks to counts (teachers × ranks).
void count_ranks(std::span<const double> drawn, std::vector<std::size_t>& order,
                 std::vector<std::size_t>& counts) {
  const std::size_t t_count = drawn.size();
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return drawn[a] > drawn[b]; });
  for (std::size_t rank = 0; rank < t_count; ++rank) ++counts[order[rank] * t_count + rank];
}

std::vector<std::size_t> one_chunk(std::span<const double> values, MatrixView deviations,
                                   std::size_t freedom, std::size_t draws, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::size_t> counts(values.size() * values.size(), 0);
  std::vector<std::size_t> order(values.size());
  std::vector<double> drawn(values.size());
  std::vector<double> z(deviations.cols());
  for (std::size_t i = 0; i < draws; ++i) {
    for (double& v : z) v = random.normal();
    double chi_square = 0.0;
    for (std::size_t f = 0; f < freedom; ++f) {
      const double v = random.normal();
      chi_square += v * v;
    }
    const double widen = std::sqrt(static_cast<double>(freedom) / chi_square);
    for (std::size_t t = 0; t < values.size(); ++t) {
      const auto row = deviations.row(t);
      drawn[t] = values[t] + widen * std::inner_product(row.begin(), row.end(), z.begin(), 0.0);
    }
    count_ranks(drawn, order, counts);
  }
  return counts;
}

PlaceStability place(std::span<const std::size_t> ranks, std::size_t draws) {
  PlaceStability out;
  const auto n = static_cast<double>(draws);
  out.top1 = static_cast<double>(ranks[0]) / n;
  out.mean_rank = 0.0;
  double below = 0.0;
  bool best_found = false;
  for (std::size_t r = 0; r < ranks.size(); ++r) {
    const double share = static_cast<double>(ranks[r]) / n;
    out.mean_rank += static_cast<double>(r + 1) * share;
    if (below < 0.975) out.worst = r + 1;
    below += share;
    if (!best_found && below > 0.025) {
      out.best = r + 1;
      best_found = true;
    }
  }
  return out;
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// From the parts of partitions: (θ_i − their partition's mean) / √(m Σ(m−1)).
void subsampling_row(std::span<const double> parts, const std::vector<PartitionCount>& plan,
                     std::span<double> row) {
  std::size_t freedom = 0;
  for (const auto& [m, partitions] : plan) freedom += partitions * (m - 1);
  std::size_t begin = 0;
  for (const auto& [m, partitions] : plan) {
    for (std::size_t p = 0; p < partitions; ++p, begin += m) {
      const double mean = mean_of(parts.subspan(begin, m));
      for (std::size_t i = begin; i < begin + m; ++i) {
        row[i] = (parts[i] - mean) / std::sqrt(static_cast<double>(m * freedom));
      }
    }
  }
}

// From the blocks of each half: √((B − 1)/(B · halves)) (θ_b − their mean).
void fit_row(const std::vector<std::vector<double>>& halves, std::span<double> row) {
  std::size_t begin = 0;
  for (const auto& blocks : halves) {
    const auto count = static_cast<double>(blocks.size());
    const double scale = std::sqrt((count - 1.0) / (count * static_cast<double>(halves.size())));
    const double mean = mean_of(blocks);
    for (std::size_t b = 0; b < blocks.size(); ++b) row[begin + b] = scale * (blocks[b] - mean);
    begin += blocks.size();
  }
}

}  // namespace

RankStability rank_stability(std::span<const double> values, MatrixView deviations,
                             double degrees_of_freedom, const Execution& exec, std::size_t draws) {
  const std::size_t t_count = values.size();
  if (t_count == 0 || deviations.rows() != t_count || draws == 0) {
    refuse_usage("bad-stability-input", "values, deviations and draws do not fit together",
                 "there must be one row of deviations a value, and at least one draw", {});
  }
  const auto freedom = static_cast<std::size_t>(std::max(1.0, degrees_of_freedom));
  const std::size_t chunks = (draws + kChunk - 1) / kChunk;
  std::vector<std::vector<std::size_t>> counts(chunks);
  parallel_for(chunks, exec, [&](std::size_t c) {
    counts[c] = one_chunk(values, deviations, freedom, std::min(kChunk, draws - c * kChunk),
                          derive_seed(exec.seed, "rank-stability", c));
  });
  for (std::size_t c = 1; c < chunks; ++c) {
    for (std::size_t i = 0; i < counts[0].size(); ++i) counts[0][i] += counts[c][i];
  }
  RankStability out;
  out.draws = draws;
  out.method = "multivariate t about the estimates";
  for (std::size_t t = 0; t < t_count; ++t) {
    out.teachers.push_back(place(std::span(counts[0]).subspan(t * t_count, t_count), draws));
  }
  return out;
}

std::optional<RankStability> rank_stability(std::span<const Measurement* const> teachers,
                                            const Execution& exec, std::string* why_not) {
  if (teachers.empty()) {
    refuse_usage("no-teacher", "there is no teacher to rank", {}, "Give at least one teacher");
  }
  // One joint error bar decides whether the replicates can be had, and which.
  std::vector<Term> terms;
  for (const Measurement* teacher : teachers) terms.push_back({teacher, 1.0});
  const auto bar = error_bar(terms, exec, why_not);
  if (!bar) return std::nullopt;
  std::size_t fitted = 0;
  for (const Measurement* teacher : teachers) {
    std::size_t blocks = 0;
    for (const auto& half : teacher->fit_replicates(exec)) blocks += half.size();
    fitted = std::max(fitted, blocks);
  }
  std::vector<double> values;
  Matrix deviations;
  for (std::size_t t = 0; t < teachers.size(); ++t) {
    values.push_back(teachers[t]->estimate().nats);
    const auto& replicates = teachers[t]->replicates(exec);
    // One column a part, then one a block of rows that directions were fitted on, as in error_bar.
    if (t == 0) deviations = Matrix(teachers.size(), replicates.size() + fitted);
    const auto row = deviations.row(t);
    subsampling_row(replicates, partition_plan(teachers[t]->groups().count()),
                    row.first(replicates.size()));
    fit_row(teachers[t]->fit_replicates(exec), row.subspan(replicates.size()));
  }
  auto out = rank_stability(values, deviations.view(), bar->degrees_of_freedom, exec);
  out.method += ", covariance from subsampling parts";
  return out;
}

}  // namespace cch
