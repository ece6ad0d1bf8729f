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

}  // namespace cch::detail
