#include "estimators/cca/pair_readings.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <utility>

#include "cch/estimators/ksg1.hpp"
#include "cch/estimators/scale.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/dense.hpp"
#include "estimators/repeated_values.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

Samples columns(const Samples& x, std::size_t first, std::size_t count) {
  Matrix out(x.size(), count);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < count; ++j) out(i, j) = x(i, first + j);
  }
  return Samples::from(std::move(out), x.name());
}

Eigen::VectorXd column(const Samples& x, std::size_t j) {
  Eigen::VectorXd out(static_cast<Index>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) out(static_cast<Index>(i)) = x(i, j);
  return out;
}

// −½ ln(1 − r²) of the columns.
double gaussian_information(const Eigen::VectorXd& u, const Eigen::VectorXd& v) {
  const Eigen::VectorXd a = u.array() - u.mean();
  const Eigen::VectorXd b = v.array() - v.mean();
  const double r = a.dot(b) / std::sqrt(a.squaredNorm() * b.squaredNorm());
  return -0.5 * std::log1p(-std::min(r * r, 1.0 - 1e-12));
}

// −½ ln(1 − R²) of centred targets on the leading columns of centred features, R² adjusted for
// their number: at most I(target; features) where the target is normal. The targets share the
// features' Gram matrix.
class Explained {
 public:
  /// `products` of the features with each other.
  Explained(const MatrixXd& features, const MatrixXd& products, Index count)
      : used_(features.leftCols(count)), gram_(products.topLeftCorner(count, count)) {
    gram_.diagonal().array() += 1e-9 * static_cast<double>(features.rows());
  }

  [[nodiscard]] double information(const Eigen::VectorXd& target) const {
    const auto n = static_cast<double>(target.size());
    const Eigen::VectorXd cross = used_.transpose() * target;
    const double residual =
        std::max(target.squaredNorm() - cross.dot(solve_semidefinite(gram_, cross)), 0.0);
    const double spare = n - static_cast<double>(used_.cols()) - 1.0;
    if (spare <= 0.0) return 0.0;
    const double unexplained = residual / target.squaredNorm() * (n - 1.0) / spare;
    return -0.5 * std::log(std::clamp(unexplained, 1e-6, 1e6));
  }

 private:
  Eigen::Block<const MatrixXd, Eigen::Dynamic, Eigen::Dynamic, true> used_;
  MatrixXd gram_;
};

// Total correlation Σ_i h(u_i) − h(U) = Σ_j I(u_j; u_1 … u_{j−1}) of the first 1, 2, … `most`
// columns, to second order: what the values and squares of the columns before, and products and
// cubes of the leading ones, explain of each column and of its square. Columns that lie on a curved
// surface of fewer dimensions are uncorrelated in pairs, and seen by the products.
std::vector<double> total_correlations(const Samples& u, std::size_t most) {
  constexpr Index kLeading = 4;  // whose products and cubes enter
  const Index n = static_cast<Index>(u.size());
  MatrixXd features(n, 2 * static_cast<Index>(most) + kLeading * (kLeading + 1) / 2);
  std::vector<Index> before;  // how many features each column has before it
  Index filled = 0;
  const auto add = [&](const Eigen::ArrayXd& values) {
    features.col(filled++) = (values - values.mean()).matrix();
  };
  for (Index j = 0; j < static_cast<Index>(most); ++j) {
    before.push_back(filled);
    const Eigen::ArrayXd own = column(u, static_cast<std::size_t>(j)).array();
    add(own);
    add(own.square());
    if (j >= kLeading) continue;
    add(own.cube());
    for (Index i = 0; i < j; ++i) add(own * column(u, static_cast<std::size_t>(i)).array());
  }
  const MatrixXd products = gram(features.leftCols(filled));
  std::vector<double> totals;
  double total = 0.0;
  for (const Index count : before) {
    if (count > 0) {
      const Explained explained(features, products, count);
      total += explained.information(features.col(count));
      total += explained.information(features.col(count + 1));
    }
    totals.push_back(total);
  }
  return totals;
}

}  // namespace

MatrixXd uncorrelated(const MatrixXd& m) {
  const MatrixXd centred = m.rowwise() - m.colwise().mean();
  MatrixXd covariance = gram(centred) / static_cast<double>(m.rows());
  covariance.diagonal().array() += 1e-9 * covariance.trace();
  return solve_rows(Cholesky(std::move(covariance)).packed(), centred);
}

Samples normal_scores(const MatrixXd& m) {
  Matrix values(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()));
  for (std::size_t i = 0; i < values.rows(); ++i) {
    for (std::size_t j = 0; j < values.cols(); ++j) {
      values(i, j) = m(static_cast<Index>(i), static_cast<Index>(j));
    }
  }
  std::vector<Warning>
      ignored;  // constant and tied inputs were reported when the user's data came in
  Execution serial;
  serial.threads = 1;
  return scaled(Samples::from(std::move(values), "canonical variates"), Scale::rank, ignored,
                serial);
}

Samples normal_scores(const MatrixXd& m, std::uint64_t tie_seed) {
  // Rows that are equal project to the same number but for rounding: a billionth of a standard
  // deviation is far above that and far below what rows that differ are apart.
  constexpr double kSteps = 1e9;
  MatrixXd merged = m;
  for (Index j = 0; j < m.cols(); ++j) {
    const double sd = std::sqrt((m.col(j).array() - m.col(j).mean()).square().mean());
    if (sd > 0.0) merged.col(j) = (m.col(j).array() * (kSteps / sd)).round();
  }
  return with_ties_in_random_order(normal_scores(merged), tie_seed);
}

double pair_information(const Samples& u, const Samples& v, std::size_t first, std::size_t count,
                        const Groups& groups, std::size_t k, const Execution& exec) {
  return ksg1(columns(u, first, count), columns(v, first, count), groups, {.k = k}, exec).nats;
}

std::vector<double> normal_readings(const Samples& u, const Samples& v, std::size_t count) {
  std::vector<double> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = gaussian_information(column(u, i), column(v, i)) - 0.5 / static_cast<double>(u.size());
  }
  return out;
}

double gaussian_reading(const MatrixXd& u, const MatrixXd& v, std::size_t count) {
  double sum = 0.0;
  for (Index i = 0; i < static_cast<Index>(count); ++i) {
    sum += gaussian_information(u.col(i), v.col(i));
  }
  return sum;
}

std::vector<double> counted_twice(const Samples& u, const Samples& v, std::size_t most) {
  std::vector<double> out = total_correlations(u, most);
  const std::vector<double> of_v = total_correlations(v, most);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max(0.0, std::min(out[i], of_v[i]));
  return out;
}

}  // namespace cch::detail
