#pragma once

#include <Eigen/Core>

namespace cch::detail {

struct ShortestMix {
  Eigen::VectorXd weights;  // w ≥ 0, Σ w = 1; exactly 0 for what is not used
  double gap = 0.0;  // wᵀMw − min_k (Mw)_k ≥ 0: wᵀMw is at most twice that above the minimum
};

/// The point of least length in the convex hull of vectors with the Gram matrix M (positive
/// semidefinite), by Wolfe's algorithm: it keeps a set of affinely independent vectors of which the
/// shortest affine mix is convex, adds the vector that shortens it most and drops those whose
/// weight would fall below 0. Finite, since the length falls with every set.
ShortestMix shortest_mix(const Eigen::MatrixXd& gram);

}  // namespace cch::detail
