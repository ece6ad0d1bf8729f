#include "estimators/cca/principal_components.hpp"

#include <algorithm>
#include <cmath>

#include "cch/core/random.hpp"
#include "estimators/classifiers/tall_products.hpp"
#include "estimators/linalg/dense.hpp"
#include "estimators/linalg/orthonormal.hpp"
#include "estimators/linalg/symmetric.hpp"
#include "estimators/math.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

constexpr Index kLargestExact = 200;
constexpr double kNegligibleVariance = 1e-10;

MatrixXd exact_scores(const MatrixMap& x, const RowVectorXd& mean, Index q) {
  const MatrixXd centred = x.rowwise() - mean;
  const SymmetricEigen solver = symmetric_eigen(gram(centred));
  return product(centred, solver.vectors.rightCols(q).rowwise().reverse().eval());
}

// Columns that span those of m, of equal length and at right angles in single precision.
MatrixXf orthonormal(const MatrixXf& m) {
  return householder_q(m, m.cols());
}

MatrixXd randomised_scores(MatrixView x, const RowVectorXd& mean, Index q, std::uint64_t seed,
                           const Execution& exec) {
  constexpr Index kOversampling = 10;
  constexpr int kIterations = 4;
  const CentredRows rows{x, mean};
  const auto n = static_cast<Index>(x.rows());
  const auto d = static_cast<Index>(x.cols());
  const Index width = std::min({q + kOversampling, n, d});
  Random random(derive_seed(seed, "randomised-pca"));
  MatrixXf directions(d, width);
  for (Index i = 0; i < directions.size(); ++i) {
    directions.data()[i] = static_cast<float>(random.normal());
  }
  MatrixXf range;
  for (int i = 0; i <= kIterations; ++i) {
    range = orthonormal(tall_times(rows, directions, exec));
    directions = transposed_times(rows, range, exec);
    if (i < kIterations) directions = orthonormal(directions);
  }
  const MatrixXd last = directions.cast<double>();
  const SymmetricEigen solver = symmetric_eigen(gram(last));
  const VectorXd variances = solver.values.reverse().cwiseMax(0.0);
  const MatrixXd rotated =
      product(range.cast<double>().eval(), solver.vectors.rowwise().reverse().eval());
  return (rotated * variances.cwiseSqrt().asDiagonal()).leftCols(std::min(q, width));
}

}  // namespace

MatrixXd principal_components(MatrixView view, std::size_t components, std::uint64_t seed,
                              const Execution& exec) {
  const MatrixMap x = as_eigen(view);
  const RowVectorXd mean = x.colwise().mean();
  const Index q = std::min({static_cast<Index>(components), x.cols(), x.rows()});
  MatrixXd scores = x.cols() <= kLargestExact ? exact_scores(x, mean, q)
                                              : randomised_scores(view, mean, q, seed, exec);
  const double n = static_cast<double>(x.rows());
  Index kept = 0;
  double largest = 0.0;
  for (Index j = 0; j < scores.cols(); ++j) {
    scores.col(j).array() -= scores.col(j).mean();
    const double variance = scores.col(j).squaredNorm() / n;
    largest = std::max(largest, variance);
    if (variance <= kNegligibleVariance * largest || variance == 0.0) break;
    scores.col(j) /= std::sqrt(variance);
    ++kept;
  }
  return scores.leftCols(kept);
}

MatrixXd principal_components(MatrixView x, std::size_t components, std::uint64_t seed) {
  Execution serial;
  serial.threads = 1;
  return principal_components(x, components, seed, serial);
}

}  // namespace cch::detail
