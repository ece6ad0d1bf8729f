#pragma once

#include <algorithm>
#include <vector>

#include "experiments/dense_batch.hpp"
#include "experiments/dense_weights.hpp"

namespace cch::detail {

/// The networks of a fit on one batch of rows in tiles: z = W_L h_{L−1}, h_l = max(0, W_l h_{l−1}),
/// h_0 = x, every h with a last column of ones. Without hidden layers one product of the batch with
/// the weights of all jobs; else job by job, without those that have stopped.
template <class Real>
class DenseNetwork {
 public:
  explicit DenseNetwork(const Weights<Real>& weights)
      : weights_(weights), hidden_(weights.jobs() * (weights.layers().size() - 1)) {}

  /// z: in every tile K columns a job.
  void forward(const Batch<Real>& x, Real* z) {
    const auto& layers = weights_.layers();
    const std::size_t last = layers.size() - 1;
    if (last == 0) {
      times(x.values(), x.tiles(), layers[0].q, weights_.of(0, 0), layers[0].k * weights_.jobs(),
            z);
      return;
    }
    for (std::size_t m = 0; m < weights_.jobs(); ++m) {
      if (weights_.frozen(m)) continue;
      const Real* from = x.values();
      for (std::size_t l = 0; l <= last; ++l) {
        const auto [q, k] = layers[l];
        product_.resize(x.tiles() * k * kLanes);
        times(from, x.tiles(), q, weights_.of(l, m), k, product_.data());
        if (l == last) {
          scatter(x.tiles(), k, m, z);
        } else {
          from = rectified(x.tiles(), k, hidden(l, m));
        }
      }
    }
  }

  /// Gradients g of the weights, laid out as they, for dz laid out as z. The last call of forward
  /// was about the same batch.
  void backward(const Batch<Real>& x, const Real* dz, Real* g) {
    const auto& layers = weights_.layers();
    const std::size_t last = layers.size() - 1;
    if (last == 0) {
      transposed_times(x.values(), dz, x.tiles(), layers[0].q, layers[0].k * weights_.jobs(), g);
      return;
    }
    for (std::size_t m = 0; m < weights_.jobs(); ++m) {
      if (weights_.frozen(m)) continue;
      gather(x.tiles(), layers[last].k, m, dz);
      for (std::size_t l = last + 1; l-- > 0;) {
        const auto [q, k] = layers[l];
        const Real* from = l == 0 ? x.values() : hidden(l - 1, m).data();
        transposed_times(from, product_.data(), x.tiles(), q, k, g + weights_.begin(l, m));
        if (l > 0) back(x.tiles(), l, m);
      }
    }
  }

  /// Values of the last hidden layer after forward, in tiles of its width and ones.
  [[nodiscard]] const std::vector<Real>& last_hidden(std::size_t job) {
    return hidden(weights_.layers().size() - 2, job);
  }

 private:
  std::vector<Real>& hidden(std::size_t layer, std::size_t job) {
    return hidden_[layer * weights_.jobs() + job];
  }

  const Real* rectified(std::size_t tiles, std::size_t k, std::vector<Real>& to) const {
    to.resize(tiles * (k + 1) * kLanes);
    for (std::size_t t = 0; t < tiles; ++t) {
      const Real* z = product_.data() + t * k * kLanes;
      Real* h = to.data() + t * (k + 1) * kLanes;
      for (std::size_t i = 0; i < k * kLanes; ++i) h[i] = z[i] > Real{0} ? z[i] : Real{0};
      std::fill_n(h + k * kLanes, kLanes, Real{1});
    }
    return to.data();
  }

  void scatter(std::size_t tiles, std::size_t k, std::size_t job, Real* z) const {
    for (std::size_t t = 0; t < tiles; ++t) {
      std::copy_n(product_.data() + t * k * kLanes, k * kLanes,
                  z + (t * weights_.jobs() + job) * k * kLanes);
    }
  }

  void gather(std::size_t tiles, std::size_t k, std::size_t job, const Real* dz) {
    product_.resize(tiles * k * kLanes);
    for (std::size_t t = 0; t < tiles; ++t) {
      std::copy_n(dz + (t * weights_.jobs() + job) * k * kLanes, k * kLanes,
                  product_.data() + t * k * kLanes);
    }
  }

  /// The gradient of a layer's outputs becomes that of the layer before: Wᵀ, where h > 0.
  void back(std::size_t tiles, std::size_t layer, std::size_t job) {
    const auto [q, k] = weights_.layers()[layer];
    const std::size_t width = q - 1;
    const Real* w = weights_.of(layer, job);
    turned_.resize(k * width);
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t j = 0; j < width; ++j) turned_[j * k + c] = w[c * q + j];
    }
    before_.resize(tiles * width * kLanes);
    times(product_.data(), tiles, k, turned_.data(), width, before_.data());
    const std::vector<Real>& h = hidden(layer - 1, job);
    for (std::size_t t = 0; t < tiles; ++t) {
      const Real* at = h.data() + t * q * kLanes;
      Real* d = before_.data() + t * width * kLanes;
      for (std::size_t i = 0; i < width * kLanes; ++i) d[i] = at[i] > Real{0} ? d[i] : Real{0};
    }
    product_.swap(before_);
  }

  const Weights<Real>& weights_;
  std::vector<std::vector<Real>> hidden_;  // by layer and job
  std::vector<Real> product_;              // of one job
  std::vector<Real> before_;
  std::vector<Real> turned_;
};

}  // namespace cch::detail
