#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "cch/core/matrix.hpp"

namespace cch::bench {

/// An injective map of one side, row by row, with its inverse on the image: mutual information is
/// the same before and after it. `backward` exists for the check of the samplers.
struct Warp {
  std::function<Matrix(MatrixView)> forward;
  std::function<Matrix(MatrixView)> backward;
};

/// Both sides of a bend of the "Beyond Normal" benchmark.
struct Bend {
  std::string prefix;  ///< of the task's name, "" for none
  Warp x;
  Warp y;
};

Bend no_bend();
/// v ↦ v + Σ a sin(b v + c), rising since Σ |a b| < 1; coefficients of the benchmark.
Bend wiggly_bend();
/// v ↦ asinh v: tames the tails of Student rows.
Bend asinh_bend();
/// Standard normal margins become mixtures: .3 N(0,1) + .7 N(5,1) and .5 N(−1,1) + .5 N(3,1).
Bend bimodal_bend();
/// x ↦ exp(v |x|² A) x, a rotation by v |x|² in the plane of columns 1, 2 (x) or 2, 3 (y), with
/// v = 1 / columns (our speed).
Bend spiral_bend();
/// x in (0, 1) ↦ (t cos t, t sin t)/21, t = 3π/2 (1 + 2x); y as it is.
Bend swiss_roll_bend();

/// Φ⁻¹(v) and the inverse of v √|v|, value by value: undo the margins of the base samplers.
Matrix undo_normal_cdf(MatrixView m);
Matrix undo_half_cube(MatrixView m);

}  // namespace cch::bench
