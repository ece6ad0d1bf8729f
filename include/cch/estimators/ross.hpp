#pragma once

#include <cstddef>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct RossOptions {
  std::size_t k = 4;          ///< neighbours inside the class
  std::size_t queries = 0;    ///< as in Ksg1Options
  bool exact = false;         ///< as in Ksg1Options
  std::size_t tie_draws = 0;  ///< as in Ksg1Options
};

/// Mutual information of real vectors and class labels (Ross 2014), nats:
///
///   I(X;Y) = ⟨ψ(N − n_g + 1)⟩ + ⟨ψ(k_i)⟩ − ⟨ψ(N_c − n_gc + 1)⟩ − ⟨ψ(m_i)⟩
///
/// For row i of class c: N_c rows in the class, n_g rows in the row's group, n_gc of those in class
/// c, k_i = min(k, N_c − n_gc), d_i the distance to the k_i-th neighbour within the class and
/// outside the group (maximum norm), m_i the rows of any class outside the group with |dx| ≤ d_i
/// (row i itself not counted). Rows whose class lies wholly inside their group have no such
/// neighbour; they are dropped from the data, N is reduced, and a warning says how many.
///
/// Very low for many dimensions (label_bound.hpp is the estimator for those). Cost as in ksg1.hpp.
Estimate ross(const Samples& x, const ClassLabels& y, const Groups& groups,
              const RossOptions& options, const Execution& exec);

}  // namespace cch
