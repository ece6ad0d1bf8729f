#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "experiments/training_backend.hpp"

namespace cch::detail {

/// Weights of all jobs, q × (K·M), and the state of the optimiser.
template <class Real>
class Weights {
 public:
  Weights(std::size_t q, std::size_t k_one, const TrainingFit& fit, const Optimisation& o)
      : o_(o), q_(q), k_one_(k_one), w_(q * k_one * fit.jobs.size()), first_(w_.size()) {
    if (o.optimiser != Optimiser::sgd) second_.resize(w_.size());
    frozen_.resize(fit.jobs.size());
    for (std::size_t m = 0; m < fit.jobs.size(); ++m) {
      const auto start = first_weights({{k_one, q - 1}, {k_one}}, fit.jobs[m].start);
      for (std::size_t c = 0; c < k_one; ++c) {
        Real* column = of(m) + c * q;
        for (std::size_t j = 0; j + 1 < q; ++j) {
          column[j] = static_cast<Real>(start[c * (q - 1) + j]);
        }
        column[q - 1] = static_cast<Real>(start[k_one * (q - 1) + c]);
      }
    }
  }

  [[nodiscard]] const Real* data() const { return w_.data(); }
  [[nodiscard]] Real* of(std::size_t job) { return w_.data() + job * one(); }
  [[nodiscard]] std::size_t one() const { return q_ * k_one_; }
  void freeze(std::size_t job) { frozen_[job] = true; }
  [[nodiscard]] bool all_frozen() const {
    return std::find(frozen_.begin(), frozen_.end(), false) == frozen_.end();
  }

  /// One step along the gradients g, laid out as the weights.
  void step(const std::vector<Real>& g, double rate, std::size_t s) {
    for (std::size_t m = 0; m < frozen_.size(); ++m) {
      if (frozen_[m]) continue;
      if (o_.optimiser == Optimiser::sgd) {
        sgd(g, m, static_cast<Real>(rate));
      } else {
        adam(g, m, rate, s);
      }
    }
  }

  [[nodiscard]] std::vector<double> flat(std::size_t job) {
    std::vector<double> out;
    const Real* w = of(job);
    for (std::size_t c = 0; c < k_one_; ++c) out.insert(out.end(), w + c * q_, w + c * q_ + q_ - 1);
    for (std::size_t c = 0; c < k_one_; ++c) out.push_back(w[c * q_ + q_ - 1]);
    return out;
  }

  /// The inverse of flat().
  void put(std::size_t job, const std::vector<double>& values) {
    Real* w = of(job);
    for (std::size_t c = 0; c < k_one_; ++c) {
      for (std::size_t j = 0; j + 1 < q_; ++j) {
        w[c * q_ + j] = static_cast<Real>(values[c * (q_ - 1) + j]);
      }
      w[c * q_ + q_ - 1] = static_cast<Real>(values[k_one_ * (q_ - 1) + c]);
    }
  }

 private:
  void sgd(const std::vector<Real>& g, std::size_t job, Real rate) {
    const std::size_t begin = job * one();
    const auto momentum = static_cast<Real>(o_.momentum);
    const auto decay = static_cast<Real>(o_.weight_decay[job]);
    for (std::size_t i = begin; i < begin + one(); ++i) {
      first_[i] = momentum * first_[i] + (g[i] + decay * w_[i]);
      w_[i] -= rate * first_[i];
    }
  }

  void adam(const std::vector<Real>& g, std::size_t job, double rate, std::size_t s) {
    const std::size_t begin = job * one();
    constexpr Real kFirst = static_cast<Real>(0.9);
    constexpr Real kSecond = static_cast<Real>(0.999);
    constexpr Real kSmall = static_cast<Real>(1e-8);
    const auto at = static_cast<double>(s + 1);
    const auto size = static_cast<Real>(rate / (1.0 - std::pow(0.9, at)));
    const auto root = static_cast<Real>(std::sqrt(1.0 - std::pow(0.999, at)));
    const bool apart = o_.optimiser == Optimiser::adamw;
    const auto decay = static_cast<Real>(o_.weight_decay[job]);
    const auto keep = static_cast<Real>(1.0 - rate * o_.weight_decay[job]);
    for (std::size_t i = begin; i < begin + one(); ++i) {
      const Real gradient = apart ? g[i] : g[i] + decay * w_[i];
      if (apart) w_[i] *= keep;
      first_[i] = kFirst * first_[i] + (Real{1} - kFirst) * gradient;
      second_[i] = kSecond * second_[i] + (Real{1} - kSecond) * gradient * gradient;
      w_[i] -= size * first_[i] / (std::sqrt(second_[i]) / root + kSmall);
    }
  }

  const Optimisation& o_;
  std::size_t q_ = 0;
  std::size_t k_one_ = 0;
  std::vector<Real> w_;
  std::vector<Real> first_;   // velocity, or mean of gradients
  std::vector<Real> second_;  // mean of squared gradients
  std::vector<bool> frozen_;
};

}  // namespace cch::detail
