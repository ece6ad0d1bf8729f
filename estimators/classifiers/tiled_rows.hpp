#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "cch/core/matrix.hpp"
#include "estimators/classifiers/products.hpp"

namespace cch::detail {

/// The rows of a matrix in the tiles of ProductKernels.
class TiledRows {
 public:
  explicit TiledRows(const Eigen::Ref<const Eigen::MatrixXf>& x)
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
  /// Rows first, …, first + count − 1 of x, less `offset` (a value a column).
  TiledRows(MatrixView x, const Eigen::RowVectorXd& offset, std::size_t first, std::size_t count)
      : tiles_((count + kRowTile - 1) / kRowTile),
        columns_(x.cols()),
        values_(tiles_ * columns_ * kRowTile, 0.0F) {
    for (std::size_t t = 0; t < tiles_; ++t) {
      const std::size_t top = first + t * kRowTile;
      const std::size_t height = std::min(kRowTile, first + count - top);
      std::array<const double*, kRowTile> from{};
      for (std::size_t i = 0; i < height; ++i) from[i] = x.row(top + i).data();
      float* to = values_.data() + t * columns_ * kRowTile;
      for (std::size_t j = 0; j < columns_; ++j, to += kRowTile) {
        const double less = offset(static_cast<Eigen::Index>(j));
        for (std::size_t i = 0; i < height; ++i) to[i] = static_cast<float>(from[i][j] - less);
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
