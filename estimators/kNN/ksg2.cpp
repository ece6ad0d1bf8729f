#include "cch/estimators/ksg2.hpp"

#include <algorithm>

#include "estimators/kNN/common.hpp"
#include "estimators/kNN/forced.hpp"

namespace cch {
namespace detail {

Estimate ksg2(const Samples& x, const Samples& y, const Groups& groups, const Ksg2Options& options,
              SearchPath path, const Execution& exec) {
  const SearchProblem problem{{x.view(), y.view()}, {{0}, {1}}, &groups};
  check_neighbour_input(problem, options.k);
  const std::size_t n = problem.rows();
  return mean_over_queries(
      "ksg2", problem, path, options, options.k, exec,
      [&](std::size_t i, auto& answers, const DigammaTable& psi) {
        double epsilon_x = 0.0;
        double epsilon_y = 0.0;
        for (const Neighbour& neighbour : answers.nearest()) {
          epsilon_x = std::max(epsilon_x, block_distance(problem.blocks[0], i, neighbour.row));
          epsilon_y = std::max(epsilon_y, block_distance(problem.blocks[1], i, neighbour.row));
        }
        return psi(options.k) - 1.0 / static_cast<double>(options.k) +
               psi(n - groups.size_of(i) + 1) - psi(answers.count_within(0, epsilon_x)) -
               psi(answers.count_within(1, epsilon_y));
      });
}

}  // namespace detail

Estimate ksg2(const Samples& x, const Samples& y, const Groups& groups, const Ksg2Options& options,
              const Execution& exec) {
  return detail::ksg2(x, y, groups, options, detail::SearchPath::automatic, exec);
}

}  // namespace cch
