#include "estimators/cca/pair_readings.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <utility>

#include "cch/estimators/ksg1.hpp"
#include "cch/estimators/scale.hpp"

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

// Total correlation Σ_i h(u_i) − h(U) of the first `count` columns to second order: the sum over
// pairs of columns of −½ ln(1 − c²), once for their correlation c and once for that of their
// squares, each less the 1/(2N) that independent columns show.
double total_correlation(const Samples& u, std::size_t count) {
  const Index n = static_cast<Index>(u.size());
  MatrixXd values(n, 2 * static_cast<Index>(count));
  for (Index j = 0; j < static_cast<Index>(count); ++j) {
    for (Index i = 0; i < n; ++i) {
      const double value = u(static_cast<std::size_t>(i), static_cast<std::size_t>(j));
      values(i, 2 * j) = value;
      values(i, 2 * j + 1) = value * value;
    }
  }
  values.rowwise() -= values.colwise().mean().eval();
  values.colwise().normalize();
  double total = 0.0;
  for (Index i = 0; i < values.cols(); ++i) {
    for (Index j = i + 2 - i % 2; j < values.cols(); ++j) {
      if ((j - i) % 2 != 0) continue;  // values with values, squares with squares
      const double c = values.col(i).dot(values.col(j));
      total += -0.5 * std::log1p(-std::min(c * c, 1.0 - 1e-12)) - 0.5 / static_cast<double>(n);
    }
  }
  return total;
}

}  // namespace

MatrixXd uncorrelated(const MatrixXd& m) {
  const MatrixXd centred = m.rowwise() - m.colwise().mean();
  const MatrixXd covariance = centred.transpose() * centred / static_cast<double>(m.rows());
  const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(covariance);
  const Eigen::VectorXd root = eigen.eigenvalues().cwiseMax(1e-6).cwiseSqrt().cwiseInverse();
  return centred * (eigen.eigenvectors() * root.asDiagonal() * eigen.eigenvectors().transpose());
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

double counted_twice(const Samples& u, const Samples& v, std::size_t count) {
  return std::max(0.0, std::min(total_correlation(u, count), total_correlation(v, count)));
}

}  // namespace cch::detail
