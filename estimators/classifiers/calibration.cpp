#include "estimators/classifiers/calibration.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "estimators/classifiers/products.hpp"
#include "estimators/classifiers/tiled_rows.hpp"

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

/// The rows of one model in tiles, and what the kernel fills for one of them.
class TiledBlock {
 public:
  explicit TiledBlock(const HeldOut& rows)
      : rows_(rows),
        k_(static_cast<std::size_t>(rows.log_prior.size())),
        members_(rows.evidence.size()),
        tau_(members_),
        at_(members_),
        q_(k_ * kRowTile),
        mean_(members_ * kRowTile),
        covariance_(members_ * (members_ + 1) / 2 * kRowTile),
        scratch_(2 * members_ * k_ * kRowTile) {
    for (const Eigen::MatrixXf& evidence : rows.evidence) tiles_.emplace_back(evidence);
  }

  /// Adds -Σ_i ln q(y_i|x_i), the gradient Σ_i (⟨e⟩ − e_y) and the upper triangle of the Hessian
  /// Σ_i cov(e, e).
  void add(const Eigen::VectorXd& tau, Derivatives& d) {
    for (std::size_t m = 0; m < members_; ++m) {
      tau_[m] = static_cast<float>(tau(static_cast<Eigen::Index>(m)));
    }
    for (std::size_t t = 0; t < tiles_.front().tiles(); ++t) add_tile(t, d);
  }

 private:
  void add_tile(std::size_t t, Derivatives& d) {
    for (std::size_t m = 0; m < members_; ++m) at_[m] = tiles_[m].tile(t);
    kernels_.calibration_tile({at_.data(), members_, k_, tau_.data(), rows_.log_prior.data(),
                               q_.data(), largest_.data(), total_.data(), mean_.data(),
                               covariance_.data(), scratch_.data()});
    const std::size_t first = t * kRowTile;
    const std::size_t count = std::min(kRowTile, rows_.y.size() - first);
    for (std::size_t i = 0; i < count; ++i) {
      const auto label = static_cast<std::size_t>(rows_.y[first + i]);
      float z = rows_.log_prior(static_cast<Eigen::Index>(label));
      for (std::size_t m = 0; m < members_; ++m) {
        const float of_label = at_[m][label * kRowTile + i];
        z += of_label * tau_[m];
        d.gradient(static_cast<Eigen::Index>(m)) +=
            static_cast<double>(mean_[m * kRowTile + i]) - static_cast<double>(of_label);
      }
      d.value += std::log(static_cast<double>(total_[i])) - static_cast<double>(z - largest_[i]);
    }
    const float* covariance = covariance_.data();
    for (Eigen::Index a = 0; a < d.gradient.size(); ++a) {
      for (Eigen::Index b = a; b < d.gradient.size(); ++b, covariance += kRowTile) {
        double sum = 0.0;
        for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(covariance[i]);
        d.hessian(a, b) += sum;
      }
    }
  }

  const HeldOut& rows_;
  std::size_t k_;
  std::size_t members_;
  std::vector<TiledRows> tiles_;  // a member each
  std::vector<float> tau_;
  std::vector<const float*> at_;
  std::vector<float> q_;
  std::vector<float> mean_;
  std::vector<float> covariance_;
  std::vector<float> scratch_;
  std::array<float, kRowTile> largest_{};
  std::array<float, kRowTile> total_{};
  const ProductKernels& kernels_ = product_kernels();
};

/// Cross-entropy a row and its derivatives in τ.
Derivatives evaluate(std::vector<TiledBlock>& blocks, double rows, const Eigen::VectorXd& tau) {
  Derivatives d{0.0, Eigen::VectorXd::Zero(tau.size()),
                Eigen::MatrixXd::Zero(tau.size(), tau.size())};
  for (TiledBlock& block : blocks) block.add(tau, d);
  d.value /= rows;
  d.gradient /= rows;
  d.hessian = Eigen::MatrixXd(d.hessian.selfadjointView<Eigen::Upper>()) / rows;
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
  std::vector<TiledBlock> tiled;
  double rows = 0.0;
  for (const HeldOut& block : blocks) {
    tiled.emplace_back(block);
    rows += static_cast<double>(block.y.size());
  }
  Eigen::VectorXd tau = Eigen::VectorXd::Constant(members, 1.0 / static_cast<double>(members));
  Derivatives d = evaluate(tiled, rows, tau);
  for (int iteration = 0; iteration < kMostSteps; ++iteration) {
    const Eigen::VectorXd step = newton_step(d, tau);
    double t = 1.0;
    Eigen::VectorXd next = (tau + step).cwiseMax(0.0);
    Derivatives at_next = evaluate(tiled, rows, next);
    while (!(at_next.value <= d.value) && t > 1e-4) {
      t *= 0.5;
      next = (tau + t * step).cwiseMax(0.0);
      at_next = evaluate(tiled, rows, next);
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
