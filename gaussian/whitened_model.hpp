#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include "cch/gaussian/distillation_moments.hpp"
#include "cch/gaussian/shared_private_model.hpp"

namespace cch::detail {

/// A model in coordinates in which x1 and x2 have unit covariance each, x1 = L1 z1 and x2 = L2 z2.
/// Least squares predicts the same in any coordinates, and |w|² is the variance of wᵀz2.
struct WhitenedModel {
  Eigen::SparseMatrix<double> cross;  // Cov(z1, z2), D1 × p
  Eigen::MatrixXd y1;                 // Cov(z1, y), D1 × q: also the weights of E[y | z1]
  Eigen::MatrixXd y2;                 // Cov(z2, y), p × q, those of s
  Eigen::MatrixXd syy;                // Var y
  Eigen::MatrixXd fixed;              // weights on z1 of an optimal or given teacher, else empty
  Eigen::VectorXd variances;          // of x2 along z2's axes; empty where those are not principal

  [[nodiscard]] Eigen::Index d1() const { return y1.rows(); }
  [[nodiscard]] Eigen::Index p() const { return y2.rows(); }
  [[nodiscard]] Eigen::Index q() const { return y1.cols(); }
};

/// Principal axes cost more: they are for what depends on the basis of x2.
enum class StudentAxes { any, principal };

/// Usage Error "teacher-shape". Cost O(D³).
WhitenedModel whiten(const JointGaussian& joint, const Teacher& teacher,
                     const ModalityBlocks& blocks, StudentAxes axes = StudentAxes::any);
/// The same in O(p1 + p2), with principal axes. Errors as SharedPrivateModel::moments.
WhitenedModel whiten(const SharedPrivateModel& model, const Teacher& teacher);

/// What a teacher's weights `w` on z1 say of its targets: E[t | z2] = vᵀz2, and a factor C of the
/// covariance of the noises (e, h) = (y − s, t − vᵀz2), 2q × r with r ≤ 2q.
struct TargetLaw {
  Eigen::MatrixXd v;
  Eigen::MatrixXd noise;
};
TargetLaw target_law(const WhitenedModel& model, const Eigen::MatrixXd& w);

/// C with CCᵀ = m for a positive semidefinite m, D × rank. Eigenvalues within rounding of the
/// `scale` (a variance for each row, of what m was computed from) count as 0.
Eigen::MatrixXd semidefinite_factor(const Eigen::MatrixXd& m, const Eigen::VectorXd& scale);

}  // namespace cch::detail
