#pragma once

#include <span>

#include "cch/core/estimate.hpp"
#include "cch/core/groups.hpp"

namespace cch::detail {

double mean_of(std::span<const double> terms);

/// Cluster-robust variance of the mean of N terms t_i in G groups:
///
///   G/(G−1) Σ_g (Σ_{i∈g} (t_i − t̄))² / N²
///
/// For singletons this is sd²/N. Needs G ≥ 2.
double variance_of_mean(std::span<const double> terms, const Groups& groups);

/// Sets the standard error √(variance_of_mean + extra_variance) of an estimate from its row terms
/// and the 95 % interval nats ± t_{.975, G−1} · SE. With one group there is no spread: both stay
/// empty.
void set_error_bars(Estimate& estimate, const Groups& groups, double extra_variance = 0.0);

}  // namespace cch::detail
