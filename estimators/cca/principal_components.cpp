#include "estimators/cca/principal_components.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "cch/core/random.hpp"
#include "estimators/math.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

constexpr Index kLargestExact = 200;
constexpr double kNegligibleVariance = 1e-10;

MatrixXd exact_scores(const MatrixMap& x, const RowVectorXd& mean, Index q) {
  const MatrixXd centred = x.rowwise() - mean;
  MatrixXd covariance = MatrixXd::Zero(x.cols(), x.cols());
  covariance.selfadjointView<Eigen::Lower>().rankUpdate(centred.transpose());
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance);
  return centred * solver.eigenvectors().rightCols(q).rowwise().reverse();
}

MatrixXd orthonormal(const MatrixXd& m) {
  const Eigen::HouseholderQR<MatrixXd> qr(m);
  return qr.householderQ() * MatrixXd::Identity(m.rows(), m.cols());
}

MatrixXd randomised_scores(const MatrixMap& x, const RowVectorXd& mean, Index q,
                           std::uint64_t seed) {
  constexpr Index kOversampling = 10;
  constexpr int kIterations = 4;
  const Index width = std::min({q + kOversampling, x.rows(), x.cols()});
  Random random(derive_seed(seed, "randomised-pca"));
  MatrixXd directions(x.cols(), width);
  for (Index j = 0; j < width; ++j) {
    for (Index i = 0; i < x.cols(); ++i) directions(i, j) = random.normal();
  }
  MatrixXd range;
  for (int i = 0; i <= kIterations; ++i) {
    range = orthonormal((x * directions).rowwise() - mean * directions);
    directions = x.transpose() * range - mean.transpose() * range.colwise().sum();
    if (i < kIterations) directions = orthonormal(directions);
  }
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(directions.transpose() * directions);
  const VectorXd variances = solver.eigenvalues().reverse().cwiseMax(0.0);
  const MatrixXd rotated = range * solver.eigenvectors().rowwise().reverse();
  return (rotated * variances.cwiseSqrt().asDiagonal()).leftCols(std::min(q, width));
}

}  // namespace

MatrixXd principal_components(MatrixView view, std::size_t components, std::uint64_t seed) {
  const MatrixMap x = as_eigen(view);
  const RowVectorXd mean = x.colwise().mean();
  const Index q = std::min({static_cast<Index>(components), x.cols(), x.rows()});
  MatrixXd scores =
      x.cols() <= kLargestExact ? exact_scores(x, mean, q) : randomised_scores(x, mean, q, seed);
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

}  // namespace cch::detail
