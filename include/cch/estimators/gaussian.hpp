#pragma once

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct GaussianOptions {
  bool bias_correction =
      true;  ///< subtract the exact small-sample bias (digammas); off when shrunk
  /// D_x + D_y for each row above which correlations are shrunk. The correction is exact up to 1,
  /// but the spread grows without bound towards it.
  double shrink_above = 0.5;
};

/// Mutual information of jointly Gaussian vectors from the sample covariance C, nats:
///
///   I(X;Y) = ½ [ln det C_x + ln det C_y − ln det C]
///
/// minus its exact bias for Gaussian rows: E ln det of a Wishart matrix with n = N−1 degrees of
/// freedom and dimension d is ln det Σ + Σ_{i=1..d} ψ((n+1−i)/2) + d ln(2/n). When D_x + D_y >
/// N/2 the correlations R are shrunk to (1 − λ) R + λ I with the λ of Ledoit & Wolf (2004) for
/// that target (formula in estimators/covariance.hpp), the digamma correction does not apply, a
/// warning says so, and there is no error bar, since the bias is not known (200 + 200 independent
/// columns, 350 rows: 48.7 nats). Up to there the correction is exact and shrinkage costs far more
/// than it saves: 32 + 32 columns, N = 130, truth 4.60: corrected 4.62 ± .37 (SD), shrunk .69 ±
/// .12. A lower bound for non-Gaussian dependence only if x is Gaussian. Groups do not enter the
/// point estimate. x is N × D_x, y is N × D_y, N ≥ 3; a constant column, a column that the others
/// of its side determine, and a column of y that x determines (infinite information) are data
/// Errors. Cost O(N D² + D³) with D = D_x + D_y.
Estimate gaussian(const Samples& x, const Samples& y, const Groups& groups,
                  const GaussianOptions& options, const Execution& exec);

}  // namespace cch
