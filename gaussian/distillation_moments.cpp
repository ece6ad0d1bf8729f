#include "cch/gaussian/distillation_moments.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <string>

#include "cch/core/error.hpp"
#include "cch/gaussian/distillation_risk.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "gaussian/eigen.hpp"
#include "gaussian/moments.hpp"

namespace cch {
namespace detail {
namespace {

/// L⁻¹ m for s = L Lᵀ: inner products of such columns are mᵀ s⁻¹ m.
Eigen::MatrixXd whitened(const Eigen::MatrixXd& s, const Eigen::MatrixXd& m) {
  return Cholesky(s).solve_lower(m);
}

double squared(const Eigen::MatrixXd& m) {
  return m.squaredNorm();
}

Eigen::MatrixXd optimal_weights(const ModalityCovariance& cov) {
  return Cholesky(cov.s11).solve(cov.s1y);
}

FitErrors fit_errors_of(const ModalityCovariance& cov, std::size_t rows, bool intercept) {
  const double ve1 = cov.syy.trace() - squared(whitened(cov.s11, cov.s1y));
  const Eigen::MatrixXd cross = whitened(cov.s11, cov.s12);
  const double m = squared(whitened(cov.s22, cross.transpose()));
  return fit_errors(ve1, m, static_cast<std::size_t>(cov.s11.rows()), rows, intercept);
}

}  // namespace

void refuse_dependent_teacher() {
  refuse_usage("dependent-teacher",
               "no formula covers a teacher that is fitted on the student's own rows",
               "its errors depend on the student's, in-sample and cross-fitted alike",
               "Simulate it (simulate_risk), or give the teacher fresh rows");
}

void check_teacher_shape(const Matrix& weights, std::size_t d1, std::size_t outputs) {
  if (weights.rows() == d1 && weights.cols() == outputs) return;
  refuse_usage("teacher-shape",
               "the teacher's weights are " + std::to_string(weights.rows()) + " × " +
                   std::to_string(weights.cols()),
               "x1 has " + std::to_string(d1) + " columns and y has " + std::to_string(outputs),
               "Give one row for each column of x1 and one column for each of y");
}

FitErrors fit_errors(double ve1, double m, std::size_t d1, std::size_t rows, bool intercept) {
  const double factor = excess_noise_factor(d1, {rows, intercept});
  const auto columns = static_cast<double>(d1);
  // m is the share of x1's D1 directions that x2 predicts.
  const double slope = 1.0 / static_cast<double>(rows - d1 - (intercept ? 2 : 1));
  // The error of the intercept is one number for all rows, so it belongs to B.
  const double constant = intercept ? factor - slope * columns : 0.0;
  return {ve1 * (slope * m + constant), ve1 * slope * (columns - m)};
}

Eigen::MatrixXd mean_weights(const ModalityCovariance& cov, const Teacher& teacher) {
  if (std::holds_alternative<StudentRowsTeacher>(teacher)) refuse_dependent_teacher();
  const auto* given = std::get_if<GivenTeacher>(&teacher);
  if (!given) return optimal_weights(cov);
  check_teacher_shape(given->weights, static_cast<std::size_t>(cov.s1y.rows()),
                      static_cast<std::size_t>(cov.s1y.cols()));
  return to_eigen(given->weights);
}

ModalityCovariance modality_covariance(const JointGaussian& joint, const ModalityBlocks& blocks) {
  auto part = [&](const BlockNames& a, const BlockNames& b) {
    return to_eigen(joint.covariance(a, b));
  };
  return {part(blocks.teacher, blocks.teacher), part(blocks.teacher, blocks.student),
          part(blocks.student, blocks.student), part(blocks.teacher, blocks.label),
          part(blocks.student, blocks.label),   part(blocks.label, blocks.label)};
}

DistillationMoments moments_of(const ModalityCovariance& cov, const Teacher& teacher,
                               bool intercept) {
  const Eigen::MatrixXd w1 = mean_weights(cov, teacher);
  const auto* fresh = std::get_if<FreshRowsTeacher>(&teacher);
  const FitErrors errors = fresh ? fit_errors_of(cov, fresh->rows, intercept) : FitErrors{};
  const Cholesky factor(cov.s22);
  // s and vᵀx2 in coordinates in which x2 has unit covariance.
  const Eigen::MatrixXd s = factor.solve_lower(cov.s2y);
  const Eigen::MatrixXd v = factor.solve_lower(cov.s12.transpose() * w1);
  DistillationMoments out;
  out.p = static_cast<std::size_t>(cov.s22.rows());
  out.outputs = static_cast<std::size_t>(cov.syy.rows());
  out.vs = squared(s);
  out.ve = cov.syy.trace() - out.vs;
  out.vh = (w1.transpose() * cov.s11 * w1).trace() - squared(v) + errors.vh;
  out.b = squared(v - s) + errors.b;
  const double cov_ts = s.cwiseProduct(v).sum();
  out.c = w1.cwiseProduct(cov.s1y).sum() - cov_ts;
  out.beta_s = out.vs > 0.0 ? cov_ts / out.vs : 0.0;
  return out;
}

}  // namespace detail

DistillationMoments scaled(const DistillationMoments& moments, double teacher_scale) {
  if (!std::isfinite(teacher_scale)) {
    refuse_usage("bad-scale", "the teacher's scale is not finite", {}, "Give a number");
  }
  DistillationMoments out = moments;
  const double g = teacher_scale;
  out.beta_s = g * moments.beta_s;
  out.c = g * moments.c;
  out.vh = g * g * moments.vh;
  // A variance: it is below 0 by rounding only, where t has nothing of x2 beside s.
  const double beside = std::max(0.0, moments.beside());
  out.b = g * g * beside + (1.0 - out.beta_s) * (1.0 - out.beta_s) * moments.vs;
  return out;
}

DistillationMoments distillation_moments(const JointGaussian& joint, const Teacher& teacher,
                                         bool intercept, const ModalityBlocks& blocks) {
  return detail::moments_of(detail::modality_covariance(joint, blocks), teacher, intercept);
}

}  // namespace cch
