#pragma once

#include <cstddef>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct Ksg2Options {
  std::size_t k = 4;        ///< neighbours
  std::size_t queries = 0;  ///< as in Ksg1Options
  bool exact = false;       ///< as in Ksg1Options
};

/// Mutual information by the second algorithm of Kraskov, Stögbauer & Grassberger (2004), nats:
///
///   I(X;Y) = ψ(k) − 1/k + ⟨ψ(N − n_g + 1)⟩ − ⟨ψ(n_x) + ψ(n_y)⟩
///
/// Of the k nearest joint neighbours of row i (own group left out; equal distances in order of row
/// number), ε_x and ε_y are the largest |dx| and the largest |dy|; n_x counts rows outside the own
/// group with |dx| ≤ ε_x, likewise n_y. Shapes, limits and cost as in ksg1.hpp.
Estimate ksg2(const Samples& x, const Samples& y, const Groups& groups, const Ksg2Options& options,
              const Execution& exec);

}  // namespace cch
