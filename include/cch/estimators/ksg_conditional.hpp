#pragma once

#include <cstddef>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct KsgConditionalOptions {
  std::size_t k = 4;        ///< neighbours
  std::size_t queries = 0;  ///< as in Ksg1Options
  bool exact = false;       ///< as in Ksg1Options
};

/// Conditional mutual information I(X;Y|Z) of real vectors (Frenzel & Pompe 2007), nats:
///
///   I(X;Y|Z) = ψ(k) − ⟨ψ(n_xz + 1) + ψ(n_yz + 1) − ψ(n_z + 1)⟩
///
/// ε_i is the k-th neighbour distance in max(|dx|, |dy|, |dz|), own group left out; n_xz counts
/// rows outside the own group with max(|dx|, |dz|) < ε_i, strictly, likewise n_yz and n_z. All of N
/// rows. Cost as in ksg1.hpp.
Estimate ksg_conditional(const Samples& x, const Samples& y, const Samples& z, const Groups& groups,
                         const KsgConditionalOptions& options, const Execution& exec);

}  // namespace cch
