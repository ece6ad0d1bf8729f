#include "cch/estimators/ksg_conditional.hpp"

#include "estimators/kNN/common.hpp"
#include "estimators/kNN/forced.hpp"

namespace cch {
namespace detail {

Estimate ksg_conditional(const Samples& x, const Samples& y, const Samples& z, const Groups& groups,
                         const KsgConditionalOptions& options, SearchPath path,
                         const Execution& exec) {
  const SearchProblem problem{{x.view(), y.view(), z.view()}, {{0, 2}, {1, 2}, {2}}, &groups};
  check_neighbour_input(problem, options.k);
  const QueryChoice queries = choose_queries(problem, path, options.queries, options.exact, exec);
  const std::size_t n = problem.rows();
  const DigammaTable psi(n + 1);
  std::vector<double> by_row(n);
  for_each_query(problem, path, queries.rows, options.k, exec, [&](std::size_t i, auto& answers) {
    const double epsilon = answers.nearest().back().distance;
    by_row[i] = psi(options.k) - psi(answers.count_less(0, epsilon) + 1) -
                psi(answers.count_less(1, epsilon) + 1) + psi(answers.count_less(2, epsilon) + 1);
  });
  std::vector<double> terms(queries.rows.size());
  for (std::size_t q = 0; q < terms.size(); ++q) terms[q] = by_row[queries.rows[q]];
  Estimate estimate = mean_estimate("ksg-conditional", problem, path, terms, queries, options.k);
  estimate.diagnostics.set("dim_z", static_cast<double>(z.dim()));
  return estimate;
}

}  // namespace detail

Estimate ksg_conditional(const Samples& x, const Samples& y, const Samples& z, const Groups& groups,
                         const KsgConditionalOptions& options, const Execution& exec) {
  return detail::ksg_conditional(x, y, z, groups, options, detail::SearchPath::automatic, exec);
}

}  // namespace cch
