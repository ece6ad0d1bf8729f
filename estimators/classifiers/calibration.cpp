#include "estimators/classifiers/calibration.hpp"

#include <Eigen/Cholesky>
#include <array>
#include <cmath>
#include <limits>

namespace cch::detail {
namespace {

constexpr int kMostSteps = 25;
constexpr double kLeastFall = 1e-8;  // nats
constexpr std::array<double, 6> kDoubts{1e-5, 1e-4, 1e-3, 0.003, 0.01, 0.03};
constexpr double kRidge = 1e-9;  // keeps the step finite when two members agree exactly

struct Derivatives {
  double value = 0.0;
  Eigen::VectorXd gradient;
  Eigen::MatrixXd hessian;
};

/// ln q(c|x) for the given τ.
Eigen::MatrixXf pooled_log_probabilities(const HeldOut& rows, const Eigen::VectorXd& tau) {
  Eigen::MatrixXf z =
      Eigen::MatrixXf::Zero(static_cast<Eigen::Index>(rows.y.size()), rows.log_prior.size());
  z.rowwise() += rows.log_prior;
  for (Eigen::Index m = 0; m < tau.size(); ++m) {
    z += static_cast<float>(tau(m)) * rows.evidence[static_cast<std::size_t>(m)];
  }
  const Eigen::ArrayXf largest = z.rowwise().maxCoeff();
  z.array().colwise() -= largest;
  const Eigen::ArrayXf log_total = z.array().exp().rowwise().sum().log();
  z.array().colwise() -= log_total;
  return z;
}

double label_sum(const Eigen::MatrixXf& m, std::span<const int> y) {
  double sum = 0.0;
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    sum += static_cast<double>(m(i, y[static_cast<std::size_t>(i)]));
  }
  return sum;
}

void accumulate(const HeldOut& rows, const Eigen::VectorXd& tau, Derivatives& d) {
  const Eigen::MatrixXf log_q = pooled_log_probabilities(rows, tau);
  d.value -= label_sum(log_q, rows.y);
  const Eigen::ArrayXXf q = log_q.array().exp();
  std::vector<Eigen::ArrayXd> mean;
  for (const Eigen::MatrixXf& e : rows.evidence) {
    mean.push_back((q * e.array()).rowwise().sum().cast<double>());
  }
  for (Eigen::Index a = 0; a < tau.size(); ++a) {
    const auto& e_a = rows.evidence[static_cast<std::size_t>(a)];
    const auto& mean_a = mean[static_cast<std::size_t>(a)];
    d.gradient(a) += mean_a.sum() - label_sum(e_a, rows.y);
    for (Eigen::Index b = a; b < tau.size(); ++b) {
      const auto& e_b = rows.evidence[static_cast<std::size_t>(b)];
      const Eigen::ArrayXf second = (q * e_a.array() * e_b.array()).rowwise().sum();
      const double sum = (second.cast<double>() - mean_a * mean[static_cast<std::size_t>(b)]).sum();
      d.hessian(a, b) += sum;
      if (a != b) d.hessian(b, a) += sum;
    }
  }
}

/// Cross-entropy a row and its derivatives in τ.
Derivatives evaluate(const std::vector<HeldOut>& blocks, const Eigen::VectorXd& tau) {
  Derivatives d{0.0, Eigen::VectorXd::Zero(tau.size()),
                Eigen::MatrixXd::Zero(tau.size(), tau.size())};
  double n = 0.0;
  for (const HeldOut& rows : blocks) {
    accumulate(rows, tau, d);
    n += static_cast<double>(rows.y.size());
  }
  d.value /= n;
  d.gradient /= n;
  d.hessian /= n;
  return d;
}

/// Newton's step in the coordinates that are free: τ > 0, or pushed up by the gradient.
Eigen::VectorXd newton_step(const Derivatives& d, const Eigen::VectorXd& tau) {
  Eigen::MatrixXd h = d.hessian;
  Eigen::VectorXd g = d.gradient;
  for (Eigen::Index m = 0; m < tau.size(); ++m) {
    h(m, m) += kRidge * (1.0 + h(m, m));
    if (tau(m) > 0.0 || g(m) < 0.0) continue;
    h.row(m).setZero();
    h.col(m).setZero();
    h(m, m) = 1.0;
    g(m) = 0.0;
  }
  return -h.ldlt().solve(g);
}

}  // namespace

Calibration calibrate(const std::vector<HeldOut>& blocks) {
  const auto members = static_cast<Eigen::Index>(blocks.front().evidence.size());
  Eigen::VectorXd tau = Eigen::VectorXd::Constant(members, 1.0 / static_cast<double>(members));
  Derivatives d = evaluate(blocks, tau);
  for (int iteration = 0; iteration < kMostSteps; ++iteration) {
    const Eigen::VectorXd step = newton_step(d, tau);
    double t = 1.0;
    Eigen::VectorXd next = (tau + step).cwiseMax(0.0);
    Derivatives at_next = evaluate(blocks, next);
    while (!(at_next.value <= d.value) && t > 1e-4) {
      t *= 0.5;
      next = (tau + t * step).cwiseMax(0.0);
      at_next = evaluate(blocks, next);
    }
    if (!(at_next.value < d.value)) break;
    const double fall = d.value - at_next.value;
    tau = next;
    d = at_next;
    if (fall < kLeastFall) break;
  }
  return {tau, d.value, 0.0};
}

void add_doubt(const std::vector<HeldOut>& blocks, Calibration& calibration) {
  Calibration best = calibration;
  best.cross_entropy = std::numeric_limits<double>::infinity();
  for (const double doubt : kDoubts) {
    const Calibration candidate{calibration.tau, 0.0, doubt};
    double sum = 0.0;
    double n = 0.0;
    for (const HeldOut& rows : blocks) {
      const Eigen::MatrixXd log_q = log_probabilities(rows, candidate);
      for (Eigen::Index i = 0; i < log_q.rows(); ++i) {
        sum -= log_q(i, rows.y[static_cast<std::size_t>(i)]);
      }
      n += static_cast<double>(rows.y.size());
    }
    if (sum / n < best.cross_entropy) best = {calibration.tau, sum / n, doubt};
  }
  calibration = best;
}

Eigen::MatrixXd log_probabilities(const HeldOut& rows, const Calibration& calibration) {
  Eigen::ArrayXXd z =
      rows.log_prior.cast<double>().array().replicate(static_cast<Eigen::Index>(rows.y.size()), 1);
  const Eigen::RowVectorXd priors = rows.log_prior.cast<double>().array().exp();
  for (Eigen::Index m = 0; m < calibration.tau.size(); ++m) {
    z += calibration.tau(m) * rows.evidence[static_cast<std::size_t>(m)].cast<double>().array();
  }
  const Eigen::ArrayXd largest = z.rowwise().maxCoeff();
  z = (z.colwise() - largest).exp();
  const Eigen::ArrayXd total = z.rowwise().sum();
  z.colwise() /= total;
  z *= 1.0 - calibration.doubt;
  z.rowwise() += calibration.doubt * priors.array();
  return z.log().matrix();
}

}  // namespace cch::detail
