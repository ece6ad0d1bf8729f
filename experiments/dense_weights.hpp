#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "experiments/training_backend.hpp"

namespace cch::detail {

/// A layer of every job: q inputs (the last of them 1) and k outputs.
struct DenseLayer {
  std::size_t q = 0;
  std::size_t k = 0;
  [[nodiscard]] std::size_t one() const { return q * k; }
};

inline std::vector<DenseLayer> dense_layers(std::size_t inputs,
                                            const std::vector<std::size_t>& widths,
                                            std::size_t outputs) {
  std::vector<DenseLayer> out;
  for (const std::size_t width : widths) {
    out.push_back({inputs + 1, width});
    inputs = width;
  }
  out.push_back({inputs + 1, outputs});
  return out;
}

/// Weights of all jobs and the state of the optimiser: layer after layer q × (k·M).
template <class Real>
class Weights {
 public:
  Weights(std::vector<DenseLayer> layers, const TrainingFit& fit, const Optimisation& o)
      : o_(o), layers_(std::move(layers)), frozen_(fit.jobs.size()) {
    std::vector<std::vector<std::size_t>> shapes;
    std::size_t total = 0;
    for (const DenseLayer& layer : layers_) {
      begin_.push_back(total);
      total += layer.one() * fit.jobs.size();
      shapes.push_back({layer.k, layer.q - 1});
      shapes.push_back({layer.k});
    }
    w_.resize(total);
    first_.resize(total);
    if (o.optimiser != Optimiser::sgd) second_.resize(total);
    for (std::size_t m = 0; m < fit.jobs.size(); ++m) {
      put(m, first_weights(shapes, fit.jobs[m].start));
    }
  }

  [[nodiscard]] const std::vector<DenseLayer>& layers() const { return layers_; }
  [[nodiscard]] std::size_t jobs() const { return frozen_.size(); }
  [[nodiscard]] std::size_t size() const { return w_.size(); }
  /// Where a job's part of a layer begins, here and in gradients.
  [[nodiscard]] std::size_t begin(std::size_t layer, std::size_t job) const {
    return begin_[layer] + job * layers_[layer].one();
  }
  [[nodiscard]] const Real* of(std::size_t layer, std::size_t job) const {
    return w_.data() + begin(layer, job);
  }
  void freeze(std::size_t job) { frozen_[job] = true; }
  void thaw() { frozen_.assign(frozen_.size(), false); }
  [[nodiscard]] bool frozen(std::size_t job) const { return frozen_[job]; }
  [[nodiscard]] bool all_frozen() const {
    return std::find(frozen_.begin(), frozen_.end(), false) == frozen_.end();
  }

  /// One step along the gradients g, laid out as the weights.
  void step(const std::vector<Real>& g, double rate, std::size_t s) {
    for (std::size_t m = 0; m < frozen_.size(); ++m) {
      if (frozen_[m]) continue;
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        if (o_.optimiser == Optimiser::sgd) {
          sgd(g, l, m, static_cast<Real>(rate));
        } else {
          adam(g, l, m, rate, s);
        }
      }
    }
  }

  /// Of every layer its weights, outputs × inputs, then its offsets.
  [[nodiscard]] std::vector<double> flat(std::size_t job) const {
    std::vector<double> out;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const auto [q, k] = layers_[l];
      const Real* w = of(l, job);
      for (std::size_t c = 0; c < k; ++c) out.insert(out.end(), w + c * q, w + c * q + q - 1);
      for (std::size_t c = 0; c < k; ++c) out.push_back(w[c * q + q - 1]);
    }
    return out;
  }

  /// The inverse of flat().
  void put(std::size_t job, const std::vector<double>& values) {
    const double* from = values.data();
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const auto [q, k] = layers_[l];
      Real* w = w_.data() + begin(l, job);
      for (std::size_t c = 0; c < k; ++c) {
        for (std::size_t j = 0; j + 1 < q; ++j) w[c * q + j] = static_cast<Real>(*from++);
      }
      for (std::size_t c = 0; c < k; ++c) w[c * q + q - 1] = static_cast<Real>(*from++);
    }
  }

 private:
  void sgd(const std::vector<Real>& g, std::size_t layer, std::size_t job, Real rate) {
    const std::size_t first = begin(layer, job);
    const std::size_t last = first + layers_[layer].one();
    const auto momentum = static_cast<Real>(o_.momentum);
    const auto decay = static_cast<Real>(o_.weight_decay[job]);
    for (std::size_t i = first; i < last; ++i) {
      first_[i] = momentum * first_[i] + (g[i] + decay * w_[i]);
      w_[i] -= rate * first_[i];
    }
  }

  void adam(const std::vector<Real>& g, std::size_t layer, std::size_t job, double rate,
            std::size_t s) {
    const std::size_t first = begin(layer, job);
    const std::size_t last = first + layers_[layer].one();
    constexpr Real kFirst = static_cast<Real>(0.9);
    constexpr Real kSecond = static_cast<Real>(0.999);
    constexpr Real kSmall = static_cast<Real>(1e-8);
    const auto at = static_cast<double>(s + 1);
    const auto size = static_cast<Real>(rate / (1.0 - std::pow(0.9, at)));
    const auto root = static_cast<Real>(std::sqrt(1.0 - std::pow(0.999, at)));
    const bool apart = o_.optimiser == Optimiser::adamw;
    const auto decay = static_cast<Real>(o_.weight_decay[job]);
    const auto keep = static_cast<Real>(1.0 - rate * o_.weight_decay[job]);
    for (std::size_t i = first; i < last; ++i) {
      const Real gradient = apart ? g[i] : g[i] + decay * w_[i];
      if (apart) w_[i] *= keep;
      first_[i] = kFirst * first_[i] + (Real{1} - kFirst) * gradient;
      second_[i] = kSecond * second_[i] + (Real{1} - kSecond) * gradient * gradient;
      w_[i] -= size * first_[i] / (std::sqrt(second_[i]) / root + kSmall);
    }
  }

  const Optimisation& o_;
  std::vector<DenseLayer> layers_;
  std::vector<std::size_t> begin_;  // of layers
  std::vector<Real> w_;
  std::vector<Real> first_;   // velocity, or mean of gradients
  std::vector<Real> second_;  // mean of squared gradients
  std::vector<bool> frozen_;
};

}  // namespace cch::detail
