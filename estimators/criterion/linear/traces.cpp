#include "estimators/criterion/linear/traces.hpp"

#include <algorithm>
#include <cmath>

namespace cch::detail {
namespace {
constexpr double kMostSquaredCorrelation = 0.9999;  // 4.6 nats; above, rounding decides

/// 0 where one side is constant: it says nothing about the other.
double correlation(double cov, double var_a, double var_b) {
  if (!(var_a > 0.0) || !(var_b > 0.0)) return 0.0;
  return std::clamp(cov / std::sqrt(var_a * var_b), -1.0, 1.0);
}
}  // namespace

double Traces::r_ts() const {
  return correlation(ts, tt, ss);
}

double Traces::r_sy() const {
  return correlation(sy, ss, yy);
}

bool is_capped(double r) {
  return r * r > kMostSquaredCorrelation;
}

double scalar_information(double r) {
  return -0.5 * std::log1p(-std::min(r * r, kMostSquaredCorrelation));
}

TraceSums::TraceSums(const Eigen::MatrixXd& t, const Eigen::MatrixXd& s, const Eigen::MatrixXd& y,
                     const std::vector<std::size_t>& rows)
    : n_(static_cast<double>(rows.size())),
      sums_(Eigen::MatrixXd::Zero(3, t.cols())),
      products_(Eigen::Matrix3d::Zero()) {
  Eigen::MatrixXd row(3, t.cols());
  for (const std::size_t index : rows) {
    const auto i = static_cast<Eigen::Index>(index);
    row << t.row(i), s.row(i), y.row(i);
    sums_ += row;
    products_ += row * row.transpose();
  }
}

TraceSums& TraceSums::operator+=(const TraceSums& other) {
  n_ += other.n_;
  sums_ += other.sums_;
  products_ += other.products_;
  return *this;
}

TraceSums& TraceSums::operator-=(const TraceSums& other) {
  n_ -= other.n_;
  sums_ -= other.sums_;
  products_ -= other.products_;
  return *this;
}

Traces TraceSums::traces() const {
  const Eigen::Matrix3d cov = products_ / n_ - sums_ * sums_.transpose() / (n_ * n_);
  return {cov(0, 0), cov(1, 1), cov(2, 2), cov(0, 1), cov(1, 2), cov(0, 2)};
}

}  // namespace cch::detail
