#include "gaussian/row_sums.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "estimators/linalg/cholesky.hpp"
#include "gaussian/eigen.hpp"

namespace cch::detail {
namespace {

Eigen::VectorXd normals(Eigen::Index n, Random& random) {
  Eigen::VectorXd out(n);
  for (Eigen::Index i = 0; i < n; ++i) out(i) = random.normal();
  return out;
}

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index cols, Random& random) {
  Eigen::MatrixXd out(rows, cols);
  for (double& value : out.reshaped()) value = random.normal();
  return out;
}

/// L·A for lower triangular L and A, strip by strip: above its own diagonal a strip is 0.
Eigen::MatrixXd lower_product(const Eigen::MatrixXd& lower, const Eigen::MatrixXd& a) {
  constexpr Eigen::Index kStrip = 64;
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(a.rows(), a.cols());
  for (Eigen::Index j = 0; j < a.cols(); j += kStrip) {
    const Eigen::Index columns = std::min(kStrip, a.cols() - j);
    const Eigen::Index rows = a.rows() - j;
    out.block(j, j, rows, columns) =
        lower.block(j, j, rows, rows).triangularView<Eigen::Lower>() * a.block(j, j, rows, columns);
  }
  return out;
}

}  // namespace

RowSums& RowSums::operator+=(const RowSums& other) {
  products += other.products;
  sum += other.sum;
  rows += other.rows;
  return *this;
}

RowSums& RowSums::operator-=(const RowSums& other) {
  products -= other.products;
  sum -= other.sum;
  rows -= other.rows;
  return *this;
}

double chi_squared(std::size_t k, Random& random) {
  if (k == 1) {
    const double z = random.normal();
    return z * z;
  }
  // Twice a gamma variate of shape k/2 ≥ 1, by rejection (Marsaglia & Tsang 2000).
  const double d = 0.5 * static_cast<double>(k) - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double z = random.normal();
    const double root = 1.0 + c * z;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    const double u = 1.0 - random.uniform();  // in (0, 1]
    if (std::log(u) < 0.5 * z * z + d - d * v + d * std::log(v)) return 2.0 * d * v;
  }
}

void draw_bartlett(Eigen::Index dim, std::size_t nu, Random& random, Eigen::MatrixXd& a) {
  const Eigen::Index columns = std::min(dim, index(nu));
  a.resize(dim, columns);
  for (Eigen::Index j = 0; j < columns; ++j) {
    a(j, j) = std::sqrt(chi_squared(nu - static_cast<std::size_t>(j), random));
    for (Eigen::Index i = j + 1; i < dim; ++i) a(i, j) = random.normal();
  }
}

RowSums draw_row_sums(const Eigen::MatrixXd& lower, std::size_t n, Random& random) {
  const Eigen::Index dim = lower.rows();
  RowSums out;
  out.rows = static_cast<double>(n);
  const Eigen::VectorXd scaled_mean = lower.triangularView<Eigen::Lower>() * normals(dim, random);
  out.sum = std::sqrt(out.rows) * scaled_mean;
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(dim, std::min(dim, index(n - 1)));
  draw_bartlett(dim, n - 1, random, a);
  out.products = Eigen::MatrixXd::Zero(dim, dim);
  auto half = out.products.selfadjointView<Eigen::Lower>();
  half.rankUpdate(scaled_mean);
  half.rankUpdate(lower_product(lower, a));
  out.products.triangularView<Eigen::StrictlyUpper>() = out.products.transpose();
  return out;
}

LeastSquaresFit draw_fit_errors(Eigen::Index p, std::size_t n, bool intercept,
                                const Eigen::MatrixXd& c, Random& random,
                                Eigen::MatrixXd& workspace) {
  if (c.cols() == 0) {  // without noise every fit is exact
    return {Eigen::MatrixXd::Zero(p, c.rows()), Eigen::RowVectorXd::Zero(c.rows())};
  }
  draw_bartlett(p, n - (intercept ? 1 : 0), random, workspace);
  Eigen::MatrixXd w = normals(p, c.cols(), random);
  solve_transposed_lower_in_place(workspace, w);
  LeastSquaresFit out{w * c.transpose(), Eigen::RowVectorXd::Zero(c.rows())};
  if (!intercept) return out;
  const double root = std::sqrt(static_cast<double>(n));
  const Eigen::RowVectorXd noise = normals(c.cols(), random).transpose() * c.transpose();
  out.b = (noise - normals(p, random).transpose() * out.w) / root;
  return out;
}

LeastSquaresFit least_squares(const RowSums& sums, Eigen::Index from, Eigen::Index inputs,
                              Eigen::Index to, Eigen::Index outputs, bool intercept) {
  return least_squares(sums.products.block(from, from, inputs, inputs),
                       sums.sum.segment(from, inputs),
                       sums.products.block(from, to, inputs, outputs),
                       sums.sum.segment(to, outputs).transpose(), sums.rows, intercept);
}

LeastSquaresFit least_squares(const Eigen::MatrixXd& products, const Eigen::VectorXd& sum,
                              const Eigen::MatrixXd& cross, const Eigen::RowVectorXd& total,
                              double rows, bool intercept) {
  if (!intercept) {
    return {Cholesky(products).solve(cross), Eigen::RowVectorXd::Zero(cross.cols())};
  }
  const Eigen::VectorXd mean = sum / rows;
  const Eigen::MatrixXd w = Cholesky(products - mean * sum.transpose()).solve(cross - mean * total);
  return {w, total / rows - mean.transpose() * w};
}

}  // namespace cch::detail
