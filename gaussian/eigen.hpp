#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "cch/core/matrix.hpp"

namespace cch::detail {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline Eigen::Index index(std::size_t i) {
  return static_cast<Eigen::Index>(i);
}

inline Eigen::MatrixXd to_eigen(const Matrix& m) {
  return Eigen::Map<const RowMajor>(m.data(), index(m.rows()), index(m.cols()));
}

inline Matrix from_eigen(const Eigen::MatrixXd& m) {
  Matrix out(static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols()));
  Eigen::Map<RowMajor>(out.data(), m.rows(), m.cols()) = m;
  return out;
}

}  // namespace cch::detail
