#include "estimators/row_terms.hpp"

#include <cmath>
#include <numeric>

#include "estimators/linalg/quantiles.hpp"

namespace cch::detail {

double mean_of(std::span<const double> terms) {
  return std::accumulate(terms.begin(), terms.end(), 0.0) / static_cast<double>(terms.size());
}

double variance_of_mean(std::span<const double> terms, const Groups& groups) {
  const double mean = mean_of(terms);
  const auto n = static_cast<double>(terms.size());
  const auto g_count = static_cast<double>(groups.count());
  double sum = 0.0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    double cluster = 0.0;
    for (const std::size_t i : groups.members(g)) cluster += terms[i] - mean;
    sum += cluster * cluster;
  }
  return g_count / (g_count - 1.0) * sum / (n * n);
}

void set_error_bars(Estimate& estimate, const Groups& groups, double extra_variance) {
  if (groups.count() < 2) return;
  const double se = std::sqrt(variance_of_mean(estimate.row_terms, groups) + extra_variance);
  const double t = students_t_quantile(static_cast<double>(groups.count() - 1), 0.975);
  const double half = t * se;
  estimate.standard_error = se;
  estimate.interval95 = Interval{estimate.nats - half, estimate.nats + half};
}

}  // namespace cch::detail
