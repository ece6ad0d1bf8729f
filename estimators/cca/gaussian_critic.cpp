#include "estimators/cca/gaussian_critic.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "estimators/classifiers/products.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/dense.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// 1 − R² of a column on the others below which it counts as determined by them.
constexpr double kDetermined = 1e-6;

// ln |S| of the leading 1, 2, … columns, and after how many of them a column is determined by those
// before it.
struct LogDets {
  std::vector<double> leading;
  Index sound = 0;
};

LogDets log_dets(MatrixXd moments) {
  const Eigen::VectorXd variances = moments.diagonal();
  const Index d = moments.rows();
  LogDets out;
  const Cholesky factor(std::move(moments));
  if (!factor.positive_definite()) return out;
  double sum = 0.0;
  for (Index j = 0; j < d; ++j) {
    const double pivot = factor.packed()(j, j) * factor.packed()(j, j);
    if (!(pivot > kDetermined * variances(j))) break;
    sum += std::log(pivot);
    out.leading.push_back(sum);
    ++out.sound;
  }
  return out;
}

// x A xᵀ of every row.
Eigen::ArrayXd forms(const MatrixXd& x, const MatrixXd& a) {
  return product(x, a).cwiseProduct(x).rowwise().sum().array();
}

MatrixXd inverse(const MatrixXd& moments) {
  return Cholesky(moments).solve(MatrixXd::Identity(moments.rows(), moments.rows()));
}

}  // namespace

Moments::Moments(const MatrixXd& u, const MatrixXd& v)
    : Moments(u, v, gram(v) / static_cast<double>(v.rows()),
              gram(u) / static_cast<double>(u.rows())) {}

Moments::Moments(const MatrixXd& u, const MatrixXd& v, MatrixXd of_v, MatrixXd of_u)
    : uu(std::move(of_u)),
      vv(std::move(of_v)),
      uv(product(u.transpose(), v) / static_cast<double>(u.rows())) {}

std::vector<double> informations(const Moments& s, const std::vector<std::size_t>& sizes) {
  const Index p_most = s.uu.rows();
  const Index q_most = s.vv.rows();
  // u_1, v_1, u_2, v_2, … so that one factor has the joint determinants of all sizes.
  std::vector<Index> order;  // columns of v after those of u
  for (Index j = 0; j < std::max(p_most, q_most); ++j) {
    if (j < p_most) order.push_back(j);
    if (j < q_most) order.push_back(p_most + j);
  }
  MatrixXd both(p_most + q_most, p_most + q_most);
  both << s.uu, s.uv, s.uv.transpose(), s.vv;
  const LogDets of_u = log_dets(s.uu);
  const LogDets of_v = log_dets(s.vv);
  const LogDets of_both = log_dets(both(order, order));
  std::vector<double> out;
  for (const std::size_t size : sizes) {
    const Index p = std::min(static_cast<Index>(size), p_most);
    const Index q = std::min(static_cast<Index>(size), q_most);
    if (p > of_u.sound || q > of_v.sound || p + q > of_both.sound) break;
    const auto at = [](const LogDets& dets, Index count) {
      return dets.leading[static_cast<std::size_t>(count - 1)];
    };
    out.push_back(0.5 * (at(of_u, p) + at(of_v, q) - at(of_both, p + q)));
  }
  return out;
}

GaussianCritic::GaussianCritic(const MatrixXd& all_u, const MatrixXd& all_v, const Moments& s,
                               std::size_t size, double plug_in) {
  const Index p = width(all_u, size);
  const Index q = width(all_v, size);
  const MatrixXd uu = s.uu.topLeftCorner(p, p);
  const MatrixXd vv = s.vv.topLeftCorner(q, q);
  const MatrixXd uv = s.uv.topLeftCorner(p, q);
  MatrixXd joint(p + q, p + q);
  joint << uu, uv, uv.transpose(), vv;
  const MatrixXd precision = inverse(joint);
  const MatrixXd u = all_u.leftCols(p);
  v = all_v.leftCols(q);
  u_part = 0.5 * forms(u, inverse(uu) - precision.topLeftCorner(p, p)) + plug_in;
  v_part = 0.5 * forms(v, inverse(vv) - precision.bottomRightCorner(q, q));
  u_cross = -product(u, precision.topRightCorner(p, q));
}

Eigen::ArrayXd GaussianCritic::of_matching_rows() const {
  return u_part + v_part + u_cross.cwiseProduct(v).rowwise().sum().array();
}

Eigen::ArrayXXd GaussianCritic::mismatched(const std::vector<std::size_t>& groups) const {
  Eigen::ArrayXXd f = product(u_cross, v.transpose()).array();
  for (Index j = 0; j < f.cols(); ++j) {
    f.col(j) += u_part + v_part(j);
    for (Index i = 0; i < f.rows(); ++i) {
      const bool together =
          groups[static_cast<std::size_t>(i)] == groups[static_cast<std::size_t>(j)];
      if (together) f(i, j) = -std::numeric_limits<double>::infinity();
    }
  }
  return f;
}
Eigen::ArrayXd row_shares(const Eigen::ArrayXd& of_u, const Eigen::ArrayXd& of_v) {
  return (of_u + of_v) / of_u.sum() - 2.0 / static_cast<double>(of_u.size());
}

constexpr Index kSomeColumns = 16;

// Ratios to the largest in single precision: what they lose is far below what rows as few say.
std::array<LogMean, kFifths.size()> log_means(const Eigen::ArrayXXd& f) {
  const double top = f.maxCoeff();
  Eigen::ArrayXXf fifth_root = (0.2 * (f - top)).cast<float>();
  product_kernels().exponentials(fifth_root.data(), static_cast<std::size_t>(fifth_root.size()));
  const auto count = static_cast<double>(f.isFinite().count());
  std::array<Eigen::ArrayXd, kFifths.size()> of_u;
  std::array<Eigen::ArrayXf, kFifths.size()> of_some;  // columns: few enough for single precision
  std::array<Eigen::ArrayXd, kFifths.size()> of_v;
  of_u.fill(Eigen::ArrayXd::Zero(f.rows()));
  of_some.fill(Eigen::ArrayXf::Zero(f.rows()));
  of_v.fill(Eigen::ArrayXd(f.cols()));
  Eigen::ArrayXf power;
  for (Index j = 0; j < f.cols(); ++j) {
    const bool last = j % kSomeColumns == kSomeColumns - 1 || j + 1 == f.cols();
    power = fifth_root.col(j);
    for (int i = 1, t = static_cast<int>(kFifths.size()); t-- > 0;) {
      const auto at = static_cast<std::size_t>(t);
      for (; i < kFifths[at]; ++i) power *= fifth_root.col(j);
      of_some[at] += power;
      of_v[at](j) = static_cast<double>(power.sum());
      if (!last) continue;
      of_u[at] += of_some[at].cast<double>();
      of_some[at].setZero();
    }
  }
  std::array<LogMean, kFifths.size()> out{};
  for (std::size_t t = 0; t < kFifths.size(); ++t) {
    out[t] = {0.2 * kFifths[t] * top + std::log(of_u[t].sum() / count),
              std::sqrt(row_shares(of_u[t], of_v[t]).square().sum())};
  }
  return out;
}

}  // namespace cch::detail
