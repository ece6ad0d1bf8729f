#pragma once

#include <Eigen/Core>

#include "cch/gaussian/distillation_moments.hpp"

namespace cch::detail {

/// The parts of a covariance of (x1, x2, y). x1 and x2 together may be singular (they share columns
/// in some models); each alone may not.
struct ModalityCovariance {
  Eigen::MatrixXd s11;
  Eigen::MatrixXd s12;
  Eigen::MatrixXd s22;
  Eigen::MatrixXd s1y;
  Eigen::MatrixXd s2y;
  Eigen::MatrixXd syy;
};

ModalityCovariance modality_covariance(const JointGaussian& joint, const ModalityBlocks& blocks);

/// See distillation_moments.
DistillationMoments moments_of(const ModalityCovariance& cov, const Teacher& teacher,
                               bool intercept);

/// W1, for a FreshRowsTeacher its mean over fits. Errors as distillation_moments.
Eigen::MatrixXd mean_weights(const ModalityCovariance& cov, const Teacher& teacher);

/// Usage Error "dependent-teacher".
[[noreturn]] void refuse_dependent_teacher();
/// Usage Error "teacher-shape" unless the weights are d1 × outputs.
void check_teacher_shape(const Matrix& weights, std::size_t d1, std::size_t outputs);

/// What the errors of a teacher fitted on rows of its own add to B and Vh.
struct FitErrors {
  double b = 0.0;
  double vh = 0.0;
};
/// ve1 = tr Var(y|x1), m = tr(Σ11⁻¹ Σ12 Σ22⁻¹ Σ21); see distillation_moments for the formulas.
FitErrors fit_errors(double ve1, double m, std::size_t d1, std::size_t rows, bool intercept);

}  // namespace cch::detail
