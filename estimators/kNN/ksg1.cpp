#include "cch/estimators/ksg1.hpp"

#include <algorithm>

#include "estimators/kNN/common.hpp"
#include "estimators/kNN/forced.hpp"
#include "estimators/repeated_values.hpp"

namespace cch {
namespace detail {

std::vector<Estimate> ksg1_sweep(const Samples& x, const Samples& y, const Groups& groups,
                                 std::span<const std::size_t> ks, const Ksg1Options& options,
                                 SearchPath path, const Execution& exec) {
  if (ks.empty()) return {};
  const SearchProblem problem{{x.view(), y.view()}, {{0}, {1}}, &groups};
  for (const std::size_t k : ks) check_neighbour_input(problem, k);
  const std::size_t largest_k = *std::max_element(ks.begin(), ks.end());
  const QueryChoice queries = choose_queries(problem, path, options.queries, options.exact, exec);
  const std::size_t n = problem.rows();
  const DigammaTable psi(n + 1);
  Matrix by_row(n, ks.size());
  const bool grouped = groups.grouped();
  const auto terms_of = [&](std::size_t i, auto& answers) {
    const double psi_n = psi(n - (grouped ? groups.size_of(i) : 1) + 1);
    for (std::size_t j = 0; j < ks.size(); ++j) {
      const double epsilon = answers.nearest()[ks[j] - 1].distance;
      const std::size_t n_x = answers.count_less(0, epsilon);
      const std::size_t n_y = answers.count_less(1, epsilon);
      by_row(i, j) = psi(ks[j]) + psi_n - psi(n_x + 1) - psi(n_y + 1);
    }
  };
  const SearchPath taken = for_each_query(problem, path, queries.rows, largest_k, exec, terms_of);
  std::vector<Estimate> estimates;
  std::vector<double> terms(queries.rows.size());
  for (std::size_t j = 0; j < ks.size(); ++j) {
    for (std::size_t q = 0; q < terms.size(); ++q) terms[q] = by_row(queries.rows[q], j);
    estimates.push_back(mean_estimate("ksg1", problem, taken, terms, queries, ks[j]));
  }
  return estimates;
}

}  // namespace detail

std::vector<Estimate> ksg1_sweep(const Samples& x, const Samples& y, const Groups& groups,
                                 std::span<const std::size_t> ks, const Ksg1Options& options,
                                 const Execution& exec) {
  return detail::ksg1_sweep(x, y, groups, ks, options, detail::SearchPath::automatic, exec);
}

Estimate ksg1(const Samples& x, const Samples& y, const Groups& groups, const Ksg1Options& options,
              const Execution& exec) {
  const auto of = [&](const Samples& a, const Samples& b) {
    return ksg1_sweep(a, b, groups, std::span(&options.k, 1), options, exec).front();
  };
  if (options.tie_draws == 0 || x.size() != y.size() || x.size() == 0) return of(x, y);
  const double share_x = detail::repeated_share(x);
  const double share_y = detail::repeated_share(y);
  const double share = std::max(share_x, share_y);
  if (share <= detail::kRepeatedShare) return of(x, y);
  const std::string what = (share_x >= share_y ? x : y).name();
  return detail::mean_over_tie_draws(options.tie_draws, share, what, [&](std::size_t draw) {
    const detail::TieSeeds seeds = detail::tie_seeds(x, y, exec.seed, draw);
    return of(detail::with_ties_in_random_order(x, seeds.x),
              detail::with_ties_in_random_order(y, seeds.y));
  });
}

}  // namespace cch
