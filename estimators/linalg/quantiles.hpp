#pragma once

namespace cch::detail {

/// Special functions and quantiles (Boost.Math), compiled once: its templates cost seconds in every
/// file that names them.

/// ψ(x), the derivative of ln Γ(x), for x > 0. Rounding error about 1e-15.
double digamma(double x);

/// Φ⁻¹(p), the quantile of the standard normal, for 0 < p < 1. Antisymmetric: Φ⁻¹(½) is exactly 0.
double normal_quantile(double p);

/// The same with long double inside: right to the last digit, ten times slower.
double normal_quantile_precise(double p);

/// Quantile of Student's t with ν > 0 degrees of freedom, 0 < p < 1.
double students_t_quantile(double nu, double p);

/// P(T > t) of Student's t with ν > 0 degrees of freedom.
double students_t_above(double nu, double t);

}  // namespace cch::detail
