#pragma once

#include <cstddef>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/gaussian/simulate_risk.hpp"

namespace cch {

/// What is left of one principal axis of x2 with variance σ: covariances along the axis, summed
/// over the columns of y and over `count` axes that have the same variance.
struct RidgeAxis {
  double variance = 0.0;  ///< σ
  double count = 1.0;     ///< axes
  double ss = 0.0;        ///< variance that s has along it
  double sd = 0.0;        ///< covariance of s and d = vᵀx2 − s along it
  double dd = 0.0;        ///< variance of d along it; they sum to B
};

/// A choice of λ and ℓ and its excess risk.
struct RidgeChoice {
  double lambda = 0.0;
  double ridge = 0.0;  ///< ℓ
  double excess_risk = 0.0;
};

/// Linear distillation into a ridge student, in the basis of x2 as given (ours):
///
///   ŵ = argmin Σ ((1 − u)y + ut − wᵀx2)² + nℓ|w|²,   u = λ/(1 + λ)
///
/// for a teacher that is independent of the student's rows; ℓ ≥ 0 has the unit of a variance of x2,
/// an intercept is not penalised. The target is m + ε, m = w_mᵀx2 with w_m = w* + u(v − w*), and
/// noise ε as for least squares. With P = ℓ(X2ᵀX2/n + ℓ)⁻¹ the exact risk is
///
///   E = E[(w_m − w* − P w_m)ᵀΣ(w_m − w* − P w_m)] + Var ε E tr(Σ (I − P) P)/(nℓ)
///
/// and for n and p that are large together P behaves like r(Σ + r)⁻¹, with an effective ridge r:
///
///   r − ℓ = (r/n) tr Σ(Σ + r)⁻¹,   γ = tr Σ²(Σ + r)⁻²/n,   q_j = r/(σ_j + r)
///   E ≈ u²B − 2u Σ q_j (sd_j + u dd_j) + Σ q_j² (ss_j + 2u sd_j + u² dd_j)/(1 − γ)
///       + Var ε γ/(1 − γ)
///
/// (deterministic equivalents, as in Hastie et al., Annals of Statistics 50, 2022). **All risks
/// here are this approximation**, for any n against p. In simulations its error was below 2/n of E
/// for n ≥ 2p or ℓ ≥ .1 of the mean variance; at ℓ = 0 it gives p/(n − p) where p/(n − p − 1) is
/// exact. With an intercept slopes see n − 1 rows (nℓ stays), and 1/n of Var ε and of the slopes'
/// error is added.
class RidgeStudent {
 public:
  /// t is scaled by teacher_scale after it was fitted. Errors as distillation_moments; "bad-scale";
  /// n ≥ 2. Cost O(D³), of which the eigenvectors of Σ22 are the larger part.
  RidgeStudent(const JointGaussian& joint, const Teacher& teacher, const StudentFit& fit,
               double teacher_scale = 1.0, const ModalityBlocks& blocks = {});
  /// The same in O(p1 + p2).
  RidgeStudent(const SharedPrivateModel& model, const Teacher& teacher, const StudentFit& fit,
               double teacher_scale = 1.0);

  /// B, Ve, Vh and the other moments, of the scaled teacher.
  [[nodiscard]] const DistillationMoments& moments() const { return m_; }
  /// Ascending variances, equal neighbours as one.
  [[nodiscard]] const std::vector<RidgeAxis>& axes() const { return axes_; }

  /// r, 0 at ℓ = 0 and ∞ at ℓ = ∞. Usage Errors: "bad-ridge" (ℓ < 0 or NaN), "infinite-risk" (ℓ = 0
  /// and n ≤ p + 1, with an intercept n ≤ p + 2). Cost O(axes) a Newton step.
  [[nodiscard]] double effective_ridge(double ridge) const;
  /// E at λ and ℓ, both may be ∞ (ℓ = ∞: the student is 0). Errors also "bad-lambda".
  [[nodiscard]] double excess_risk(double lambda, double ridge) const;
  /// The ℓ with the least E at this λ; λ = 0 is the student without a teacher at its best. A search
  /// of ℓ over 0 (where allowed), ∞ and 10⁻⁶ to 10⁶ mean variances, 20 values a decade, the best
  /// then refined: E may have several minima.
  [[nodiscard]] RidgeChoice best_ridge(double lambda) const;
  /// The λ and ℓ with the least E; for each ℓ E is quadratic in u and its best u is exact.
  [[nodiscard]] RidgeChoice best() const;
  /// E of best_ridge(0) less E of best(): what distillation still gains once ℓ is tuned without and
  /// with it; never below 0.
  [[nodiscard]] double tuned_gain() const;

 private:
  struct Quadratic {  // E = constant + 2·linear·u + square·u²
    double constant = 0.0;
    double linear = 0.0;
    double square = 0.0;
    [[nodiscard]] double at(double u) const { return constant + u * (2.0 * linear + u * square); }
    [[nodiscard]] double best_u() const;
  };
  void set_rows();
  [[nodiscard]] Quadratic risk_at(double ridge) const;
  template <class Choose>
  [[nodiscard]] RidgeChoice search(const Choose& weight_of) const;

  DistillationMoments m_;
  std::vector<RidgeAxis> axes_;
  StudentFit fit_;
  double constant_ = 0.0;  // variance of the teacher's own intercept, in B beside the axes
};

}  // namespace cch
