#include "cch/gaussian/joint_gaussian.hpp"

#include <Eigen/SVD>
#include <cmath>
#include <limits>
#include <numbers>

#include "tests/gaussian/models.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using test::Dims;
using test::kRounding;
using test::near;
using test::to_matrix;

/// A change of basis costs as many digits as its condition number has; the random ones here stay
/// below 1e5.
constexpr double kBasis = 1e-9;

JointGaussian pair(double rho, double sd_x = 1.0, double sd_y = 1.0) {
  const double c = rho * sd_x * sd_y;
  return JointGaussian::from(Matrix(2, 2, {sd_x * sd_x, c, c, sd_y * sd_y}), {{"x", 1}, {"y", 1}});
}

/// −½ Σ ln(1 − ρ_i²) over the canonical correlations, the singular values of Σ_aa^-½ Σ_ab Σ_bb^-½.
double canonical_information(const Eigen::MatrixXd& sigma, Eigen::Index da, Eigen::Index db) {
  const Eigen::MatrixXd la = sigma.topLeftCorner(da, da).llt().matrixL();
  const Eigen::MatrixXd lb = sigma.block(da, da, db, db).llt().matrixL();
  const Eigen::MatrixXd half =
      la.triangularView<Eigen::Lower>().solve(sigma.block(0, da, da, db)).transpose();
  const Eigen::MatrixXd m = lb.triangularView<Eigen::Lower>().solve(half);
  const Eigen::ArrayXd rho = Eigen::JacobiSVD<Eigen::MatrixXd>(m).singularValues();
  return -0.5 * (1.0 - rho.square()).log().sum();
}

std::string refusal(const Matrix& m, std::vector<GaussianBlock> blocks) {
  try {
    JointGaussian::from(m, std::move(blocks));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("joint Gaussian: information of two scalars is −½ ln(1 − ρ²), whatever their units") {
  for (const double rho : {-0.999, -0.6, 0.0, 1e-3, 0.3, 0.6, 0.999}) {
    const double truth = -0.5 * std::log1p(-rho * rho);
    CHECK(near(pair(rho).information({"x"}, {"y"}), truth, kRounding));
    CHECK(near(pair(rho, 1e-6, 1e6).information({"x"}, {"y"}), truth, kRounding));
  }
}

TEST_CASE("joint Gaussian: entropies of scalars") {
  const double sd = 0.01;
  const double truth = 0.5 * std::log(2.0 * std::numbers::pi * std::numbers::e * sd * sd);
  CHECK(near(pair(0.6, sd).entropy({"x"}), truth, kRounding));
  CHECK(truth < 0.0);  // a density above 1 has a negative entropy
  CHECK(near(pair(0.6, sd).entropy({"x"}, {"y"}), truth + 0.5 * std::log(1.0 - 0.36), kRounding));
}

TEST_CASE("joint Gaussian: vectors agree with canonical correlations, in any block order") {
  Random random(1);
  for (std::size_t d = 1; d <= 12; ++d) {
    const Dims dims{d, 13 - d, 3};
    const Eigen::MatrixXd sigma = test::random_covariance(dims.all(), random);
    const auto joint = JointGaussian::from(to_matrix(sigma), test::blocks_of(dims));
    const auto first = static_cast<Eigen::Index>(d);
    const auto second = static_cast<Eigen::Index>(13 - d);
    CHECK(near(joint.information({"x1"}, {"x2"}), canonical_information(sigma, first, second),
               kRounding));
    CHECK(near(joint.information({"x2", "x1"}, {"y"}), canonical_information(sigma, 13, 3),
               kRounding));
    CHECK(near(joint.information({"y"}, {"x1", "x2"}), joint.information({"x1", "x2"}, {"y"}),
               kRounding));
  }
}

TEST_CASE("joint Gaussian: conditional information three ways, and the chain rule") {
  Random random(2);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const JointGaussian g = test::random_joint({3, 4, 2}, random);
    const double value = g.information({"x1"}, {"x2"}, {"y"});
    const JointGaussian given = g.conditional({"x1", "x2"}, {"y"});
    CHECK(near(value, given.information({"x1"}, {"x2"}), kRounding));
    CHECK(near(value, g.entropy({"x1"}, {"y"}) - g.entropy({"x1"}, {"x2", "y"}), kRounding));
    CHECK(
        near(g.information({"x1"}, {"x2", "y"}), g.information({"x1"}, {"y"}) + value, kRounding));
    CHECK(near(given.entropy({"x2"}), g.entropy({"x2"}, {"y"}), kRounding));
    CHECK(near(g.marginal({"y", "x1"}).information({"x1"}, {"y"}), g.information({"x1"}, {"y"}),
               kRounding));
  }
}

TEST_CASE("joint Gaussian: information does not change with the basis of a block") {
  Random random(3);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const Dims dims{4, 6, 3};
    const Eigen::MatrixXd sigma = test::random_covariance(dims.all(), random);
    Eigen::MatrixXd basis = Eigen::MatrixXd::Zero(13, 13);
    basis.topLeftCorner(4, 4) = 1e3 * test::random_matrix(4, 4, random);
    basis.block(4, 4, 6, 6) = test::random_matrix(6, 6, random);
    basis.bottomRightCorner(3, 3) = 1e-4 * test::random_matrix(3, 3, random);
    const Eigen::MatrixXd changed = basis * sigma * basis.transpose();
    const auto before = JointGaussian::from(to_matrix(sigma), test::blocks_of(dims));
    const auto after = JointGaussian::from(to_matrix(changed), test::blocks_of(dims));
    CHECK(near(before.information({"x1"}, {"x2"}), after.information({"x1"}, {"x2"}), kBasis));
    CHECK(near(before.information({"x1"}, {"y"}, {"x2"}), after.information({"x1"}, {"y"}, {"x2"}),
               kBasis));
  }
}

