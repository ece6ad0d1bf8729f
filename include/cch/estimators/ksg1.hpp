#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct Ksg1Options {
  std::size_t k = 4;  ///< neighbours; 3–5 is the usual trade of bias (large k) and noise (small k)
  std::size_t queries =
      0;  ///< query points: 0 = all unless that is too costly (see exact), else at most this many
  bool exact = false;  ///< use every row as a query, however long it takes
  /// Where more than 5 % of a column's values are repeated: their mean over so many seeded orders
  /// inside ties, on normal scores; noise within disjoint cells leaves information as it is. 0: the
  /// values as they are, for which the formula was not made.
  std::size_t tie_draws = 0;
};

/// Mutual information by the first algorithm of Kraskov, Stögbauer & Grassberger (2004), nats:
///
///   I(X;Y) = ψ(k) + ⟨ψ(N − n_g + 1)⟩ − ⟨ψ(n_x + 1) + ψ(n_y + 1)⟩
///
/// ε_i is the distance from row i to its k-th neighbour outside its own group in max(|dx|, |dy|),
/// with the maximum norm inside x and y; n_x counts rows outside the own group with |dx| < ε_i,
/// strictly; n_g is the size of the row's group (1 without groups, which gives the published ψ(N)).
///
/// x is N × D_x, y is N × D_y, both finite. k is at most N − max n_g (usage Error). The estimate
/// depends on the scale of the columns (see scale.hpp), collapses silently for many dimensions, and
/// is invalid for class labels. With `queries` = M the mean runs over M random rows against all N:
/// unbiased for the full estimate, extra standard error sd/√M (diagnostic "query_standard_error").
/// Cost: about O(N log N) for few columns (boxes in space), O(N² (D_x + D_y)) for some 20 and more;
/// memory O(N (D_x + D_y)).
Estimate ksg1(const Samples& x, const Samples& y, const Groups& groups, const Ksg1Options& options,
              const Execution& exec);

/// ksg1 for several k from one pass over the data, in the order of `ks`.
std::vector<Estimate> ksg1_sweep(const Samples& x, const Samples& y, const Groups& groups,
                                 std::span<const std::size_t> ks, const Ksg1Options& options,
                                 const Execution& exec);

}  // namespace cch
