#pragma once

#include <cstddef>

#include "cch/gaussian/joint_gaussian.hpp"
#include "cch/gaussian/teacher.hpp"

namespace cch {

/// The second moments that decide distillation in a joint Gaussian model with teacher t = W1ᵀx1,
/// student x2 (p columns) and label y. For vector labels all are traces over their coordinates.
///
///   s = E[y | x2], y = s + e;   E[t | x2] = vᵀx2, t = vᵀx2 + h
struct DistillationMoments {
  std::size_t p = 0;        ///< columns of x2
  std::size_t outputs = 1;  ///< columns of y
  double vs = 0.0;          ///< Vs = tr Var s
  double ve = 0.0;          ///< Ve = tr Var e
  double vh = 0.0;          ///< Vh = tr Var h
  double c = 0.0;           ///< c = tr Cov(e, h) = tr Cov(e, t)
  double b = 0.0;           ///< B = tr Var(vᵀx2 − s)
  double beta_s = 0.0;      ///< β_s = tr Cov(t, s) / Vs; 0 where Vs = 0

  /// β_e = tr Cov(t, e) / Ve.
  [[nodiscard]] double beta_e() const { return c / ve; }
  /// tr Var y.
  [[nodiscard]] double vy() const { return vs + ve; }
  /// tr Var(vᵀx2) − β_s² Vs = B − (1 − β_s)² Vs, what t has of x2 beside s.
  [[nodiscard]] double beside() const { return b - (1.0 - beta_s) * (1.0 - beta_s) * vs; }
  /// tr Var t.
  [[nodiscard]] double vt() const { return beta_s * beta_s * vs + beside() + vh; }
  /// Vr of t = β_s s + β_e e + r.
  [[nodiscard]] double vr() const { return beside() + vh - beta_e() * c; }
};

/// Which blocks of a JointGaussian play which part.
struct ModalityBlocks {
  BlockNames teacher{"x1"};
  BlockNames student{"x2"};
  BlockNames label{"y"};
};

/// The moments of a model and a teacher, exact:
///
///   s = Σy2 Σ22⁻¹ x2,  vᵀ = W1ᵀ Σ12 Σ22⁻¹,  c = tr(W1ᵀ Σ1y) − tr(vᵀ Σ2y)
///
/// A FreshRowsTeacher has W1 = W1* + δ with E δδᵀ = tr Var(y|x1) Σ11⁻¹/(n1 − D1 − 1), independent
/// of the student's rows: Vs, Ve, c and β_s are those of W1*, and with M = tr(Σ11⁻¹ Σ12 Σ22⁻¹ Σ21)
///
///   B gains tr Var(y|x1) · M/(n1 − D1 − 1),   Vh gains tr Var(y|x1) · (D1 − M)/(n1 − D1 − 1)
///
/// With an intercept the divisors are n1 − D1 − 2, and B gains the variance of the intercept too,
/// tr Var(y|x1) · (1 + D1/(n1 − D1 − 2))/n1. The excess
/// risk is linear in them, so it is the exact mean over teachers; quantities that are not linear
/// (cosines, informations) are those of the mean moments.
///
/// Usage Errors: "dependent-teacher" (StudentRowsTeacher: simulate it instead), "infinite-risk" (n1
/// too small), "teacher-shape" (weights that are not D1 × DY). Cost O(D³).
DistillationMoments distillation_moments(const JointGaussian& joint, const Teacher& teacher,
                                         bool intercept = false, const ModalityBlocks& blocks = {});

/// The moments of the teacher γt instead of t, γ = teacher_scale:
///
///   β_s → γβ_s,  c → γc,  Vh → γ²Vh,  B → γ²(B − (1 − β_s)²Vs) + (1 − γβ_s)²Vs
///
/// Informations do not change with γ > 0, the risk does: a law that does not see scales cannot
/// decide it. γ = 0 is shrinkage alone. Usage Error "bad-scale" where γ is not finite. Cost O(1).
DistillationMoments scaled(const DistillationMoments& moments, double teacher_scale);

}  // namespace cch
