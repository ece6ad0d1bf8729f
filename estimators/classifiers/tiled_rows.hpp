#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "estimators/classifiers/products.hpp"

namespace cch::detail {

/// The rows of a matrix in the tiles of ProductKernels.
class TiledRows {
 public:
  explicit TiledRows(const Eigen::MatrixXf& x)
      : tiles_((static_cast<std::size_t>(x.rows()) + kRowTile - 1) / kRowTile),
        columns_(static_cast<std::size_t>(x.cols())),
        values_(tiles_ * columns_ * kRowTile, 0.0F) {
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      for (Eigen::Index i = 0; i < x.rows(); ++i) {
        const auto row = static_cast<std::size_t>(i);
        values_[(row / kRowTile * columns_ + static_cast<std::size_t>(j)) * kRowTile +
                row % kRowTile] = x(i, j);
      }
    }
  }
  [[nodiscard]] std::size_t tiles() const { return tiles_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] const float* tile(std::size_t t) const {
    return values_.data() + t * columns_ * kRowTile;
  }

 private:
  std::size_t tiles_;
  std::size_t columns_;
  std::vector<float> values_;
};

}  // namespace cch::detail
