#pragma once

#include <cstddef>

#include "cch/core/execution.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/matrix.hpp"

namespace cch {

/// What a teacher T and a student S say about a label Y, in parts (nats):
///   I(Y;T) = redundancy + unique_teacher,   I(Y;S) = redundancy + unique_student,
///   I(Y;T,S) = the four together.
struct DiscreteDecomposition {
  double redundancy = 0.0;
  double unique_teacher = 0.0;
  double unique_student = 0.0;
  double synergy = 0.0;
  /// The unique parts are too large, redundancy and synergy too small, by at most this (nats).
  double gap = 0.0;
  std::size_t iterations = 0;
};

struct DecompositionOptions {
  double gap = 1e-5;                    ///< ends when the gap is this small, nats
  std::size_t most_iterations = 20000;  ///< or after so many; the result's gap tells
};

/// Partial information decomposition of Bertschinger, Rauh, Olbrich, Jost & Ay (2014):
///
///   unique_teacher = min_Q I_Q(Y;T|S) over all Q(y,t,s) with P's pairs (y,t) and (y,s).
///
/// min_Q I_Q(Y;T,S) = min_{Q,r} Σ_y p(y) KL(q(·,·|y) ‖ r) is found by turns (Banerjee, Rauh &
/// Montúfar 2018): q(·,·|y) is r scaled to the two marginals, r is the mean of the q's. Both steps
/// are exact, and the value is above the minimum by at most max ln(r_new/r_old), which is the gap.
///
/// `t`, `s` and `y` are codes of the same rows with K_t, K_s and K classes; probabilities are
/// relative frequencies, so that few rows make every part but redundancy too large. Unequal or no
/// rows: data Error. Cost O(iterations · K · K_t · K_s · sweeps).
DiscreteDecomposition decompose_discrete(const ClassLabels& t, const ClassLabels& s,
                                         const ClassLabels& y, const DecompositionOptions& options,
                                         const Execution& exec);

/// The likeliest class of each row of probabilities or logits (the first of equals), as labels.
ClassLabels likeliest(MatrixView scores);

}  // namespace cch
