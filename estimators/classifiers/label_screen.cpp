#include "estimators/classifiers/label_screen.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/classifiers/training.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;

// R² of column j on the classes, from class sums and the sum of squares.
double explained(const Eigen::MatrixXd& sums, Index j, double squares,
                 const std::vector<double>& counts, double n) {
  const double total = sums.col(j).sum();
  double between = -total * total / n;
  for (Index c = 0; c < sums.rows(); ++c) {
    const double own = counts[static_cast<std::size_t>(c)];
    if (own > 0.0) between += sums(c, j) * sums(c, j) / own;
  }
  const double variation = squares - total * total / n;
  return variation > 1e-9 * squares ? std::clamp(between / variation, 0.0, 1.0) : 0.0;
}

std::vector<double> class_chances(const ClassSums& sums) {
  double n = 0.0;
  double present = 0.0;
  for (const double count : sums.counts) {
    n += count;
    present += count > 0.0 ? 1.0 : 0.0;
  }
  std::vector<double> p(static_cast<std::size_t>(sums.squares.size()));
  for (Index j = 0; j < sums.squares.size(); ++j) {
    const double r2 = std::max(explained(sums.values, j, sums.squares(j), sums.counts, n),
                               explained(sums.distances, j, sums.squares(j), sums.counts, n));
    p[static_cast<std::size_t>(j)] = 2.0 * chance_of_explained(r2, present - 1.0, n);
  }
  return p;
}

}  // namespace

ClassSums& ClassSums::operator+=(const ClassSums& other) {
  if (counts.empty()) return *this = other;
  for (std::size_t c = 0; c < counts.size(); ++c) counts[c] += other.counts[c];
  values += other.values;
  distances += other.distances;
  squares += other.squares;
  return *this;
}

ClassSums class_sums_of(const Eigen::MatrixXf& z, const std::vector<int>& y, std::size_t classes) {
  const auto k = static_cast<Index>(classes);
  ClassSums out{std::vector<double>(classes, 0.0), Eigen::MatrixXd::Zero(k, z.cols()),
                Eigen::MatrixXd::Zero(k, z.cols()), z.colwise().squaredNorm().cast<double>()};
  for (const int c : y) out.counts[static_cast<std::size_t>(c)] += 1.0;
  for (Index j = 0; j < z.cols(); ++j) {
    for (Index i = 0; i < z.rows(); ++i) {
      const auto value = static_cast<double>(z(i, j));
      out.values(y[static_cast<std::size_t>(i)], j) += value;
      out.distances(y[static_cast<std::size_t>(i)], j) += std::abs(value);
    }
  }
  return out;
}

std::vector<std::size_t> columns_by_class(const ClassSums& sums, Columns level) {
  const std::vector<double> p = class_chances(sums);
  std::vector<std::size_t> kept = passing_columns(p, level);
  if (kept.empty()) {
    kept.push_back(static_cast<std::size_t>(std::min_element(p.begin(), p.end()) - p.begin()));
  }
  return kept;
}

std::vector<Columns> levels_worth_fitting(const ClassSums& sums) {
  const std::vector<double> p = class_chances(sums);
  std::vector<Columns> levels;
  std::size_t before = 0;
  for (const Columns level : {Columns::strict, Columns::generous}) {
    const std::size_t kept = passing_columns(p, level).size();
    if (!drops_enough(kept, p.size()) || !fewer_by_enough(before, kept)) continue;
    before = kept;
    levels.push_back(level);
  }
  return levels;
}

}  // namespace cch::detail
