#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "cch/estimators/planted_calibration.hpp"
#include "estimators/linalg/dense.hpp"
#include "estimators/linalg/symmetric.hpp"
#include "estimators/math.hpp"

namespace cch {
namespace {

constexpr double kLargestIcc = 0.99;
constexpr std::size_t kRowsForSpectrum = 1000;

double mean_square_ratio(std::span<const double> column, const Groups& groups) {
  const auto n = static_cast<double>(column.size());
  const auto g_count = static_cast<double>(groups.count());
  const double mean = std::accumulate(column.begin(), column.end(), 0.0) / n;
  double between = 0.0;
  double within = 0.0;
  double squared_sizes = 0.0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    const auto members = groups.members(g);
    const auto size = static_cast<double>(members.size());
    double group_mean = 0.0;
    for (const std::size_t i : members) group_mean += column[i] / size;
    for (const std::size_t i : members) {
      within += (column[i] - group_mean) * (column[i] - group_mean);
    }
    between += size * (group_mean - mean) * (group_mean - mean);
    squared_sizes += size * size;
  }
  const double msb = between / (g_count - 1.0);
  const double msw = within / (n - g_count);
  const double n0 = (n - squared_sizes / n) / (g_count - 1.0);
  const double total = msb + (n0 - 1.0) * msw;
  return total > 0.0 ? (msb - msw) / total : 0.0;
}

std::vector<double> column_less_class_means(const Samples& x, std::size_t j,
                                            const ClassLabels* labels) {
  std::vector<double> column(x.size());
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = x(i, j);
  if (labels == nullptr) return column;
  std::vector<double> sums(labels->classes(), 0.0);
  const auto counts = labels->counts();
  for (std::size_t i = 0; i < column.size(); ++i) {
    sums[static_cast<std::size_t>((*labels)[i])] += column[i];
  }
  for (std::size_t i = 0; i < column.size(); ++i) {
    const auto c = static_cast<std::size_t>((*labels)[i]);
    column[i] -= sums[c] / static_cast<double>(counts[c]);
  }
  return column;
}

}  // namespace

double intraclass_correlation(const Samples& x, const Groups& groups, const ClassLabels* labels) {
  if (!groups.grouped() || groups.count() < 2) return 0.0;
  double sum = 0.0;
  std::size_t columns = 0;
  for (std::size_t j = 0; j < x.dim(); ++j) {
    const auto column = column_less_class_means(x, j, labels);
    const auto [lo, hi] = std::minmax_element(column.begin(), column.end());
    if (*lo == *hi) continue;
    sum += mean_square_ratio(column, groups);
    ++columns;
  }
  if (columns == 0) return 0.0;
  return std::clamp(sum / static_cast<double>(columns), 0.0, kLargestIcc);
}

double effective_dimension(const Samples& x) {
  const std::size_t stride = (x.size() + kRowsForSpectrum - 1) / kRowsForSpectrum;
  const auto n = static_cast<Eigen::Index>((x.size() + stride - 1) / stride);
  Eigen::MatrixXd rows(n, static_cast<Eigen::Index>(x.dim()));
  const auto all = detail::as_eigen(x.view());
  for (Eigen::Index i = 0; i < n; ++i) rows.row(i) = all.row(i * static_cast<Eigen::Index>(stride));
  if (n < 2) return 1.0;
  rows.rowwise() -= rows.colwise().mean().eval();
  const auto free = static_cast<double>(n - 1);
  const Eigen::MatrixXd covariance = detail::gram(rows) / free;
  const double trace = covariance.trace();
  const double squares = covariance.squaredNorm() - trace * trace / free;
  const auto most = static_cast<double>(x.dim());
  if (trace <= 0.0) return 1.0;
  return squares <= 0.0 ? most : std::clamp(trace * trace / squares, 1.0, most);
}

std::vector<double> direction_spectrum(const Samples& x) {
  const std::size_t stride = (x.size() + kRowsForSpectrum - 1) / kRowsForSpectrum;
  const auto n = static_cast<Eigen::Index>((x.size() + stride - 1) / stride);
  Eigen::MatrixXd rows(n, static_cast<Eigen::Index>(x.dim()));
  const auto all = detail::as_eigen(x.view());
  for (Eigen::Index i = 0; i < n; ++i) rows.row(i) = all.row(i * static_cast<Eigen::Index>(stride));
  rows.rowwise() -= rows.colwise().mean().eval();
  const Eigen::MatrixXd products =
      n < rows.cols() ? detail::gram(rows.transpose()) : detail::gram(rows);
  const Eigen::VectorXd squares = detail::symmetric_eigenvalues(products);
  std::vector<double> out;
  for (Eigen::Index i = squares.size(); i-- > 0;) {
    out.push_back(std::sqrt(std::max(0.0, squares(i)) / static_cast<double>(n)));
  }
  return out;
}

PlantedShape planted_shape(const Variable& x, const Variable& y, const Groups& groups) {
  if (is_discrete(x) && is_discrete(y)) {
    refuse_usage("two-label-sides", "both sides are class labels",
                 "planted calibration draws at least one real side",
                 "Leave the calibration out: the plug-in's bias is known in closed form");
  }
  if (is_discrete(x)) return planted_shape(y, x, groups);
  const Samples& real = std::get<Samples>(x);
  if (const auto* labels = std::get_if<ClassLabels>(&y)) {
    return {groups,
            real.dim(),
            1,
            *labels,
            intraclass_correlation(real, groups, labels),
            0,
            direction_spectrum(real),
            {}};
  }
  const Samples& other = std::get<Samples>(y);
  const double icc =
      (intraclass_correlation(real, groups) + intraclass_correlation(other, groups)) / 2.0;
  const double spread = std::min(effective_dimension(real), effective_dimension(other));
  const auto pairs = static_cast<std::size_t>(std::max(1.0, std::round(spread)));
  return {groups,
          real.dim(),
          other.dim(),
          {},
          icc,
          pairs,
          direction_spectrum(real),
          direction_spectrum(other)};
}

}  // namespace cch
