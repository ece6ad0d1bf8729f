// p + 2 ≤ n < p + 8, where risks have heavy tails: whole distributions instead of means.

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <vector>

#include "cch/gaussian/simulate_risk.hpp"
#include "gaussian/row_sums.hpp"
#include "tests/gaussian/models.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kDraws = 600;
/// √n times the largest distance of a distribution function: above this in 1 of 1000 samples
/// (Kolmogorov's limit).
constexpr double kKolmogorov = 1.95;

/// P(χ²_k ≤ x), from k = 1 or 2 upwards by P_{j+2} = P_j − (x/2)^{j/2} e^{−x/2}/Γ(j/2 + 1).
double chi_squared_below(std::size_t k, double x) {
  const double half = 0.5 * x;
  double below = k % 2 == 0 ? 1.0 - std::exp(-half) : std::erf(std::sqrt(half));
  for (std::size_t j = k % 2 == 0 ? 2 : 1; j < k; j += 2) {
    const double power = 0.5 * static_cast<double>(j);
    below -= std::pow(half, power) * std::exp(-half) / std::tgamma(power + 1.0);
  }
  return below;
}

double distance_from_uniform(std::vector<double> u) {
  std::sort(u.begin(), u.end());
  const auto n = static_cast<double>(u.size());
  double most = 0.0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    const auto rank = static_cast<double>(i);
    most = std::max({most, u[i] - rank / n, (rank + 1.0) / n - u[i]});
  }
  return std::sqrt(n) * most;
}

}  // namespace

TEST_CASE("few rows: the distribution function of χ² that these tests use") {
  CHECK(std::abs(chi_squared_below(1, 3.841458820694124) - 0.95) < 1e-12);
  CHECK(std::abs(chi_squared_below(2, 5.991464547107979) - 0.95) < 1e-12);
  CHECK(std::abs(chi_squared_below(3, 7.814727903251179) - 0.95) < 1e-12);
  CHECK(std::abs(chi_squared_below(4, 9.487729036781154) - 0.95) < 1e-12);
  CHECK(std::abs(chi_squared_below(7, 14.067140449340169) - 0.95) < 1e-12);
  CHECK(std::abs(chi_squared_below(8, 15.507313055865453) - 0.95) < 1e-12);
}

TEST_CASE("few rows: 1/(XᵀX)⁻¹₁₁ is χ² with n − p + 1 degrees of freedom, so κ is exact") {
  // E tr (XᵀX)⁻¹ = p E 1/χ²_{n−p+1} = p/(n − p − 1). By rows, and by what the simulation draws.
  constexpr std::size_t kColumns = 12;
  Random random(61);
  for (std::size_t n = kColumns + 2; n < kColumns + 8; ++n) {
    std::vector<double> from_rows;
    std::vector<double> from_draws;
    for (std::size_t draw = 0; draw < kDraws; ++draw) {
      const Eigen::MatrixXd x = test::random_matrix(static_cast<Eigen::Index>(n), kColumns, random);
      const Eigen::MatrixXd inverse = (x.transpose() * x).inverse();
      from_rows.push_back(chi_squared_below(n - kColumns + 1, 1.0 / inverse(0, 0)));
      Eigen::MatrixXd a = Eigen::MatrixXd::Zero(kColumns, kColumns);
      detail::draw_bartlett(kColumns, n, random, a);
      const Eigen::MatrixXd drawn = (a * a.transpose()).inverse();
      from_draws.push_back(chi_squared_below(n - kColumns + 1, 1.0 / drawn(0, 0)));
    }
    CHECK(distance_from_uniform(from_rows) < kKolmogorov);
    CHECK(distance_from_uniform(from_draws) < kKolmogorov);
    // The mean of 1/χ²_m, by its density.
    const double m = static_cast<double>(n - kColumns + 1);
    double mass = 0.0;
    double mean = 0.0;
    constexpr int kSteps = 100000;
    for (int i = 0; i < kSteps; ++i) {
      const double root = 12.0 * (i + 0.5) / kSteps;
      const double density = std::pow(root, m - 1.0) * std::exp(-0.5 * root * root);
      mass += density;
      mean += density / (root * root);
    }
    CHECK(test::near(static_cast<double>(kColumns) * mean / mass,
                     excess_noise_factor(kColumns, {n}), 1e-6));
  }
}

TEST_CASE("few rows: with two columns the risk itself has a closed distribution, at any λ") {
  // With B = 0 the risk is Var ε χ²_2/χ²_{n−1}: P(risk > r) = (1 + r/Var ε)^(−(n−1)/2). Its mean is
  // κ Var ε = E(u).
  const auto sigma = [] {
    Eigen::MatrixXd s = Eigen::MatrixXd::Identity(4, 4);  // x1, x2, y: x1 = s + h, y = s + e
    s(0, 0) = 1.5;
    s(3, 3) = 2.0;
    s(0, 1) = s(1, 0) = s(1, 3) = s(3, 1) = 1.0;
    s(0, 3) = s(3, 0) = 1.3;
    return s;
  }();
  const test::Dims dims{1, 2, 1};
  const auto joint = JointGaussian::from(test::to_matrix(sigma), test::blocks_of(dims));
  const Teacher teacher = GivenTeacher{Matrix(1, 1, 1.0)};
  const DistillationMoments m = distillation_moments(joint, teacher);
  REQUIRE(m.b < test::kRounding);
  Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(2, 1);
  weights(0, 0) = 1.0;
  Random random(62);
  for (std::size_t n = 4; n < 10; ++n) {
    const test::NaiveDistillation naive(joint, dims, {n});
    const DistillationRisk risk(m, {n});
    for (const double u : {0.0, 0.4}) {
      const double noise = risk.excess_risk(u / (1.0 - u)) / risk.kappa();
      std::vector<double> below;
      for (std::size_t draw = 0; draw < kDraws; ++draw) {
        const double r = naive.student(naive.rows(n, random), weights, u).excess_risk;
        below.push_back(1.0 - std::pow(1.0 + r / noise, -0.5 * static_cast<double>(n - 1)));
      }
      CHECK(distance_from_uniform(below) < kKolmogorov);
    }
  }
}

TEST_CASE("few rows: a clone of the student fitted on the student's own rows changes nothing") {
  // In-sample the teacher's labels are the student's own fit: any mix of both has the same fit. So
  // the formula, which would promise β_s = 1, β_e = 0, must refuse it.
  SharedPrivateModel m;
  m.a = even_weights(1.0, 8);
  m.teacher_noise = 1e-4;
  m.student_noise = 1e-4;  // x1 and x2 are z_c but for noise that lets their covariance be inverted
  const auto clone = simulate_risk(m, StudentRowsTeacher{1}, {40}, {{0.5, 3.0}, 200}, {}).points;
  for (const auto& point : clone) {
    CHECK(std::abs(point.gain.mean) < 1e-4 * point.excess_risk.mean);
    CHECK(point.excess_risk.mean > 0.1);
  }
  CHECK(test::fault_code([&] { static_cast<void>(m.moments(StudentRowsTeacher{1})); }) ==
        "dependent-teacher");
}

}  // namespace cch
