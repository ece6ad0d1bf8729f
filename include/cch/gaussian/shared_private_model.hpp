#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/samples.hpp"
#include "cch/gaussian/joint_gaussian.hpp"

namespace cch {

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
