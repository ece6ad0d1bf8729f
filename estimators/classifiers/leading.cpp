#include "estimators/classifiers/leading.hpp"

#include <algorithm>

#include "cch/core/random.hpp"
#include "estimators/classifiers/tall_products.hpp"
#include "estimators/classifiers/training.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "estimators/linalg/dense.hpp"
#include "estimators/linalg/symmetric.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;

/// Columns carried beyond those asked for, and rounds: the leading components, which matter, are
/// then right to many digits, and the last ones need not be.
constexpr Index kSpare = 10;
constexpr int kRounds = 4;
/// Rounds on a matrix itself; each squares the ratio of two singular values twice.
constexpr int kRightRounds = 2;
/// Rows or columns up to which all products are cheaper than the rounds.
constexpr Index kLargestExact = 1024;
/// Components whose variance is below this share of the first are rounding noise in single
/// precision.
constexpr double kNegligible = 1e-6;

MatrixXf start(Index rows, Index cols) {
  Random random(1);
  MatrixXf q(rows, cols);
  for (Index i = 0; i < q.size(); ++i) q.data()[i] = static_cast<float>(random.normal());
  return q;
}

/// The factor of a Gram matrix whose smallest eigenvalues may be negative by rounding: the first
/// shift that makes it positive definite (Fukaya et al. 2020, shifted Cholesky QR).
Cholesky shifted_cholesky(const MatrixXd& gram) {
  double shift = 1e-7 * gram.trace() / static_cast<double>(gram.rows());
  for (;; shift *= 10.0) {
    Cholesky factor(gram + shift * MatrixXd::Identity(gram.rows(), gram.cols()));
    if (factor.positive_definite() || !(shift < gram.trace())) return factor;
  }
}

/// Orthonormal columns that span those of a (Cholesky QR; the columns of a lie near orthogonal).
MatrixXf orthonormal_columns(const MatrixXf& a) {
  const Cholesky factor = shifted_cholesky(scatter_of(a));
  const MatrixXd inverse = factor.solve_lower(MatrixXd::Identity(a.cols(), a.cols()));
  return product(a, inverse.cast<float>().transpose().eval());
}

MatrixXf orthonormal(const MatrixXf& a) {
  return orthonormal_columns(orthonormal_columns(a));
}

Index count_useful(const Eigen::VectorXd& ascending, Index most) {
  const Index d = ascending.size();
  const double floor = kNegligible * ascending(d - 1);
  Index q = 0;
  while (q < std::min(most, d) && ascending(d - 1 - q) > floor) ++q;
  return std::max<Index>(q, 1);
}

/// Right singular vectors σ_j⁻¹ Zᵀu_j from left ones.
Spectrum from_left(const Spectrum& left, const MatrixXf& right_products) {
  Spectrum out{left.values, right_products};
  const Eigen::ArrayXd sigma = left.values.cwiseMax(0.0).cwiseSqrt();
  out.vectors.array().rowwise() /= sigma.cwiseMax(1e-30).cast<float>().transpose();
  return out;
}

Spectrum useful(const Spectrum& all, Index most) {
  const Index q = count_useful(all.values, most);
  return {all.values.tail(q), all.vectors.rightCols(q)};
}

Spectrum exact_right(const MatrixXf& z, Index most, const Execution& exec) {
  if (z.cols() <= z.rows()) return useful(leading(scatter_of(z), std::min(most, z.cols())), most);
  const MatrixXf transposed = z.transpose();
  const Spectrum left = useful(leading(scatter_of(transposed), std::min(most, z.rows())), most);
  return from_left(left, tall_times(transposed, left.vectors, exec));
}

Spectrum randomised_right(const MatrixXf& z, Index most, const Execution& exec) {
  MatrixXf directions = start(z.cols(), std::min(most + kSpare, std::min(z.rows(), z.cols())));
  MatrixXf range;
  for (int round = 0; round < kRightRounds; ++round) {
    if (round > 0) directions = orthonormal(directions);
    range = orthonormal(tall_times(z, directions, exec));
    directions = transposed_times(z, range, exec);
  }
  const SymmetricEigen eigen = symmetric_eigen(scatter_of(directions));
  const Spectrum left = useful({eigen.values, eigen.vectors.cast<float>()}, most);
  return from_left(left, tall_times(directions, left.vectors, exec));
}

}  // namespace

Spectrum leading(const MatrixXd& matrix, Index most) {
  const Index d = matrix.rows();
  if (d <= 2 * (most + kSpare)) {
    const SymmetricEigen eigen = symmetric_eigen(matrix);
    return {eigen.values.tail(most), eigen.vectors.rightCols(most).cast<float>()};
  }
  const MatrixXf c = (matrix / matrix.diagonal().maxCoeff()).cast<float>();
  MatrixXf q = start(d, most + kSpare);
  for (int round = 0; round < kRounds; ++round) q = orthonormal(product(c, q));
  const MatrixXd ritz = product(q.transpose(), product(c, q)).cast<double>();
  const SymmetricEigen eigen = symmetric_eigen(ritz);
  return {eigen.values.tail(most) * matrix.diagonal().maxCoeff(),
          product(q, eigen.vectors.rightCols(most).cast<float>().eval())};
}

Spectrum leading_right(const MatrixXf& z, Index most, const Execution& exec) {
  return std::min(z.rows(), z.cols()) <= kLargestExact ? exact_right(z, most, exec)
                                                       : randomised_right(z, most, exec);
}

}  // namespace cch::detail