TEST_CASE(
    "joint Gaussian: the residual of a regression is uncorrelated with what it was made from") {
  Random random(4);
  const JointGaussian g = test::random_joint({5, 7, 2}, random);
  const Eigen::MatrixXd w = test::to_dense(g.regression({"y"}, {"x1", "x2"}));
  REQUIRE(w.rows() == 12);
  const Eigen::MatrixXd residual = test::to_dense(g.covariance({"x1", "x2"}, {"y"})) -
                                   test::to_dense(g.covariance({"x1", "x2"}, {"x1", "x2"})) * w;
  CHECK(residual.cwiseAbs().maxCoeff() < kRounding);
}

TEST_CASE("joint Gaussian: rows have the covariance") {
  Random random(5);
  const JointGaussian g = test::random_joint({2, 3, 1}, random);
  constexpr std::size_t kRows = 20000;
  const Eigen::MatrixXd rows = test::to_dense(g.sample(kRows, 7));
  const Eigen::MatrixXd sigma = test::to_dense(g.covariance());
  const Eigen::MatrixXd c = rows.transpose() * rows / static_cast<double>(kRows);
  for (Eigen::Index i = 0; i < 6; ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) {
      const double variance = sigma(i, i) * sigma(j, j) + sigma(i, j) * sigma(i, j);
      const double se = std::sqrt(variance / static_cast<double>(kRows));
      CHECK(test::within_sampling_error(c(i, j), sigma(i, j), se));
    }
  }
  auto distance = [&](std::uint64_t seed) {
    return (test::to_dense(g.sample(5, seed)) - rows.topRows(5)).cwiseAbs().maxCoeff();
  };
  CHECK(distance(7) < kRounding);
  CHECK(distance(8) > 0.1);
}

TEST_CASE("joint Gaussian: bad covariances are refused, each for its own reason") {
  const std::vector<GaussianBlock> two{{"a", 1}, {"b", 1}};
  auto code = [&](const Matrix& m, std::vector<GaussianBlock> blocks) {
    return test::fault_code([&] { JointGaussian::from(m, std::move(blocks)); });
  };
  CHECK(code(Matrix(2, 2, {1, .5, .5, 1}), two).empty());
  CHECK(code(Matrix(2, 1, {1, 2}), two) == "not-square");
  CHECK(code(Matrix(2, 2, {1, .5, .5, 1}), {{"a", 1}}) == "block-sizes");
  CHECK(code(Matrix(2, 2, {1, .5, .5, 1}), {}) == "block-sizes");
  CHECK(code(Matrix(2, 2, {1, .5, .5, 1}), {{"a", 2}, {"b", 0}}) == "bad-blocks");
  CHECK(code(Matrix(2, 2, {1, .5, .5, 1}), {{"a", 1}, {"a", 1}}) == "bad-blocks");
  CHECK(code(Matrix(2, 2, {1, .5, .4, 1}), two) == "asymmetric-covariance");
  CHECK(code(Matrix(2, 2, {1, NAN, NAN, 1}), two) == "non-finite-value");
  CHECK(code(Matrix(2, 2, {1, 0, 0, 0}), two) == "singular-covariance");
  CHECK(code(Matrix(2, 2, {1, 0, 0, -1}), two) == "indefinite-covariance");
  CHECK(code(Matrix(2, 2, {1, 1, 1, 1}), two) == "singular-covariance");
  CHECK(code(Matrix(2, 2, {1, 1.5, 1.5, 1}), two) == "indefinite-covariance");
}

