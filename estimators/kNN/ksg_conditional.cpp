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
  Estimate estimate = mean_over_queries(
      "ksg-conditional", problem, path, options, options.k, exec,
      [&](std::size_t, auto& answers, const DigammaTable& psi) {
        const double epsilon = answers.nearest().back().distance;
        return psi(options.k) - psi(answers.count_less(0, epsilon) + 1) -
               psi(answers.count_less(1, epsilon) + 1) + psi(answers.count_less(2, epsilon) + 1);
      });
  estimate.diagnostics.set("dim_z", static_cast<double>(z.dim()));
  return estimate;
}

}  // namespace detail

Estimate ksg_conditional(const Samples& x, const Samples& y, const Samples& z, const Groups& groups,
                         const KsgConditionalOptions& options, const Execution& exec) {
  return detail::ksg_conditional(x, y, z, groups, options, detail::SearchPath::automatic, exec);
}

}  // namespace cch
