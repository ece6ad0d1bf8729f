#include "estimators/cca/one_sided_jacobi.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kMostSweeps = 60;
// Cosines between columns below this are rounding.
constexpr double kOrthogonal = 1e-15;

void rotate(double* p, double* q, Index count, double c, double s) {
  for (Index i = 0; i < count; ++i) {
    const double old = p[i];
    p[i] = c * old - s * q[i];
    q[i] = s * old + c * q[i];
  }
}

// Rotates columns p and q of w, and of v alike, until they are orthogonal; false if they were.
bool make_orthogonal(MatrixXd& w, MatrixXd& v, Index p, Index q) {
  const double alpha = w.col(p).squaredNorm();
  const double beta = w.col(q).squaredNorm();
  const double gamma = w.col(p).dot(w.col(q));
  if (std::abs(gamma) <= kOrthogonal * std::sqrt(alpha * beta)) return false;
  const double zeta = (beta - alpha) / (2.0 * gamma);
  const double t = std::copysign(1.0, zeta) / (std::abs(zeta) + std::hypot(1.0, zeta));
  const double c = 1.0 / std::hypot(1.0, t);
  rotate(w.col(p).data(), w.col(q).data(), w.rows(), c, c * t);
  rotate(v.col(p).data(), v.col(q).data(), v.rows(), c, c * t);
  return true;
}

// Makes column j of u a unit vector orthogonal to the columns before it.
void complete(MatrixXd& u, Index j) {
  double longest = 0.0;
  for (Index axis = 0; axis < u.rows() && longest < 0.7; ++axis) {
    VectorXd left = VectorXd::Unit(u.rows(), axis);
    for (int twice = 0; twice < 2; ++twice) {
      for (Index k = 0; k < j; ++k) left -= u.col(k).dot(left) * u.col(k);
    }
    const double length = left.norm();
    if (length <= longest) continue;
    longest = length;
    u.col(j) = left / length;
  }
}

// m ≥ n.
SingularValues decompose_tall(const MatrixXd& a) {
  const Index n = a.cols();
  MatrixXd w = a;
  MatrixXd v = MatrixXd::Identity(n, n);
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    bool rotated = false;
    for (Index p = 0; p + 1 < n; ++p) {
      for (Index q = p + 1; q < n; ++q) rotated = make_orthogonal(w, v, p, q) || rotated;
    }
    if (!rotated) break;
  }
  const VectorXd lengths = w.colwise().norm();
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index i, Index j) { return lengths(i) > lengths(j); });
  SingularValues out{MatrixXd::Zero(a.rows(), n), Eigen::VectorXd(n), MatrixXd(n, n)};
  const double largest = n > 0 ? lengths(order[0]) : 0.0;
  const double rounding = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * largest;
  for (Index j = 0; j < n; ++j) {
    const Index from = order[static_cast<std::size_t>(j)];
    out.sigma(j) = lengths(from);
    out.v.col(j) = v.col(from);
    if (lengths(from) > rounding) {
      out.u.col(j) = w.col(from) / lengths(from);
    } else {
      complete(out.u, j);
    }
  }
  return out;
}

}  // namespace

SingularValues one_sided_jacobi(const MatrixXd& a) {
  if (a.rows() >= a.cols()) return decompose_tall(a);
  SingularValues flipped = decompose_tall(a.transpose());
  std::swap(flipped.u, flipped.v);
  return flipped;
}

}  // namespace cch::detail
