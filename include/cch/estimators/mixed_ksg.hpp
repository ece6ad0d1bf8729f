#pragma once

#include <cstddef>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"

namespace cch {

struct MixedKsgOptions {
  std::size_t k = 5;        ///< neighbours; 5 as in the authors' code
  std::size_t queries = 0;  ///< as in Ksg1Options
  bool exact = false;       ///< as in Ksg1Options
};

/// Mutual information of variables that may be continuous, discrete or mixtures of both
/// (Gao, Kannan, Oh & Viswanath 2017, in the form of the authors' code), nats:
///
///   I(X;Y) = ⟨ψ(k̃_i) + ln(N − n_g + 1) − ψ(n_x) − ψ(n_y)⟩
///
/// ρ_i is the k-th joint distance (maximum norm, own group left out). If ρ_i = 0, k̃_i is the number
/// of rows at joint distance 0 and n_x, n_y count rows at distance 0; otherwise k̃_i = k and they
/// count rows with distance < ρ_i, strictly. Every count includes row i itself and leaves out the
/// rest of its group. Class labels count as equal or not: two different classes are farther apart
/// than any two rows of x. Either side may be labels. Cost as in ksg1.hpp.
Estimate mixed_ksg(const Variable& x, const Variable& y, const Groups& groups,
                   const MixedKsgOptions& options, const Execution& exec);

}  // namespace cch
