#pragma once

#include <algorithm>
#include <span>
#include <type_traits>
#include <vector>

#include "cch/core/matrix.hpp"
#include "estimators/classifiers/products.hpp"

namespace cch::detail {

inline constexpr std::size_t kLanes = kRowTile;

/// out = X W for X of so many tiles of rows with q columns and W of q × k.
template <class Real>
void times(const Real* x, std::size_t tiles, std::size_t q, const Real* w, std::size_t k,
           Real* out) {
  if constexpr (std::is_same_v<Real, float>) {
    product_kernels().tall_times_narrow(x, tiles, q, w, q, k, out);
  } else {
    std::fill_n(out, tiles * k * kLanes, Real{0});
    for (std::size_t t = 0; t < tiles; ++t) {
      for (std::size_t c = 0; c < k; ++c) {
        Real* to = out + (t * k + c) * kLanes;
        for (std::size_t j = 0; j < q; ++j) {
          const Real* column = x + (t * q + j) * kLanes;
          for (std::size_t l = 0; l < kLanes; ++l) to[l] += column[l] * w[c * q + j];
        }
      }
    }
  }
}

/// g = Xᵀ R, q × k.
template <class Real>
void transposed_times(const Real* x, const Real* r, std::size_t tiles, std::size_t q, std::size_t k,
                      Real* g) {
  std::fill_n(g, q * k, Real{0});
  if constexpr (std::is_same_v<Real, float>) {
    product_kernels().add_transposed(x, q, q, r, k, k, tiles, g, q);
  } else {
    for (std::size_t t = 0; t < tiles; ++t) {
      for (std::size_t c = 0; c < k; ++c) {
        const Real* right = r + (t * k + c) * kLanes;
        for (std::size_t j = 0; j < q; ++j) {
          const Real* left = x + (t * q + j) * kLanes;
          for (std::size_t l = 0; l < kLanes; ++l) g[c * q + j] += left[l] * right[l];
        }
      }
    }
  }
}

/// The rows of a step as tiles: q = D + 1 columns, the last of ones.
template <class Real>
class Batch {
 public:
  void take(const Matrix& x, std::span<const std::size_t> rows) {
    q_ = x.cols() + 1;
    tiles_ = (rows.size() + kLanes - 1) / kLanes;
    values_.assign(tiles_ * q_ * kLanes, Real{0});
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Real* tile = values_.data() + (i / kLanes) * q_ * kLanes + i % kLanes;
      const auto row = x.row(rows[i]);
      for (std::size_t j = 0; j + 1 < q_; ++j) tile[j * kLanes] = static_cast<Real>(row[j]);
      tile[(q_ - 1) * kLanes] = Real{1};
    }
  }
  [[nodiscard]] const Real* values() const { return values_.data(); }
  [[nodiscard]] std::size_t tiles() const { return tiles_; }

 private:
  std::vector<Real> values_;
  std::size_t q_ = 0;
  std::size_t tiles_ = 0;
};

}  // namespace cch::detail
