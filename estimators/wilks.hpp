#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cch/core/labels.hpp"
#include "estimators/cca/principal_components.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/dense.hpp"
#include "estimators/linalg/symmetric.hpp"

namespace cch::detail {

/// Features of one side for Wilks' Λ: up to `components` leading principal components and their
/// squares, or indicators of all classes but the last. N × q, not centred.
inline Eigen::MatrixXd wilks_features(const Variable& v, std::size_t components,
                                      std::uint64_t seed) {
  if (const auto* labels = std::get_if<ClassLabels>(&v)) {
    const auto k = static_cast<Eigen::Index>(std::max<std::size_t>(labels->classes(), 2) - 1);
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(labels->size()), k);
    for (std::size_t i = 0; i < labels->size(); ++i) {
      if ((*labels)[i] < k) out(static_cast<Eigen::Index>(i), (*labels)[i]) = 1.0;
    }
    return out;
  }
  const Eigen::MatrixXd scores =
      principal_components(std::get<Samples>(v).view(), components, seed);
  Eigen::MatrixXd out(scores.rows(), 2 * scores.cols());
  out << scores, scores.array().square().matrix();
  return out;
}

/// Centred columns turned into orthonormal ones; directions with less than 1e-10 of the largest
/// variance drop out (a square that is constant, a class without rows).
inline Eigen::MatrixXd whitened(Eigen::MatrixXd features) {
  features.rowwise() -= features.colwise().mean().eval();
  const SymmetricEigen eigen = symmetric_eigen(gram(features));
  const auto& values = eigen.values;
  if (values.size() == 0 || values.maxCoeff() <= 0.0) return Eigen::MatrixXd(features.rows(), 0);
  const auto kept = static_cast<Eigen::Index>((values.array() > 1e-10 * values.maxCoeff()).count());
  const Eigen::VectorXd scale = values.tail(kept).array().rsqrt();
  return product(features, (eigen.vectors.rightCols(kept) * scale.asDiagonal()).eval());
}

/// −½ ln det(I − RᵀR), R = QxᵀQy, for whitened sides, nats; 0 if a side is constant.
inline double wilks_nats(const Eigen::MatrixXd& qx, const Eigen::MatrixXd& qy) {
  if (qx.cols() == 0 || qy.cols() == 0) return 0.0;
  const Eigen::MatrixXd r = product(qx.transpose(), qy);
  const Eigen::MatrixXd rest = Eigen::MatrixXd::Identity(qy.cols(), qy.cols()) - gram(r);
  // A canonical correlation of 1 (y a function of x) makes this singular: rounding decides between
  // a huge value and ∞, and both are above every permutation.
  const Eigen::VectorXd d = pivots(rest);
  double sum = 0.0;
  for (const double pivot : d) sum += std::log(std::max(pivot, 1e-300));
  return -0.5 * sum;
}

}  // namespace cch::detail
