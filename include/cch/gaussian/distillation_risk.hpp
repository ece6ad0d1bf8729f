#pragma once

#include <cstddef>

#include "cch/gaussian/distillation_moments.hpp"

namespace cch {

/// How the student is fitted: ordinary least squares on n rows.
struct StudentFit {
  std::size_t n = 0;
  bool intercept = false;
};

/// κ, the mean excess risk of least squares per unit of noise variance, exact for Gaussian x2:
///
///   κ = p/(n − p − 1);   with an intercept κ = 1/n + (1 + 1/n) p/(n − p − 2)
///
/// Usage Error "infinite-risk" for n ≤ p + 1 (with an intercept n ≤ p + 2): the mean does not
/// exist.
double excess_noise_factor(std::size_t p, const StudentFit& fit);

/// The exact risk of linear cross-modal distillation
///
///   ŵ = argmin Σ (y − wᵀx2)² + λ Σ (wᵀx2 − t)²
///
/// in a joint Gaussian model, for a teacher that is independent of the student's rows. The student
/// is least squares on (1 − u)y + u t with u = λ/(1 + λ), so its risk above that of E[y | x2] is
///
///   E(u) = u²B + κ [(1 − u)²Ve + 2u(1 − u)c + u²Vh]
///
/// All λ are in [0, ∞]; a negative or missing one is a usage Error "bad-lambda". Derivation in
/// gaussian/README.md; the formula is ours, the criterion is of Xie, Xu & Sanguinetti, arXiv
/// 2510.13182. Cost O(1) a call.
class DistillationRisk {
 public:
  /// Usage Errors: "infinite-risk", and "impossible-moments" for a variance that is negative or not
  /// finite, Ve = 0, c² > Ve Vh or B < (1 − β_s)² Vs, which no distribution has.
  DistillationRisk(const DistillationMoments& moments, const StudentFit& fit);

  [[nodiscard]] const DistillationMoments& moments() const { return m_; }
  [[nodiscard]] const StudentFit& fit() const { return fit_; }
  [[nodiscard]] double kappa() const { return kappa_; }

  /// I(t; s) = −½ ln(1 − r²), r = tr Cov(t,s)/√(tr Var t · tr Var s); may be ∞. Nats.
  [[nodiscard]] double i_teacher_student() const;
  /// I(s; y), r² = Vs/(Vs + Ve). Nats.
  [[nodiscard]] double i_student_labels() const;
  /// I(t; s) − I(s; y): the cross-modal complementarity hypothesis holds where it is above 0, which
  /// is β_s² > β_e² + Vr/Ve.
  [[nodiscard]] double cch_margin() const;

  /// E(u) at λ, in squared units of y; the student's mean squared error is Ve + E(u).
  [[nodiscard]] double excess_risk(double lambda) const;
  /// E(0) − E(u): positive where distillation lowers the risk.
  [[nodiscard]] double gain(double lambda) const;
  /// u* = κ(Ve − c)/(B + κ(Ve − 2c + Vh)), kept within [0, 1], which minimises E.
  [[nodiscard]] double best_weight() const;
  /// λ* = u*/(1 − u*), 0 where distillation cannot help and ∞ where t should replace y.
  [[nodiscard]] double best_lambda() const;
  /// E(0) − E(u*); κ²(Ve − c)²/(B + κ(Ve − 2c + Vh)) where λ* is finite.
  [[nodiscard]] double best_gain() const;
  /// Distillation lowers the risk for 0 < λ < this: u = 2u* before it is kept within [0, 1].
  [[nodiscard]] double largest_helpful_lambda() const;

  /// dE/du at u = 0, 2κ(c − Ve): the law of small λ for the risk is β_e < 1.
  [[nodiscard]] double risk_slope() const;
  /// d cos/du at u = 0, cos³(0) κ (Ve/Vs)(β_s − β_e): the law of small λ for the direction is
  /// β_s > β_e.
  [[nodiscard]] double direction_slope() const;
  /// Agreement of the student ŝ with s, E⟨ŝ,s⟩/√(E|ŝ|² E|s|²) over x2 and over training sets, with
  /// m = 1 − u + uβ_s:
  ///
  ///   cos(u) = m√Vs / √(m²Vs + u²(tr Var(vᵀx2) − β_s²Vs) + κ[(1−u)²Ve + 2u(1−u)c + u²Vh])
  ///
  /// Data Error "no-signal" for Vs = 0, where there is no direction.
  [[nodiscard]] double cosine(double lambda) const;
  /// Change of the accuracy of sign(ŝ) for labels 1{latent > 0}, with ρ = corr(s, latent) > 0:
  /// (1/π)[acos(ρ cos(0)) − acos(ρ cos(u))]. Exact up to the spread of the cosine over training
  /// sets, which is small for n ≫ p. Usage Errors: "vector-labels" for more than one output,
  /// "bad-rho".
  [[nodiscard]] double accuracy_change(double lambda, double rho) const;

 private:
  [[nodiscard]] double uncapped_best_weight() const;
  [[nodiscard]] double noise_at(double u) const;
  [[nodiscard]] double cosine_at(double u) const;

  DistillationMoments m_;
  StudentFit fit_;
  double kappa_;
};

/// ρ = corr(s, y) = √(Vs/(Vs + Ve)) where y itself is the latent variable.
double latent_correlation(const DistillationMoments& moments);
/// ρ = √(π Vs/2) where the moments are those of labels ±1 = sign(latent); usage Error "bad-rho"
/// where that exceeds 1.
double latent_correlation_of_signs(const DistillationMoments& moments);

}  // namespace cch
