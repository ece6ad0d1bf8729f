#pragma once

#include <Eigen/Core>

#include "cch/core/matrix.hpp"

namespace cch::detail {

using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixMap = Eigen::Map<const RowMajorMatrix, 0, Eigen::OuterStride<>>;

/// The rows of a view as an Eigen matrix, without a copy.
inline MatrixMap as_eigen(MatrixView m) {
  return {m.data(), static_cast<Eigen::Index>(m.rows()), static_cast<Eigen::Index>(m.cols()),
          Eigen::OuterStride<>(static_cast<Eigen::Index>(m.stride()))};
}

}  // namespace cch::detail
