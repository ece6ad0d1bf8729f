#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"
#include "cch/gaussian/distillation_moments.hpp"

namespace cch {

/// The Gaussian experiments of the modality focusing hypothesis (Xue et al., ICLR 2023). Decisive
/// features z ~ N(0, I), a weight a_j for each, labels 1{aᵀz > 0}. Each modality sees some of z,
/// column for column, and noise in its other columns, all with unit variance. What both see is the
/// same number, so I(x1;x2) is infinite wherever they share a column.
struct MfhModel {
  std::vector<double> a;               ///< weights of the decisive features, 1 × Dz, not all 0
  std::size_t p1 = 0;                  ///< columns of the teacher
  std::size_t p2 = 0;                  ///< columns of the student
  std::vector<std::size_t> teacher_z;  ///< features that the teacher sees: column j of x1 is z_j
  std::vector<std::size_t> student_z;  ///< that the student sees

  /// γ = v/(20 − v), the share of the teacher's decisive features that the student has too: z has
  /// 20 features, x2 50 columns with z_0..9, x1 25 columns with z_{10−v}..z_{19−v}; v in 0..10.
  static MfhModel gamma(std::size_t v, std::uint64_t seed);
  /// α = v/(v + 10), the share of the teacher's decisive features that the student lacks: z has 50
  /// features, x2 50 columns with z_0..9, x1 50 columns with z_0..z_{v+9}; v in 0..40.
  static MfhModel alpha(std::size_t v, std::uint64_t seed);

  /// Moments for labels coded ±1, exact: Cov(y, z_j) = √(2/π) a_j/|a|, Var y = 1. Given x2 such a
  /// label's error is neither Gaussian nor of constant variance, so risks and accuracies that
  /// DistillationRisk takes from these moments are approximations. Errors as distillation_moments;
  /// "bad-model" (usage) for features outside z or outside a modality's columns.
  [[nodiscard]] DistillationMoments moments(const Teacher& teacher, bool intercept = false) const;
};

struct MfhRows {
  Samples x1;
  Samples x2;
  ClassLabels y;
};

/// n independent rows, y in {0, 1}.
MfhRows sample_rows(const MfhModel& model, std::size_t n, std::uint64_t seed);

}  // namespace cch
