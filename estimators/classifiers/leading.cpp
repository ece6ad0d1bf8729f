#include "estimators/classifiers/leading.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "cch/core/random.hpp"
#include "estimators/classifiers/training.hpp"

namespace cch::detail {
namespace {

/// Columns carried beyond those asked for, and rounds: the leading components, which matter, are
/// then right to many digits, and the last ones need not be.
constexpr Eigen::Index kSpare = 10;
constexpr int kRounds = 4;

/// Orthonormal columns that span those of a (Cholesky QR; the columns of a lie near orthogonal).
Eigen::MatrixXf orthonormal_columns(const Eigen::MatrixXf& a) {
  const Eigen::MatrixXd gram = scatter_of(a);
  const double jitter = 1e-7 * gram.trace() / static_cast<double>(gram.rows());
  const Eigen::LLT<Eigen::MatrixXd> llt(
      gram + jitter * Eigen::MatrixXd::Identity(gram.rows(), gram.cols()));
  const Eigen::MatrixXf factor = llt.matrixL().toDenseMatrix().cast<float>();
  return factor.triangularView<Eigen::Lower>().solve(a.transpose()).transpose();
}

}  // namespace

Spectrum leading(const Eigen::MatrixXd& matrix, Eigen::Index most) {
  const Eigen::Index d = matrix.rows();
  if (d <= 2 * (most + kSpare)) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(matrix);
    return {eigen.eigenvalues().tail(most), eigen.eigenvectors().rightCols(most).cast<float>()};
  }
  const Eigen::MatrixXf c = (matrix / matrix.diagonal().maxCoeff()).cast<float>();
  Random random(1);
  Eigen::MatrixXf q(d, most + kSpare);
  for (Eigen::Index i = 0; i < q.size(); ++i) q.data()[i] = static_cast<float>(random.normal());
  for (int round = 0; round < kRounds; ++round) q = orthonormal_columns(orthonormal_columns(c * q));
  const Eigen::MatrixXd ritz = (q.transpose() * (c * q)).cast<double>();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(ritz);
  return {eigen.eigenvalues().tail(most) * matrix.diagonal().maxCoeff(),
          q * eigen.eigenvectors().rightCols(most).cast<float>()};
}

}  // namespace cch::detail
