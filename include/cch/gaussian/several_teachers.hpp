#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cch/core/matrix.hpp"
#include "cch/gaussian/distillation_risk.hpp"

namespace cch {

/// One of several teachers: the blocks that it sees and how it labels with them.
struct ModalityTeacher {
  BlockNames blocks;
  Teacher teacher = OptimalTeacher{};
};

/// The second moments of K teachers t_k = W_kᵀx_k on one student; letters as in
/// DistillationMoments.
struct SeveralMoments {
  std::size_t p = 0;
  std::size_t outputs = 1;
  double vs = 0.0;             ///< tr Var s
  double ve = 0.0;             ///< tr Var e
  Matrix b;                    ///< B_kl = tr Cov(v_kᵀx2 − s, v_lᵀx2 − s), K × K
  Matrix h;                    ///< H_kl = tr Cov(h_k, h_l), K × K
  std::vector<double> c;       ///< c_k = tr Cov(e, h_k)
  std::vector<double> beta_s;  ///< β_s of each

  [[nodiscard]] std::size_t teachers() const { return c.size(); }
  /// Those of teacher k by itself.
  [[nodiscard]] DistillationMoments alone(std::size_t k) const;
};

/// Moments of several teachers, exact. Their blocks may overlap; rows of FreshRowsTeachers are
/// drawn for each anew, so that their errors are independent and add to the diagonals of B and H
/// alone. Errors as distillation_moments, for each teacher; usage Error "no-teachers". Cost
/// O(K D³ + K² D²).
SeveralMoments several_moments(const JointGaussian& joint,
                               const std::vector<ModalityTeacher>& teachers, bool intercept = false,
                               const BlockNames& student = {"x2"}, const BlockNames& label = {"y"});

/// Those of the teachers γt_k, γ = teacher_scale; see scaled(DistillationMoments).
SeveralMoments scaled(const SeveralMoments& moments, double teacher_scale);

/// The best mix of several teachers.
struct TeacherMix {
  std::vector<double> weights;  ///< u_k ≥ 0, Σ u_k ≤ 1; what is missing to 1 is the label's
  double gain = 0.0;            ///< E(0) − E(u)
  std::size_t best_single = 0;  ///< the teacher with the largest gain of its own
  double best_single_gain = 0.0;
  /// E(u) is above the minimum by at most twice this: (E(u) − min over k of ½ ∂E/∂u_k), the label
  /// included, of the convex problem; 0 up to rounding.
  double optimality_gap = 0.0;

  /// No teacher helps: all weights are 0.
  [[nodiscard]] bool abstains() const;
  /// What the mix gains beyond the best teacher alone.
  [[nodiscard]] double gain_over_single() const { return gain - best_single_gain; }
};

/// The exact risk of distilling from several teachers at once (ours): least squares on the target
///
///   (1 − Σ u_k) y + Σ u_k t_k,   u ≥ 0, Σ u_k ≤ 1,   λ_k = u_k/(1 − Σ u_k)
///
/// for teachers that are independent of the student's rows. With σ = Σ u_k and κ of
/// excess_noise_factor its risk above that of E[y | x2] is quadratic and convex in u:
///
///   E(u) = uᵀBu + κ [(1 − σ)²Ve + 2(1 − σ) cᵀu + uᵀHu]
///   E(0) − E(u) = 2κ Σ u_k (Ve − c_k) − uᵀQu,   Q_kl = B_kl + κ(Ve − c_k − c_l + H_kl)
///
/// Some teacher can help if and only if one alone can (c_k < Ve for some k): a mix can only raise
/// what is there. Cost of a call O(K²).
class SeveralTeachersRisk {
 public:
  /// Usage Errors as DistillationRisk; "impossible-moments" also for moments of a wrong shape or
  /// without a distribution together.
  SeveralTeachersRisk(SeveralMoments moments, const StudentFit& fit);

  [[nodiscard]] const SeveralMoments& moments() const { return m_; }
  [[nodiscard]] double kappa() const { return kappa_; }
  /// Usage Error "bad-weights" unless u has one weight a teacher, u ≥ 0 and Σ u_k ≤ 1.
  [[nodiscard]] double excess_risk(std::span<const double> u) const;
  [[nodiscard]] double gain(std::span<const double> u) const;
  /// The weights with the least risk: E is the squared length of a mix of 1 + K vectors (the label
  /// and the teachers), whose shortest mix Wolfe's algorithm finds in finitely many steps, also
  /// where teachers are copies of each other (P. Wolfe, Mathematical Programming 11, 1976).
  [[nodiscard]] TeacherMix best() const;

 private:
  void check_weights(std::span<const double> u) const;

  SeveralMoments m_;
  StudentFit fit_;
  double kappa_;
};

}  // namespace cch
