#include "gaussian/whitened_model.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <vector>

#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/symmetric.hpp"
#include "gaussian/eigen.hpp"
#include "gaussian/model_parts.hpp"
#include "gaussian/moments.hpp"

namespace cch::detail {
namespace {

/// Differences of variances are off by some units in the last place of these variances.
constexpr double kRoundingUnits = 16.0;

bool is_fixed(const Teacher& teacher) {
  return std::holds_alternative<OptimalTeacher>(teacher) ||
         std::holds_alternative<GivenTeacher>(teacher);
}

/// Standard deviations of a modality's columns, and their covariances with y over them.
struct Columns {
  Eigen::VectorXd sd;
  Eigen::MatrixXd to_y;
};

Columns columns_of(const SharedPrivateModel& m, std::size_t p, const std::vector<double>& own,
                   double noise) {
  Columns out{Eigen::VectorXd::Constant(index(p), noise), Eigen::MatrixXd::Zero(index(p), 1)};
  std::vector<double> weights = m.a;
  weights.insert(weights.end(), own.begin(), own.end());
  for (std::size_t j = 0; j < weights.size(); ++j) {
    out.sd(index(j)) = std::sqrt(1.0 + squared(noise));
    out.to_y(index(j), 0) = weights[j] / out.sd(index(j));
  }
  for (std::size_t j = 0; j < m.nuisance; ++j) {
    out.sd(index(weights.size() + j)) = std::hypot(m.nuisance_size, noise);
  }
  return out;
}

Eigen::SparseMatrix<double> cross_of(const SharedPrivateModel& m, const Columns& one,
                                     const Columns& two) {
  std::vector<Eigen::Triplet<double>> entries;
  auto share = [&](std::size_t i, std::size_t j, double variance) {
    entries.emplace_back(static_cast<int>(i), static_cast<int>(j),
                         variance / (one.sd(index(i)) * two.sd(index(j))));
  };
  for (std::size_t j = 0; j < m.a.size(); ++j) share(j, j, 1.0);
  for (std::size_t j = 0; j < m.nuisance; ++j) {
    share(m.a.size() + m.b.size() + j, m.a.size() + m.d.size() + j, squared(m.nuisance_size));
  }
  Eigen::SparseMatrix<double> out(one.sd.size(), two.sd.size());
  out.setFromTriplets(entries.begin(), entries.end());
  return out;
}

}  // namespace

WhitenedModel whiten(const JointGaussian& joint, const Teacher& teacher,
                     const ModalityBlocks& blocks, StudentAxes axes) {
  const ModalityCovariance cov = modality_covariance(joint, blocks);
  const Cholesky l1(cov.s11);
  WhitenedModel out;
  out.y1 = l1.solve_lower(cov.s1y);
  out.syy = cov.syy;
  const Eigen::MatrixXd half = l1.solve_lower(cov.s12);
  if (axes == StudentAxes::principal) {
    const SymmetricEigen eigen = symmetric_eigen(cov.s22);
    out.variances = eigen.values;
    const Eigen::MatrixXd whitening =
        eigen.vectors * out.variances.cwiseSqrt().cwiseInverse().asDiagonal();
    out.y2 = whitening.transpose() * cov.s2y;
    out.cross = Eigen::MatrixXd(half * whitening).sparseView();
  } else {
    const Cholesky l2(cov.s22);
    out.y2 = l2.solve_lower(cov.s2y);
    const Eigen::MatrixXd whole = l2.solve_lower(half.transpose());
    out.cross = Eigen::MatrixXd(whole.transpose()).sparseView();
  }
  if (const auto* given = std::get_if<GivenTeacher>(&teacher)) {
    check_teacher_shape(given->weights, static_cast<std::size_t>(out.d1()),
                        static_cast<std::size_t>(out.q()));
    out.fixed = l1.upper_times(to_eigen(given->weights));
  } else if (is_fixed(teacher)) {
    out.fixed = out.y1;
  }
  return out;
}

WhitenedModel whiten(const SharedPrivateModel& model, const Teacher& teacher) {
  check_model(model);
  check_columns_vary(model);
  const Columns one = columns_of(model, model.p1(), model.b, model.teacher_noise);
  const Columns two = columns_of(model, model.p2(), model.d, model.student_noise);
  WhitenedModel out;
  out.cross = cross_of(model, one, two);
  out.y1 = one.to_y;
  out.y2 = two.to_y;
  out.variances = two.sd.cwiseAbs2();
  out.syy = Eigen::MatrixXd::Constant(1, 1,
                                      dot(model.a, model.a) + dot(model.b, model.b) +
                                          dot(model.d, model.d) + squared(model.label_noise));
  if (const auto* given = std::get_if<GivenTeacher>(&teacher)) {
    check_teacher_shape(given->weights, model.p1(), 1);
    out.fixed = one.sd.asDiagonal() * to_eigen(given->weights);
  } else if (is_fixed(teacher)) {
    out.fixed = out.y1;
  }
  return out;
}

Eigen::MatrixXd semidefinite_factor(const Eigen::MatrixXd& m, const Eigen::VectorXd& scale) {
  // Units must not decide what is rounding.
  const Eigen::VectorXd sd =
      (scale.array() > 0.0).select(scale.array().sqrt(), 1.0).matrix().eval();
  const Eigen::VectorXd inverse = sd.cwiseInverse();
  const SymmetricEigen eigen = symmetric_eigen(inverse.asDiagonal() * m * inverse.asDiagonal());
  const double rounding =
      kRoundingUnits * static_cast<double>(m.rows()) * std::numeric_limits<double>::epsilon();
  Eigen::Index rank = 0;
  while (rank < m.rows() && eigen.values(m.rows() - 1 - rank) > rounding) ++rank;
  return sd.asDiagonal() * eigen.vectors.rightCols(rank) *
         eigen.values.tail(rank).cwiseSqrt().asDiagonal();
}

TargetLaw target_law(const WhitenedModel& model, const Eigen::MatrixXd& w) {
  const Eigen::Index q = model.q();
  TargetLaw out;
  out.v = model.cross.transpose() * w;
  const Eigen::MatrixXd var_t = w.transpose() * w;
  Eigen::MatrixXd cov(2 * q, 2 * q);
  cov.topLeftCorner(q, q) = model.syy - model.y2.transpose() * model.y2;
  cov.topRightCorner(q, q) = model.y1.transpose() * w - model.y2.transpose() * out.v;
  cov.bottomLeftCorner(q, q) = cov.topRightCorner(q, q).transpose();
  cov.bottomRightCorner(q, q) = var_t - out.v.transpose() * out.v;
  Eigen::VectorXd scale(2 * q);
  scale << model.syy.diagonal(), var_t.diagonal();
  out.noise = semidefinite_factor(cov, scale);
  return out;
}

}  // namespace cch::detail
