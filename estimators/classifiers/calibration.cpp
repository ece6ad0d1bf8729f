#include "estimators/classifiers/calibration.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

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

/// Rows whose terms stay in the cache while they are worked on.
constexpr Eigen::Index kBlockRows = 64;
using Column = Eigen::Array<float, Eigen::Dynamic, 1, 0, kBlockRows, 1>;

/// Evidence of member m for class c in `count` rows.
auto member(const HeldOut& rows, Eigen::Index m, Eigen::Index c, Eigen::Index first,
            Eigen::Index count) {
  return rows.evidence[static_cast<std::size_t>(m)].col(c).segment(first, count).array();
}

/// Rows first, …, first + count − 1 of HeldOut.
class Block {
 public:
  Block(const HeldOut& rows, const Eigen::VectorXd& tau, Eigen::Index first, Eigen::Index count)
      : rows_(rows), first_(first), count_(count), q_(count, rows.log_prior.size()) {
    Column largest = Column::Constant(count, -std::numeric_limits<float>::infinity());
    for (Eigen::Index c = 0; c < q_.cols(); ++c) {
      Column z = Column::Constant(count, rows.log_prior(c));
      for (Eigen::Index m = 0; m < tau.size(); ++m)
        z += static_cast<float>(tau(m)) * member(rows, m, c, first, count);
      q_.col(c) = z;
      largest = largest.max(z);
    }
    Column total = Column::Zero(count);
    for (Eigen::Index c = 0; c < q_.cols(); ++c) q_.col(c) -= largest;
    own_ = label_sum([&](Eigen::Index i, Eigen::Index c) { return q_(i, c); });
    for (Eigen::Index c = 0; c < q_.cols(); ++c) {
      q_.col(c) = q_.col(c).exp();
      total += q_.col(c);
    }
    own_ -= total.log().cast<double>().sum();
    total = total.inverse();
    for (Eigen::Index c = 0; c < q_.cols(); ++c) q_.col(c) *= total;
  }

  /// Σ_i ln q(y_i|x_i).
  [[nodiscard]] double log_likelihood() const { return own_; }

  /// Adds Σ_i (⟨e⟩ − e_y) to the gradient and Σ_i cov(e, e) to the upper triangle of the Hessian.
  void add(Derivatives& d) const {
    const Eigen::Index members = d.gradient.size();
    std::vector<Column> mean;
    for (Eigen::Index a = 0; a < members; ++a) {
      Column& sum = mean.emplace_back(Column::Zero(count_));
      for (Eigen::Index c = 0; c < q_.cols(); ++c)
        sum += q_.col(c) * member(rows_, a, c, first_, count_);
      d.gradient(a) += sum.cast<double>().sum() - label_sum([&](Eigen::Index i, Eigen::Index c) {
                         return evidence_of(a)(first_ + i, c);
                       });
    }
    for (Eigen::Index a = 0; a < members; ++a) {
      const auto& mean_a = mean[static_cast<std::size_t>(a)];
      for (Eigen::Index b = a; b < members; ++b) {
        const auto& mean_b = mean[static_cast<std::size_t>(b)];
        Column second = Column::Zero(count_);
        for (Eigen::Index c = 0; c < q_.cols(); ++c) {
          second += q_.col(c) * (member(rows_, a, c, first_, count_) - mean_a) *
                    (member(rows_, b, c, first_, count_) - mean_b);
        }
        d.hessian(a, b) += second.cast<double>().sum();
      }
    }
  }

 private:
  [[nodiscard]] const Eigen::MatrixXf& evidence_of(Eigen::Index m) const {
    return rows_.evidence[static_cast<std::size_t>(m)];
  }
  /// Σ_i value(i, y_i).
  template <class Value>
  [[nodiscard]] double label_sum(Value value) const {
    double sum = 0.0;
    for (Eigen::Index i = 0; i < count_; ++i) {
      sum += static_cast<double>(value(i, rows_.y[static_cast<std::size_t>(first_ + i)]));
    }
    return sum;
  }

  const HeldOut& rows_;
  Eigen::Index first_;
  Eigen::Index count_;
  Eigen::ArrayXXf q_;  // ln q(c|x) up to a constant a row, then q(c|x)
  double own_ = 0.0;
};

void accumulate(const HeldOut& rows, const Eigen::VectorXd& tau, Derivatives& d) {
  const auto n = static_cast<Eigen::Index>(rows.y.size());
  for (Eigen::Index first = 0; first < n; first += kBlockRows) {
    const Block block(rows, tau, first, std::min(kBlockRows, n - first));
    d.value -= block.log_likelihood();
    block.add(d);
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
  d.hessian = Eigen::MatrixXd(d.hessian.selfadjointView<Eigen::Upper>()) / n;
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
