#include "estimators/classifiers/logistic.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <deque>

namespace cch::detail {
namespace {

constexpr int kMostIterations = 60;
constexpr double kSmallestFall = 1e-5;  // nats; a hundredth of what the bound is read to
constexpr std::size_t kMemory = 10;
constexpr int kMostHalvings = 12;
constexpr double kArmijo = 1e-4;

using Params = Eigen::MatrixXf;  // (q + 1) × K, the last row is b

double dot(const Params& a, const Params& b) {
  return a.cast<double>().cwiseProduct(b.cast<double>()).sum();
}

class Objective {
 public:
  Objective(const TrainingSet& train, double l2) : train_(train), l2_(l2) {}

  /// The objective at p; writes its gradient.
  double operator()(const Params& p, Params& gradient) {
    const Eigen::Index q = train_.dim();
    logits_.noalias() = train_.x * p.topRows(q);
    logits_.rowwise() += p.row(q);
    const double loss = to_residuals();
    const float n = static_cast<float>(train_.rows());
    const auto l2 = static_cast<float>(l2_);
    gradient.resize(q + 1, p.cols());
    gradient.topRows(q).noalias() = train_.x.transpose() * logits_;
    gradient.topRows(q) = gradient.topRows(q) / n + l2 * p.topRows(q);
    gradient.row(q) = logits_.colwise().sum() / n;
    return loss + 0.5 * l2_ * p.topRows(q).cast<double>().squaredNorm();
  }

 private:
  /// Turns logits into softmax − onehot; returns the mean cross-entropy.
  double to_residuals() {
    const Eigen::ArrayXf largest = logits_.rowwise().maxCoeff();
    logits_.array().colwise() -= largest;
    double sum = 0.0;
    const auto label = [&](Eigen::Index i) { return train_.y[static_cast<std::size_t>(i)]; };
    for (Eigen::Index i = 0; i < logits_.rows(); ++i) {
      sum -= static_cast<double>(logits_(i, label(i)));
    }
    logits_ = logits_.array().exp();
    const Eigen::ArrayXf total = logits_.rowwise().sum();
    sum += total.log().cast<double>().sum();
    logits_.array().colwise() /= total;
    for (Eigen::Index i = 0; i < logits_.rows(); ++i) logits_(i, label(i)) -= 1.0F;
    return sum / static_cast<double>(logits_.rows());
  }

  const TrainingSet& train_;
  double l2_;
  Eigen::MatrixXf logits_;
};

/// (c XᵀX/n + l2 I)⁻¹ for the weights and 1/c for the biases.
class Preconditioner {
 public:
  Preconditioner(const TrainingSet& train, double l2) {
    double curvature = 0.0;
    const auto n = static_cast<double>(train.rows());
    for (const double count : train.counts) curvature += count / n * (1.0 - count / n);
    c_ = std::max(1e-6, curvature / static_cast<double>(train.classes()));
    Eigen::MatrixXd bound = c_ / n * train.scatter;
    bound.diagonal().array() += l2;
    factor_.compute(bound.cast<float>());
  }
  [[nodiscard]] Params apply(const Params& gradient) const {
    const Eigen::Index q = gradient.rows() - 1;
    Params out(gradient.rows(), gradient.cols());
    out.topRows(q) = factor_.solve(gradient.topRows(q));
    out.row(q) = gradient.row(q) / static_cast<float>(c_);
    return out;
  }

 private:
  double c_ = 1.0;
  Eigen::LLT<Eigen::MatrixXf> factor_;
};

/// The L-BFGS two-loop recursion (Nocedal & Wright, algorithm 7.4).
class History {
 public:
  void add(Params s, Params y) {
    const double sy = dot(s, y);
    if (!(sy > 0.0)) return;
    pairs_.push_back({std::move(s), std::move(y), 1.0 / sy});
    if (pairs_.size() > kMemory) pairs_.pop_front();
  }
  [[nodiscard]] Params direction(const Params& gradient, const Preconditioner& h0) const {
    Params r = gradient;
    std::vector<double> alpha(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      alpha[i] = pairs_[i].rho * dot(pairs_[i].s, r);
      r -= static_cast<float>(alpha[i]) * pairs_[i].y;
    }
    r = h0.apply(r);
    if (!pairs_.empty()) {
      const Pair& last = pairs_.back();
      r *= static_cast<float>(1.0 / (last.rho * dot(last.y, h0.apply(last.y))));
    }
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const double beta = pairs_[i].rho * dot(pairs_[i].y, r);
      r += static_cast<float>(alpha[i] - beta) * pairs_[i].s;
    }
    return -r;
  }

 private:
  struct Pair {
    Params s;
    Params y;
    double rho;
  };
  std::deque<Pair> pairs_;
};

void minimise(const TrainingSet& train, double l2, Params& p) {
  Objective objective(train, l2);
  const Preconditioner h0(train, l2);
  History history;
  Params gradient;
  Params next_gradient;
  double value = objective(p, gradient);
  for (int iteration = 0; iteration < kMostIterations; ++iteration) {
    const Params step = history.direction(gradient, h0);
    const double slope = dot(step, gradient);
    if (!(slope < 0.0)) return;
    double t = 1.0;
    Params next = p + step;
    double next_value = objective(next, next_gradient);
    for (int h = 0; h < kMostHalvings && !(next_value <= value + kArmijo * t * slope); ++h) {
      t *= 0.5;
      next = p + static_cast<float>(t) * step;
      next_value = objective(next, next_gradient);
    }
    if (!(next_value < value)) return;
    const double fall = value - next_value;
    history.add(next - p, next_gradient - gradient);
    p.swap(next);
    gradient.swap(next_gradient);
    value = next_value;
    if (fall < kSmallestFall) return;
  }
}

}  // namespace

std::vector<Rule> fit_logistic(const TrainingSet& train, const std::vector<double>& strengths) {
  const Eigen::Index q = train.dim();
  const Eigen::RowVectorXf priors = log_priors(train.counts);
  Params p = Params::Zero(q + 1, train.classes());
  p.row(q) = priors;
  std::vector<Rule> rules;
  for (const double s : strengths) {
    minimise(train, s / static_cast<double>(train.rows()), p);
    LinearRule rule{p.topRows(q), p.row(q) - priors, false};
    for (Eigen::Index c = 0; c < train.classes(); ++c) {
      if (train.counts[static_cast<std::size_t>(c)] > 0.0) continue;
      rule.weights.col(c).setZero();  // nothing is known about a class without rows
      rule.bias(c) = 0.0F;
    }
    rules.emplace_back(std::move(rule));
  }
  return rules;
}

}  // namespace cch::detail
