// Canonical pairs: the singular values that they come from against matrices built from known ones,
// and the pairs against the definition of canonical correlations.

#include "estimators/cca/canonical_pairs.hpp"

#include <vector>

#include "cch/core/random.hpp"
#include "estimators/cca/one_sided_jacobi.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Singular values are known to a few units in the last place of the largest, which is 1.
constexpr double kLastPlaces = 1e-14;

MatrixXd normal_matrix(Index rows, Index cols, Random& random) {
  MatrixXd m(rows, cols);
  for (Index j = 0; j < cols; ++j) {
    for (Index i = 0; i < rows; ++i) m(i, j) = random.normal();
  }
  return m;
}

// Turns the rows of m by as many random reflections as it has rows.
void turn(MatrixXd& m, Random& random) {
  for (Index count = 0; count < m.rows(); ++count) {
    const VectorXd v = normal_matrix(m.rows(), 1, random).col(0).normalized();
    const Eigen::RowVectorXd along = v.transpose() * m;
    for (Index i = 0; i < m.rows(); ++i) m.row(i) -= 2.0 * v(i) * along;
  }
}

double off_identity(const MatrixXd& m) {
  double worst = 0.0;
  for (Index i = 0; i < m.cols(); ++i) {
    for (Index j = 0; j < m.cols(); ++j) {
      worst = std::max(worst, std::abs(m.col(i).dot(m.col(j)) - (i == j ? 1.0 : 0.0)));
    }
  }
  return worst;
}

void check_decomposition(Index rows, Index cols, const std::vector<double>& sigma) {
  Random random(11);
  MatrixXd a = MatrixXd::Zero(rows, cols);
  for (std::size_t j = 0; j < sigma.size(); ++j) {
    a(static_cast<Index>(j), static_cast<Index>(j)) = sigma[j];
  }
  turn(a, random);
  a.transposeInPlace();
  turn(a, random);
  a.transposeInPlace();
  const detail::SingularValues svd = detail::one_sided_jacobi(a);
  const Index r = std::min(rows, cols);
  REQUIRE(svd.u.cols() == r);
  REQUIRE(svd.v.cols() == r);
  for (Index j = 0; j < r; ++j) {
    CHECK(std::abs(svd.sigma(j) - sigma[static_cast<std::size_t>(j)]) < kLastPlaces);
  }
  CHECK(off_identity(svd.u) < kLastPlaces * static_cast<double>(r));
  CHECK(off_identity(svd.v) < kLastPlaces * static_cast<double>(r));
  MatrixXd rebuilt = MatrixXd::Zero(rows, cols);
  for (Index j = 0; j < r; ++j) {
    for (Index i = 0; i < cols; ++i) rebuilt.col(i) += svd.sigma(j) * svd.v(i, j) * svd.u.col(j);
  }
  CHECK((rebuilt - a).cwiseAbs().maxCoeff() < kLastPlaces * static_cast<double>(r));
}

TEST_CASE("singular values of matrices built from known ones: near 1, near 0, equal and none") {
  check_decomposition(5, 5, {1.0, 1.0 - 1e-12, 0.5, 1e-9, 1e-13});
  check_decomposition(9, 4, {1.0, 0.7, 0.7, 0.7});
  check_decomposition(4, 9, {1.0, 0.3, 0.0, 0.0});
  check_decomposition(6, 6, {0.0, 0.0, 0.0, 0.0, 0.0, 0.0});
  check_decomposition(1, 3, {0.25});
  std::vector<double> falling;
  for (int j = 0; j < 40; ++j) falling.push_back(std::pow(0.6, j));
  check_decomposition(64, 40, falling);
}

// What defines canonical variates: unit variances, each uncorrelated with all others but its
// partner, with which it has ρ. The fit adds 1e-6 to the variances, so that is how exact it is.
void check_pairs(const MatrixXd& x, const MatrixXd& y) {
  const detail::CanonicalPairs pairs = detail::fit_canonical_pairs(x, y);
  const MatrixXd u = pairs.project_x(x);
  const MatrixXd v = pairs.project_y(y);
  const auto n = static_cast<double>(x.rows());
  constexpr double kAdded = 1e-5;  // 1e-6 over the smallest variance of these directions, .1
  for (Index i = 0; i < u.cols(); ++i) {
    for (Index j = 0; j < u.cols(); ++j) {
      const double same = i == j ? 1.0 : 0.0;
      CHECK(std::abs(u.col(i).dot(u.col(j)) / n - same) < kAdded);
      CHECK(std::abs(v.col(i).dot(v.col(j)) / n - same) < kAdded);
      CHECK(std::abs(u.col(i).dot(v.col(j)) / n - same * pairs.rho(i)) < kAdded);
    }
    if (i > 0) CHECK(pairs.rho(i) <= pairs.rho(i - 1));
  }
}

TEST_CASE("canonical pairs are what defines them, for correlations near 1 and near 0") {
  Random random(5);
  const MatrixXd x = normal_matrix(400, 4, random);
  MatrixXd y = normal_matrix(400, 3, random);
  y.col(0) = x.col(2) + 1e-3 * y.col(0);  // ρ = 1 − 5e-7
  y.col(1) = 0.5 * x.col(0) + y.col(1);
  check_pairs(x, y);
  const detail::CanonicalPairs pairs = detail::fit_canonical_pairs(x, y);
  CHECK(pairs.rho(0) > 1.0 - 1e-5);
  CHECK(pairs.rho(0) < 1.0);
  CHECK(pairs.rho(2) < 0.2);  // independent columns; the largest of 4 chance correlations of 1/√400
}

TEST_CASE("collinear and constant columns leave the canonical correlations as they are") {
  Random random(6);
  const MatrixXd x = normal_matrix(300, 2, random);
  MatrixXd y = normal_matrix(300, 2, random);
  y.col(0) += x.col(0);
  MatrixXd wide(300, 4);
  wide << x, x.col(0) + x.col(1), VectorXd::Constant(300, 7.0);
  const VectorXd plain = detail::fit_canonical_pairs(x, y).rho;
  const VectorXd more = detail::fit_canonical_pairs(wide, y).rho;
  constexpr double kAdded = 1e-5;
  for (Index j = 0; j < 2; ++j) CHECK(std::abs(more(j) - plain(j)) < kAdded);
}

}  // namespace
}  // namespace cch
