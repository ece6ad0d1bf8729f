#include "cch/estimators/mixed_ksg.hpp"

#include <cmath>

#include "estimators/kNN/class_columns.hpp"
#include "estimators/kNN/common.hpp"
#include "estimators/kNN/forced.hpp"

namespace cch {
namespace detail {
namespace {

double range_of(const Variable& v) {
  const auto* samples = std::get_if<Samples>(&v);
  return samples ? widest_range(samples->view()) : 0.0;
}

Matrix columns_of(const Variable& v, double range) {
  if (const auto* labels = std::get_if<ClassLabels>(&v)) return class_column(*labels, range);
  return Matrix();
}

}  // namespace

Estimate mixed_ksg(const Variable& x, const Variable& y, const Groups& groups,
                   const MixedKsgOptions& options, SearchPath path, const Execution& exec) {
  const double range = std::max(range_of(x), range_of(y));
  const Matrix x_classes = columns_of(x, range);
  const Matrix y_classes = columns_of(y, range);
  const MatrixView x_view = is_discrete(x) ? x_classes.view() : std::get<Samples>(x).view();
  const MatrixView y_view = is_discrete(y) ? y_classes.view() : std::get<Samples>(y).view();
  const SearchProblem problem{{x_view, y_view}, {{0}, {1}, {0, 1}}, &groups};
  check_neighbour_input(problem, options.k);
  const std::size_t n = problem.rows();
  return mean_over_queries(
      "mixed-ksg", problem, path, options, options.k, exec,
      [&](std::size_t i, auto& answers, const DigammaTable& psi) {
        const double rho = answers.nearest().back().distance;
        const double ln_others = std::log(static_cast<double>(n - groups.size_of(i) + 1));
        // The counts leave out row i, which the published ones include.
        if (rho == 0.0) {
          return psi(answers.count_within(2, 0.0) + 1) + ln_others -
                 psi(answers.count_within(0, 0.0) + 1) - psi(answers.count_within(1, 0.0) + 1);
        }
        return psi(options.k) + ln_others - psi(answers.count_less(0, rho) + 1) -
               psi(answers.count_less(1, rho) + 1);
      });
}

}  // namespace detail

Estimate mixed_ksg(const Variable& x, const Variable& y, const Groups& groups,
                   const MixedKsgOptions& options, const Execution& exec) {
  return detail::mixed_ksg(x, y, groups, options, detail::SearchPath::automatic, exec);
}

}  // namespace cch