TEST_CASE("joint Gaussian: the rounding of float32 is no asymmetry, and an error shows what is") {
  const std::vector<GaussianBlock> two{{"a", 1}, {"b", 1}};
  const double r = -0.667793961;
  const Matrix rounded(2, 2, {1.0000001, r, r + 2.4e-7, 1});
  CHECK(std::abs(largest_asymmetry(rounded) - 2.4e-7) < 1e-13);
  const JointGaussian g = JointGaussian::from(rounded, two);
  CHECK(g.covariance()(0, 1) == g.covariance()(1, 0));
  const double mean = r + 1.2e-7;
  const double truth = -0.5 * std::log1p(-mean * mean / 1.0000001);
  CHECK(std::abs(g.information({"a"}, {"b"}) - truth) < kRounding);
  try {
    JointGaussian::from(Matrix(2, 2, {1, r, r + 3e-6, 1}), two);
    FAIL("an asymmetry beyond rounding was taken");
  } catch (const Error& error) {
    const std::string where = error.faults().front().where;
    CHECK(error.faults().front().code == "asymmetric-covariance");
    CHECK(where.find("-0.667791") != std::string::npos);
    CHECK(where.find("-0.667794") != std::string::npos);
  }
}

TEST_CASE("joint Gaussian: an eigenvalue within the rounding of the entries is none") {
  const std::vector<GaussianBlock> two{{"a", 1}, {"b", 1}};
  const auto code = [&](double delta, double asymmetry, double error) {
    return test::fault_code([&] {
      JointGaussian::from(Matrix(2, 2, {1, 1 - delta, 1 - delta + asymmetry, 1}), two, "it", error);
    });
  };
  CHECK(code(1e-7, 0.0, 0.0).empty());
  CHECK(code(1e-7, 0.0, 0x1p-24) == "singular-covariance");
  CHECK(code(1e-7, 1.2e-7, 0.0) == "singular-covariance");
  CHECK(code(1e-5, 1.2e-7, 0x1p-24).empty());
}

TEST_CASE("joint Gaussian: a refusal names the blocks at fault and the eigenvalue") {
  Eigen::MatrixXd m = Eigen::MatrixXd::Identity(5, 5);
  m(2, 3) = m(3, 2) = 1.5;  // eigenvalues 2.5 and −.5
  const std::string inside = refusal(to_matrix(m), {{"x1", 2}, {"x2", 2}, {"y", 1}});
  CHECK(inside.find("in block 'x2'") != std::string::npos);
  CHECK(inside.find("-0.5") != std::string::npos);
  const std::string between = refusal(to_matrix(m), {{"x1", 3}, {"x2", 1}, {"y", 1}});
  CHECK(between.find("in blocks 'x1' and 'x2' together") != std::string::npos);
}

TEST_CASE(
    "joint Gaussian: nearly singular covariances are judged by their eigenvalue, not by luck") {
  // Correlation 1 − δ has the smallest eigenvalue δ.
  auto code = [](double delta) { return test::fault_code([&] { pair(1.0 - delta, 1e3, 1e-3); }); };
  CHECK(code(2e-10).empty());
  CHECK(code(0.5e-10) == "singular-covariance");
}

TEST_CASE("joint Gaussian: names that do not fit are refused") {
  const JointGaussian g = pair(0.5);
  CHECK(test::fault_code([&] { static_cast<void>(g.information({"x"}, {"x"})); }) ==
        "repeated-block");
  CHECK(test::fault_code([&] { static_cast<void>(g.entropy({"z"})); }) == "unknown-block");
  CHECK(test::fault_code([&] { static_cast<void>(g.conditional({"x"}, {"x"})); }) ==
        "repeated-block");
}

}  // namespace cch
