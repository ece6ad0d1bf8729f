#pragma once

#include <cstddef>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct CcaKsgOptions {
  std::size_t k = 4;  ///< neighbours of every KSG reading
  std::size_t joint_pairs =
      3;  ///< most canonical pairs read jointly; KSG in 3+3 dimensions is still good
  std::size_t components = 16;  ///< principal components of each side in the narrow feature set
  std::size_t splits = 0;  ///< random splits in halves; 0 = 10 000 / N, at least 1 and at most 5
  std::size_t most_components =
      64;  ///< in the wide one, and never more than a twentieth of the rows fitted
};

/// Mutual information of many-dimensional vectors, read off a few held-out canonical pairs (ours),
/// nats.
///
/// Principal components of each side (label-free) → CCA fitted on one half of the groups → KSG1 on
/// the normal scores of the canonical variates of the other half, and the same with the halves
/// exchanged. The ladder has these rungs, each for a narrow and a wide set of components:
///   joint r     joint KSG of the r = 1, 2, 3 leading pairs. By data processing I(U;V) ≤ I(X;Y), so
///   it is
///               low by what the other pairs carry and by KSG's own bias.
///   +squares    the same with CCA on the components and their squares, which finds dependence of
///   spread
///               (heavy tails, circles) that has no linear part.
///   sum r       Σ_{i≤r} KSG(u_i; v_i) − min(TC(U), TC(V)) for r > 3 up to the pairs above the
///   Wachter edge.
///               Since Σ_i I(u_i; V) ≤ I(U;V) + TC(U), the total correlation TC = Σ_i h(u_i) − h(U)
///               is what the sum may count twice; it is 0 for Gaussian data. TC enters to second
///               order (correlations of the variates and of their squares), so this rung is a bound
///               only to that order.
/// For each half the rung is taken that was highest in the *other* half, so no value selects
/// itself; the estimate is the mean of both halves and of all random splits (how the rows fall into
/// halves moved single readings by .03 nats at N = 2000, 5+5). All rungs are in the diagnostics.
/// Dependence that neither a linear map nor a square sees is missed.
///
/// x is N × D_x, y is N × D_y, best on the rank scale, at least 40 rows and 4 groups (data Error
/// otherwise). Cost O(N D²) to 200 columns, O(N D q) above, plus KSG on N/2 rows; memory O(N q)
/// beyond the input.
Estimate cca_ksg(const Samples& x, const Samples& y, const Groups& groups,
                 const CcaKsgOptions& options, const Execution& exec);

}  // namespace cch
