#include "estimators/cca/canonical_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "estimators/cca/one_sided_jacobi.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/dense.hpp"

namespace cch::detail {
namespace {

using Eigen::MatrixXd;

MatrixXd covariance(const MatrixXd& centred, double ridge) {
  MatrixXd c = gram(centred) / static_cast<double>(centred.rows());
  c.diagonal().array() += ridge;
  return c;
}

}  // namespace

MatrixXd CanonicalPairs::project_x(const MatrixXd& x) const {
  return product((x.rowwise() - mean_x).eval(), a);
}

MatrixXd CanonicalPairs::project_y(const MatrixXd& y) const {
  return product((y.rowwise() - mean_y).eval(), b);
}

CanonicalPairs fit_canonical_pairs(const MatrixXd& x, const MatrixXd& y, double ridge) {
  CanonicalPairs pairs;
  pairs.n = static_cast<std::size_t>(x.rows());
  pairs.mean_x = x.colwise().mean();
  pairs.mean_y = y.colwise().mean();
  const MatrixXd cx = x.rowwise() - pairs.mean_x;
  const MatrixXd cy = y.rowwise() - pairs.mean_y;
  const Cholesky lx(covariance(cx, ridge));
  const Cholesky ly(covariance(cy, ridge));
  MatrixXd cross = product(cx.transpose(), cy) / static_cast<double>(x.rows());
  lx.solve_lower_in_place(cross);
  MatrixXd coherence = cross.transpose();
  ly.solve_lower_in_place(coherence);
  coherence.transposeInPlace();
  SingularValues svd = one_sided_jacobi(coherence);
  pairs.a = std::move(svd.u);
  pairs.b = std::move(svd.v);
  pairs.rho = std::move(svd.sigma);
  lx.solve_upper_in_place(pairs.a);
  ly.solve_upper_in_place(pairs.b);
  return pairs;
}

CanonicalPairs fit_canonical_pairs(const MatrixXd& x, const MatrixXd& y) {
  return fit_canonical_pairs(x, y, kLeastRidge);
}

std::size_t CanonicalPairs::significant() const {
  const double cx = static_cast<double>(a.rows()) / static_cast<double>(n);
  const double cy = static_cast<double>(b.rows()) / static_cast<double>(n);
  if (cx + cy >= 1.0) return 0;
  const double edge = std::sqrt(cx * (1.0 - cy)) + std::sqrt(cy * (1.0 - cx));
  const double threshold = 1.1 * edge * edge;
  return static_cast<std::size_t>(
      std::count_if(rho.begin(), rho.end(), [&](double r) { return r * r > threshold; }));
}

}  // namespace cch::detail
