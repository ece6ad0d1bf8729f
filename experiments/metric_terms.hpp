#pragma once

#include <span>
#include <vector>

#include "cch/core/matrix.hpp"

// Measures that are no means over rows, as means of row terms:
//
//   t_i = m + N ∂m/∂w_i   at equal weights w of all N rows, so that mean t = m
//
// and Var(mean t) is that of the infinitesimal jackknife (Jaeckel 1972; Efron, The Jackknife, the
// Bootstrap and Other Resampling Plans, 1982, ch. 6); sums of t over groups make it robust to them.
// Differences of two measures on the same rows have the differences of their terms.

namespace cch::detail {

/// F1 of each class weighted by its rows, m = Σ_c (n_c/N) f_c, f_c = 2 TP_c/(P_c + n_c) with P_c
/// rows said to be of class c:
///
///   t_i = f_y (1 − n_y/(P_y+n_y)) + [ŷ = y] 2 n_y/(P_y+n_y) − n_ŷ f_ŷ/(P_ŷ+n_ŷ)
///
/// with y the row's label and ŷ what was said. Logits N × K. Cost O(N K).
std::vector<double> weighted_f1_terms(const Matrix& outputs, std::span<const int> y);

/// Mean over classes of the AUC of one class against the rest, as class_metrics has it. With A the
/// AUC of a class, V_i the share of rows on the other side that row i is on the right side of (ties
/// count half; DeLong, DeLong & Clarke-Pearson 1988) and n its own side's rows
///
///   t_i = A + (N/n)(V_i − A)
///
/// whose clustered variance is that of Obuchowski (1997) but for degrees of freedom. Empty where no
/// class has rows on both sides. Cost O(K N log N).
std::vector<double> auc_terms(const Matrix& outputs, std::span<const int> y);

}  // namespace cch::detail
