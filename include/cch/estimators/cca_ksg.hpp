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
      64;  ///< in the widest one, and never more than a fifth of the rows fitted
};

/// Mutual information of many-dimensional vectors, read off a few held-out canonical pairs (ours),
/// nats.
///
/// Principal components of each side (label-free) → CCA fitted on one half of the groups → KSG1 on
/// the normal scores of the canonical variates of the other half, and the same with the halves
/// exchanged. The ladder has these rungs, for components in numbers from N / 40 up to N / 10:
///   joint r     joint KSG of the r = 1, 2, 3 leading pairs; by data processing I(U;V) ≤ I(X;Y).
///   +squares    the same with CCA on the components and their squares (heavy tails, circles).
///   +waves      the same with 200 cosines and sines of random combinations (spirals), if N ≥ 8000;
///               fewer with fewer rows. To be taken it has to be better by a tenth.
///   sum r       Σ_{i≤r} KSG(u_i; v_i) − min(TC(U), TC(V)) up to the pairs above the Wachter edge.
///               Since Σ_i I(u_i; V) ≤ I(U;V) + TC(U), the total correlation TC = Σ_i h(u_i) − h(U)
///               is what the sum may count twice, to second order; it is 0 for Gaussian data.
///   normal r    the same sum of up to 16 pairs with −½ ln(1 − r_i²) for KSG; never above
///               I(u_i; v_i), as both columns are normal.
///   total q     all q = 4, 8, 16, … leading components of each side at once, no pairs and nothing
///               learned: the Donsker–Varadhan bound with the Gaussian log density ratio as critic,
///               less what independent sides show. Weak dependence spread over many directions, of
///               which CCA on half of the rows finds none, is in it; what a determinant counts
///               twice (classes far apart) is taken off. To be taken it has to be better by what
///               chance moves it. Eight rows a component.
/// Where a tenth or more of a side's columns carry nothing of the other side, the same rungs also
/// come on the columns that pass a screen on the half fitted ("strict" and "generous", at false
/// discovery rates of .001 and .1), so that columns of noise do not hide those of a signal.
/// For each half the rung is taken that was highest in the *other* half, so no value selects
/// itself; the estimate is the mean of both halves and of all random splits, and exchanging x and y
/// changes nothing. What plain rungs miss because directions were learned from N/2 rows is added:
/// it falls like 1/n, and the normal readings at N/2 and 4N/5 rows tell its size (.10 bits of 2
/// with 9 pairs at N = 2000); at most a fifth of what was read is added, and 5 q / (N/2) of it more
/// for q components. So the estimate is no bound any more, but rarely above the truth by more than
/// its error. All rungs are in the diagnostics, the addition as `learning_loss`. Dependence that
/// neither linear maps nor these functions see is missed.
///
/// x is N × D_x, y is N × D_y, best on the rank scale, at least 40 rows and 4 groups (data Error
/// otherwise). Cost O(N D²) to 200 columns, O(N D q) above, plus KSG on N/2 rows, two to three
/// times that where columns are screened; memory O(N q) beyond the input.
Estimate cca_ksg(const Samples& x, const Samples& y, const Groups& groups,
                 const CcaKsgOptions& options, const Execution& exec);

}  // namespace cch
