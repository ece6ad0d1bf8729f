#pragma once

#include <Eigen/Core>
#include <boost/math/policies/policy.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

#include "cch/core/matrix.hpp"

namespace cch::detail {

using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixMap = Eigen::Map<const RowMajorMatrix, 0, Eigen::OuterStride<>>;

/// Boost's default promotes to long double, ten times slower than the estimators need.
using DoublePolicy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

/// ψ(x), the derivative of ln Γ(x), for x > 0. Rounding error about 1e-15.
inline double digamma(double x) {
  return boost::math::digamma(x, DoublePolicy());
}

/// Φ⁻¹(p), the quantile of the standard normal, for 0 < p < 1. Antisymmetric: Φ⁻¹(½) is exactly 0.
inline double normal_quantile(double p) {
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * p, DoublePolicy());
}

/// The rows of a view as an Eigen matrix, without a copy.
inline MatrixMap as_eigen(MatrixView m) {
  return {m.data(), static_cast<Eigen::Index>(m.rows()), static_cast<Eigen::Index>(m.cols()),
          Eigen::OuterStride<>(static_cast<Eigen::Index>(m.stride()))};
}

}  // namespace cch::detail
