#include "estimators/classifiers/logistic.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include "estimators/classifiers/products.hpp"
#include "estimators/classifiers/tiled_rows.hpp"
#include "estimators/linalg/cholesky.hpp"

namespace cch::detail {
namespace {

constexpr int kMostIterations = 60;
constexpr std::size_t kMemory = 10;
constexpr int kMostHalvings = 12;
constexpr double kArmijo = 1e-4;

using Params = Eigen::MatrixXf;  // (q + 1) × K, the last row is b

double dot(const Params& a, const Params& b) {
  return a.cast<double>().cwiseProduct(b.cast<double>()).sum();
}

class Objective {
 public:
  Objective(const TrainingSet& train, const TiledRows& x, double l2)
      : train_(train),
        x_(x),
        targets_(train.targets),
        l2_(l2),
        logits_(kBlock * kRowTile * train.counts.size()) {}

  /// The objective at p; writes its gradient. In blocks of rows, so that X is read once.
  double operator()(const Params& p, Params& gradient) {
    const Eigen::Index q = train_.dim();
    gradient.setZero(q + 1, p.cols());
    double loss = 0.0;
    for (std::size_t t = 0; t < x_.tiles(); t += kBlock) {
      loss += add_block(t, std::min(kBlock, x_.tiles() - t), p, gradient);
    }
    const float n = static_cast<float>(train_.rows());
    gradient /= n;
    gradient.topRows(q) += static_cast<float>(l2_) * p.topRows(q);
    return loss / static_cast<double>(n) + 0.5 * l2_ * p.topRows(q).cast<double>().squaredNorm();
  }

 private:
  static constexpr std::size_t kBlock = 32;  // tiles whose rows stay in the cache for both products
  using Tile = Eigen::Map<Eigen::Array<float, static_cast<int>(kRowTile), Eigen::Dynamic>>;
  using Column = Eigen::Array<float, static_cast<int>(kRowTile), 1>;

  /// Adds the share of these tiles to the gradient; returns their summed cross-entropy.
  double add_block(std::size_t first, std::size_t count, const Params& p, Params& gradient) {
    const auto k = static_cast<std::size_t>(p.cols());
    kernels_.tall_times_narrow(x_.tile(first), count, x_.columns(), p.data(),
                               static_cast<std::size_t>(p.outerStride()), k, logits_.data());
    double loss = 0.0;
    for (std::size_t t = 0; t < count; ++t) {
      Tile logits(logits_.data() + t * k * kRowTile, static_cast<Eigen::Index>(kRowTile), p.cols());
      logits.rowwise() += p.row(p.rows() - 1).array();
      loss += train_.targets.size() > 0 ? to_soft_residuals(first + t, logits)
                                        : to_residuals((first + t) * kRowTile, logits);
      gradient.row(p.rows() - 1) += logits.colwise().sum().matrix();
    }
    kernels_.add_transposed(x_.tile(first), x_.columns(), x_.columns(), logits_.data(), k, k, count,
                            gradient.data(), static_cast<std::size_t>(gradient.outerStride()));
    return loss;
  }

  /// Turns logits into softmax − onehot, 0 in the rows that fill up the last tile; returns the
  /// summed cross-entropy.
  double to_residuals(std::size_t first_row, Tile& logits) const {
    const std::size_t rows = std::min(kRowTile, train_.y.size() - first_row);
    double sum = 0.0;
    for (std::size_t i = 0; i < rows; ++i) {
      sum -= static_cast<double>(logits(static_cast<Eigen::Index>(i), train_.y[first_row + i]));
    }
    Column largest;
    Column total;
    kernels_.softmax_tile(logits.data(), static_cast<std::size_t>(logits.cols()), largest.data(),
                          total.data());
    for (std::size_t i = 0; i < rows; ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      sum += static_cast<double>(largest(row)) + std::log(static_cast<double>(total(row)));
      logits(row, train_.y[first_row + i]) -= 1.0F;
    }
    logits.bottomRows(static_cast<Eigen::Index>(kRowTile - rows)).setZero();
    return sum;
  }

  /// As to_residuals for soft labels: w softmax − target. The rows that fill up the last tile have
  /// weight 0.
  double to_soft_residuals(std::size_t tile, Tile& logits) const {
    Column weight;
    Column aligned;
    Column total;
    kernels_.soft_residuals_tile(targets_.tile(tile), logits.data(),
                                 static_cast<std::size_t>(logits.cols()), weight.data(),
                                 aligned.data(), total.data());
    double sum = 0.0;
    for (Eigen::Index i = 0; i < weight.size(); ++i) {
      sum += static_cast<double>(weight(i)) * std::log(static_cast<double>(total(i))) -
             static_cast<double>(aligned(i));
    }
    return sum;
  }

  const TrainingSet& train_;
  const TiledRows& x_;
  TiledRows targets_;
  double l2_;
  const ProductKernels& kernels_ = product_kernels();
  std::vector<float> logits_;
};

/// (c XᵀX/n + l2 I)⁻¹ for the weights and 1/c for the biases.
class Preconditioner {
 public:
  Preconditioner(const TrainingSet& train, double l2) {
    double curvature = 0.0;
    const auto n = static_cast<double>(train.rows());
    double total = 0.0;  // n, or less where soft labels have weights below 1
    for (const double count : train.counts) total += count;
    for (const double count : train.counts) curvature += count / total * (1.0 - count / total);
    c_ = std::max(1e-6, curvature / static_cast<double>(train.classes()));
    Eigen::MatrixXd bound = c_ / n * train.scatter;
    bound.diagonal().array() += l2;
    factor_ = CholeskyF(bound.cast<float>());
  }
  [[nodiscard]] Params apply(const Params& gradient) const {
    const Eigen::Index q = gradient.rows() - 1;
    Params out(gradient.rows(), gradient.cols());
    factor_.solve_into(gradient.topRows(q), out.topRows(q));
    out.row(q) = gradient.row(q) / static_cast<float>(c_);
    return out;
  }

 private:
  double c_ = 1.0;
  CholeskyF factor_;
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

void minimise(const TrainingSet& train, const TiledRows& x, double l2, double smallest_fall,
              Params& p) {
  Objective objective(train, x, l2);
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
    if (fall < smallest_fall) return;
  }
}

}  // namespace

LogisticPath::LogisticPath(const TrainingSet& train, double smallest_fall)
    : train_(train),
      smallest_fall_(smallest_fall),
      x_(train.x),
      priors_(log_priors(train.counts)),
      p_(Params::Zero(train.dim() + 1, train.classes())) {
  p_.row(train.dim()) = priors_;
}

LinearRule LogisticPath::fit(double strength, const LinearRule* start) {
  const Eigen::Index q = train_.dim();
  if (start != nullptr) {
    p_.topRows(q) = start->weights;
    p_.row(q) = start->bias + priors_;
  }
  minimise(train_, x_, strength / static_cast<double>(train_.rows()), smallest_fall_, p_);
  LinearRule rule{p_.topRows(q), p_.row(q) - priors_, false};
  for (Eigen::Index c = 0; c < train_.classes(); ++c) {
    if (train_.counts[static_cast<std::size_t>(c)] > 0.0) continue;
    rule.weights.col(c).setZero();  // nothing is known about a class without rows
    rule.bias(c) = 0.0F;
  }
  return rule;
}

std::vector<Rule> fit_logistic(const TrainingSet& train, const std::vector<double>& strengths,
                               double smallest_fall) {
  LogisticPath path(train, smallest_fall);
  std::vector<Rule> rules;
  for (const double strength : strengths) rules.emplace_back(path.fit(strength));
  return rules;
}

}  // namespace cch::detail
