#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/samples.hpp"
#include "cch/gaussian/distillation_moments.hpp"
#include "cch/gaussian/joint_gaussian.hpp"

namespace cch {

/// Informations between the blocks of a model, in nats; each may be ∞.
struct ModelInformation {
  double x1_x2 = 0.0;          ///< I(x1; x2)
  double x2_y = 0.0;           ///< I(x2; y)
  double x1_y = 0.0;           ///< I(x1; y)
  double x1_y_given_x2 = 0.0;  ///< I(x1; y | x2)
};

/// Two modalities that share some factors and keep others for themselves (ours). Independent
/// standard normal factors z_c (common), z_1 and z_2 (private), z_n (shared nuisance):
///
///   x1 = [z_c; z_1; σ_n z_n; 0] + s1 N,   x2 = [z_c; z_2; σ_n z_n; 0] + s2 N,
///   y = aᵀz_c + bᵀz_1 + dᵀz_2 + s_y N
///
/// with the zeros padding x1 to p1 and x2 to p2 columns, so that columns beyond the factors are
/// noise alone. The numbers of factors are the lengths of a, b and d.
struct SharedPrivateModel {
  std::vector<double> a{1.0};   ///< weights of the common factors in y
  std::vector<double> b{};      ///< of the teacher's private factors
  std::vector<double> d{};      ///< of the student's private factors
  std::size_t nuisance = 0;     ///< shared factors that say nothing about y
  double nuisance_size = 1.0;   ///< σ_n > 0
  double teacher_noise = 1.0;   ///< s1; 0 only without padding
  double student_noise = 1.0;   ///< s2; 0 only without padding
  double label_noise = 1.0;     ///< s_y
  std::size_t teacher_dim = 0;  ///< p1; 0 = as many as there are factors
  std::size_t student_dim = 0;  ///< p2; likewise

  /// Columns of x1 and of x2.
  [[nodiscard]] std::size_t p1() const;
  [[nodiscard]] std::size_t p2() const;

  /// The covariance of (x1, x2, y) as blocks "x1", "x2" and "y": every population quantity follows
  /// from it in closed form. Usage Error "bad-model": a modality without columns, p1 or p2 smaller
  /// than the number of factors, a negative or infinite number. Data Error "singular-covariance"
  /// where there is too little noise (s1 = s2 = 0 makes common factors equal in both).
  [[nodiscard]] JointGaussian joint() const;

  /// distillation_moments of joint(), without the matrix: Σ11 and Σ22 are diagonal, and only
  /// columns of the same shared factor have a covariance, so every moment is a sum over factors.
  /// With ρ2 = s2²/(1 + s2²), the share of a unit factor that x2 leaves open, and the weights w of
  /// t
  ///
  ///   Vs = (|a|² + |d|²)/(1 + s2²),   Ve = (|a|² + |d|²)ρ2 + |b|² + s_y²
  ///   c = ρ2 Σ_c w a + Σ_1 w b,        β_s Vs = Σ_c w a/(1 + s2²)
  ///   B = (Σ_c (w − a)² + |d|²)/(1 + s2²) + Σ_n w² σ_n⁴/(σ_n² + s2²)
  ///   Vh = s1²|w|² + ρ2 Σ_c w² + Σ_1 w² + Σ_n w² σ_n² s2²/(σ_n² + s2²)
  ///
  /// with sums over the common, the teacher's private and the nuisance columns. Nothing cancels,
  /// and x1 and x2 together may be singular (s1 = s2 = 0). Errors as distillation_moments,
  /// "bad-model", and data Error "singular-covariance" for a column that is constant. Cost O(number
  /// of factors), for a GivenTeacher O(p1).
  [[nodiscard]] DistillationMoments moments(const Teacher& teacher, bool intercept = false) const;
  /// The informations of joint(), as sums over factors; ∞ where common or nuisance factors have no
  /// noise in either modality, or where y is a function of the features. With σ² = 1 for a common
  /// factor and σ_n² for a nuisance
  ///
  ///   I(x1;x2) = −½ Σ ln[(σ²s1² + σ²s2² + s1²s2²)/((σ² + s1²)(σ² + s2²))]
  ///
  /// and the others are ½ ln of ratios of Var y, Var(y|x1), Var(y|x2) and Var(y|x1,x2). Errors as
  /// moments. Cost O(number of factors).
  [[nodiscard]] ModelInformation information() const;
};

struct ModalityRows {
  Samples x1;
  Samples x2;
  Samples y;
};

/// n independent rows of the model, drawn factor by factor from a stream of the seed. Errors as
/// SharedPrivateModel::joint. Cost O(n (p1 + p2)).
ModalityRows sample_rows(const SharedPrivateModel& model, std::size_t n, std::uint64_t seed);

/// k equal weights with norm `norm`: what k factors say together then does not depend on k.
std::vector<double> even_weights(double norm, std::size_t k);

}  // namespace cch
