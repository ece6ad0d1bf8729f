#pragma once

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct GaussianCopulaOptions {
  bool bias_correction = true;      ///< as in GaussianOptions
  double most_columns_a_row = 0.9;  ///< likewise
};

/// The Gaussian estimate after every column was replaced by Φ⁻¹(rank/(N+1)), mid-ranks for ties
/// (Ince et al. 2017): exact for a Gaussian copula with any margins, nats. Sees monotone dependence
/// only. Shapes, errors and cost as in gaussian.hpp.
Estimate gaussian_copula(const Samples& x, const Samples& y, const Groups& groups,
                         const GaussianCopulaOptions& options, const Execution& exec);

}  // namespace cch
