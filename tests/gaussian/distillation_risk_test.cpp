#include "cch/gaussian/distillation_risk.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "cch/gaussian/laws.hpp"
#include "tests/gaussian/models.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using test::Dims;
using test::kRounding;
using test::near;

using test::kInfinity;

/// Moments of a scalar model t = β_s s + g + β_e e + r with g along x2, orthogonal to s.
DistillationMoments scalar_moments(std::size_t p, double vs, double ve, double beta_s, double vg,
                                   double beta_e, double vr) {
  DistillationMoments m;
  m.p = p;
  m.vs = vs;
  m.ve = ve;
  m.vh = beta_e * beta_e * ve + vr;
  m.c = beta_e * ve;
  m.b = (1.0 - beta_s) * (1.0 - beta_s) * vs + vg;
  m.beta_s = beta_s;
  return m;
}

/// A model with one-column teacher t: x2 = p independent columns, s the first of them, v = (1, √B).
JointGaussian row_model(std::size_t p, double ve, double vh, double c, double b) {
  const std::size_t y = p + 1;
  Matrix cov(p + 2, p + 2);
  cov(0, 0) = 1.0 + b + vh;
  for (std::size_t j = 1; j <= p; ++j) cov(j, j) = 1.0;
  cov(0, 1) = cov(1, 0) = 1.0;
  cov(0, 2) = cov(2, 0) = std::sqrt(b);
  cov(1, y) = cov(y, 1) = 1.0;
  cov(y, y) = 1.0 + ve;
  cov(0, y) = cov(y, 0) = 1.0 + c;
  return JointGaussian::from(cov, {{"x1", 1}, {"x2", p}, {"y", 1}});
}

/// A model of random moments that satisfy every inequality.
DistillationMoments random_moments(Random& random) {
  return scalar_moments(1 + random.below(60), random.uniform(0.05, 3), random.uniform(0.1, 3),
                        random.uniform(-1, 2), random.uniform(0, 1), random.uniform(-1, 2),
                        random.uniform(0, 1));
}

}  // namespace

TEST_CASE("distillation risk: the reference row, from a covariance") {
  // n = 100, p = 20, Ve = 1, Vh = .5, c = .3, B = .04: five decimals were checked by simulation.
  constexpr double kFiveDecimals = 0.5e-5;
  const JointGaussian joint = row_model(20, 1.0, 0.5, 0.3, 0.04);
  const auto m = distillation_moments(joint, GivenTeacher{Matrix(1, 1, 1.0)});
  CHECK(near(m.vs, 1.0, kRounding));
  CHECK(near(m.ve, 1.0, kRounding));
  CHECK(near(m.vh, 0.5, kRounding));
  CHECK(near(m.c, 0.3, kRounding));
  CHECK(near(m.b, 0.04, kRounding));
  CHECK(near(m.beta_s, 1.0, kRounding));
  CHECK(near(m.vt(), 1.54, kRounding));
  const DistillationRisk risk(m, {100});
  const std::array<double, 5> lambdas{0.0, 0.1, 0.5, 1.0, 3.0};
  const std::array<double, 5> expected{.25316, .22316, .16478, .14291, .13801};
  for (std::size_t i = 0; i < lambdas.size(); ++i) {
    CHECK(std::abs(risk.excess_risk(lambdas[i]) - expected[i]) < kFiveDecimals);
  }
}

TEST_CASE("distillation risk: κ with and without an intercept, and the rows that it needs") {
  constexpr double kFourDecimals = 0.5e-4;
  CHECK(std::abs(excess_noise_factor(20, {100}) - .2532) < kFourDecimals);
  CHECK(std::abs(excess_noise_factor(20, {100, true}) - .2690) < kFourDecimals);
  CHECK(excess_noise_factor(20, {22}) == 20.0);
  CHECK(test::fault_code([] { excess_noise_factor(20, {21}); }) == "infinite-risk");
  CHECK(test::fault_code([] { excess_noise_factor(20, {22, true}); }) == "infinite-risk");
  CHECK(test::fault_code([] { excess_noise_factor(20, {0}); }) == "infinite-risk");
}

TEST_CASE("distillation risk: u*, λ*, the best gain and the range that helps, against a search") {
  Random random(1);
  int inside = 0;
  for (int repeat = 0; repeat < 200; ++repeat) {
    const auto m = random_moments(random);
    const DistillationRisk risk(m, {m.p + 2 + random.below(200)});
    double best = 0.0;
    double at = 0.0;
    for (int step = 0; step <= 10000; ++step) {
      const double u = step / 10000.0;
      const double gain = risk.gain(u < 1.0 ? u / (1.0 - u) : kInfinity);
      if (gain > best) {
        best = gain;
        at = u;
      }
    }
    // The grid's step, and what a parabola loses over half of it.
    CHECK(std::abs(risk.best_weight() - at) <= 1e-4);
    CHECK(risk.best_gain() >= best - kRounding);
    CHECK(risk.best_gain() <= best + 1e-6 * (1.0 + risk.kappa() * (m.ve + m.vh) + m.b));
    CHECK(near(risk.gain(0.7), risk.excess_risk(0.0) - risk.excess_risk(0.7), kRounding));
    const double last = risk.largest_helpful_lambda();
    if (risk.best_weight() == 0.0) {
      CHECK(last == 0.0);
      CHECK(risk.gain(1e-3) <= 0.0);
    } else if (last < kInfinity) {
      ++inside;
      CHECK(risk.gain(0.999 * last) > 0.0);
      CHECK(risk.gain(1.001 * last) < 0.0);
    } else {
      CHECK(risk.gain(1e6) > 0.0);
    }
  }
  CHECK(inside > 20);  // or the random models would leave this branch untested
}

TEST_CASE("distillation risk: slopes at small λ are derivatives, and the laws are their signs") {
  constexpr double kStep = 1e-6;
  constexpr double kTruncation = 1e-4;  // second-order term of a one-sided difference
  Random random(2);
  for (int repeat = 0; repeat < 100; ++repeat) {
    const auto m = random_moments(random);
    const DistillationRisk risk(m, {m.p + 30});
    const double lambda = kStep / (1.0 - kStep);
    CHECK(near(-risk.gain(lambda) / kStep, risk.risk_slope(), kTruncation));
    CHECK(near((risk.cosine(lambda) - risk.cosine(0.0)) / kStep, risk.direction_slope(),
               kTruncation));
    const LawReadings laws = read_laws(risk, lambda);
    CHECK((laws.small_lambda_risk == Effect::helps) == (m.beta_e() < 1.0));
    CHECK(laws.small_lambda_risk == laws.risk);
    CHECK((laws.small_lambda_direction == Effect::helps) == (m.beta_s > m.beta_e()));
    CHECK(laws.small_lambda_direction == laws.direction);
  }
}

TEST_CASE(
    "distillation risk: the CCH is β_s² > β_e² + Vr/Ve, and the informations are scalar ones") {
  Random random(3);
  int holds = 0;
  for (int repeat = 0; repeat < 300; ++repeat) {
    const double vs = random.uniform(0.1, 3);
    const double ve = random.uniform(0.1, 3);
    const double beta_s = random.uniform(-2, 2);
    const double beta_e = random.uniform(-1, 1);
    const double vg = random.uniform(0, 0.5);
    const double vr = random.uniform(0, 0.5);
    const DistillationRisk risk(scalar_moments(5, vs, ve, beta_s, vg, beta_e, vr), {50});
    const double vt = beta_s * beta_s * vs + vg + beta_e * beta_e * ve + vr;
    const double r_ts = beta_s * vs / std::sqrt(vt * vs);
    const double r_sy = std::sqrt(vs / (vs + ve));
    CHECK(near(risk.i_teacher_student(), -0.5 * std::log(1.0 - r_ts * r_ts), kRounding));
    CHECK(near(risk.i_student_labels(), -0.5 * std::log(1.0 - r_sy * r_sy), kRounding));
    const bool condition = beta_s * beta_s > beta_e * beta_e + (vg + vr) / ve;
    CHECK((risk.cch_margin() > 0.0) == condition);
    holds += condition ? 1 : 0;
    // Sufficient, in both senses of the theorem that we could confirm.
    if (!condition) continue;
    if (beta_s > 0.0) CHECK(risk.direction_slope() > 0.0);
    if (vt <= vs + ve) CHECK(risk.risk_slope() < 0.0);
  }
  CHECK(holds > 50);
}

TEST_CASE("distillation risk: without a bound on its scale a teacher with a true CCH harms") {
  // t = 2s + 1.2e + r, Var t = 4 + 1.44 + .06 = 5.5, against Var y = 2. By hand at u = 1/11,
  // κ = 20/79: u²·1 + κ[(1−u)² + 2u(1−u)·1.2 + u²·1.5 − 1].
  const auto m = scalar_moments(20, 1.0, 1.0, 2.0, 0.0, 1.2, 0.06);
  const DistillationRisk risk(m, {100});
  CHECK(near(m.vt(), 5.5, kRounding));
  CHECK(risk.cch_margin() > 0.0);
  const double rise = (1.0 + 20.0 / 79.0 * (100.0 + 24.0 + 1.5 - 121.0)) / 121.0;
  CHECK(rise > 0.017);
  CHECK(near(-risk.gain(0.1), rise, kRounding));
  const LawReadings laws = read_laws(risk, 0.1);
  CHECK(laws.cch_holds);
  CHECK(laws.risk == Effect::harms);
  CHECK(laws.direction == Effect::helps);
  REQUIRE(laws.disagreements.size() == 2);
  CHECK(laws.disagreements[0].find("β_e ≥ 1") != std::string::npos);
  CHECK(laws.disagreements[1].find("scale is wrong") != std::string::npos);
}

TEST_CASE(
    "distillation risk: a teacher that knows nothing lowers the risk by shrinkage, not the "
    "direction") {
  const DistillationRisk risk(scalar_moments(20, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0), {100});
  CHECK(risk.gain(0.05) > 0.0);
  CHECK(risk.i_teacher_student() == 0.0);
  CHECK(std::abs(risk.direction_slope()) < kRounding);
  CHECK(risk.cosine(0.05) < risk.cosine(0.0));
  const LawReadings laws = read_laws(risk, 0.05);
  CHECK(laws.risk == Effect::helps);
  CHECK(laws.direction == Effect::harms);
  CHECK(!laws.cch_holds);
  CHECK(laws.disagreements.size() == 2);
}

TEST_CASE(
    "distillation risk: with endless rows a teacher cannot help, at n = 10 000, p = 100 by 1 %") {
  // t = s without any error is the best that there is: the gain is κVe.
  const DistillationRisk paper(scalar_moments(100, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0), {10000});
  CHECK(paper.best_lambda() == kInfinity);
  CHECK(near(paper.best_gain(), 100.0 / 9899.0, kRounding));
  CHECK(std::abs(paper.best_gain() - 0.0101) < 0.5e-4);
}

TEST_CASE("distillation risk: a teacher that is the label changes nothing") {
  const DistillationRisk risk(scalar_moments(20, 1.0, 0.7, 1.0, 0.0, 1.0, 0.0), {60});
  for (const double lambda : {0.1, 1.0, 10.0, kInfinity}) {
    CHECK(std::abs(risk.gain(lambda)) < kRounding);
    CHECK(near(risk.cosine(lambda), risk.cosine(0.0), kRounding));
  }
  CHECK(risk.best_weight() == 0.0);
}

TEST_CASE("distillation risk: moments do not change with the basis of x1 or x2") {
  constexpr double kBasis = 1e-9;  // condition numbers of the random bases stay below 1e5
  Random random(4);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const Dims dims{4, 6, 2};
    const Eigen::MatrixXd sigma = test::random_covariance(12, random);
    Eigen::MatrixXd basis = Eigen::MatrixXd::Identity(12, 12);
    basis.topLeftCorner(4, 4) = test::random_matrix(4, 4, random);
    basis.block(4, 4, 6, 6) = test::random_matrix(6, 6, random);
    const Eigen::MatrixXd w = test::random_matrix(4, 2, random);
    const Eigen::MatrixXd changed_w =
        basis.topLeftCorner(4, 4).transpose().householderQr().solve(w);
    const auto before = JointGaussian::from(test::to_matrix(sigma), test::blocks_of(dims));
    const auto after = JointGaussian::from(test::to_matrix(basis * sigma * basis.transpose()),
                                           test::blocks_of(dims));
    const std::vector<std::pair<Teacher, Teacher>> teachers{
        {GivenTeacher{test::to_matrix(w)}, GivenTeacher{test::to_matrix(changed_w)}},
        {OptimalTeacher{}, OptimalTeacher{}},
        {FreshRowsTeacher{20}, FreshRowsTeacher{20}}};
    for (const auto& [one, other] : teachers) {
      const auto m = distillation_moments(before, one, true);
      const auto n = distillation_moments(after, other, true);
      CHECK(near(m.vs, n.vs, kBasis));
      CHECK(near(m.ve, n.ve, kBasis));
      CHECK(near(m.vh, n.vh, kBasis));
      CHECK(near(m.c, n.c, kBasis));
      CHECK(near(m.b, n.b, kBasis));
      CHECK(near(m.beta_s, n.beta_s, kBasis));
    }
  }
}

TEST_CASE("distillation risk: vector labels are the sum over their coordinates") {
  Random random(5);
  const Dims dims{5, 7, 3};
  const JointGaussian joint = test::random_joint(dims, random);
  const Eigen::MatrixXd w = test::random_matrix(5, 3, random);
  const DistillationRisk all(distillation_moments(joint, GivenTeacher{test::to_matrix(w)}), {40});
  double sum = 0.0;
  const Eigen::MatrixXd sigma = test::to_dense(joint.covariance());
  for (Eigen::Index k = 0; k < 3; ++k) {
    std::vector<Eigen::Index> columns(12);
    for (std::size_t j = 0; j < 12; ++j) columns[j] = static_cast<Eigen::Index>(j);
    columns.push_back(12 + k);
    const auto one =
        JointGaussian::from(test::to_matrix(sigma(columns, columns)), test::blocks_of({5, 7, 1}));
    sum +=
        DistillationRisk(distillation_moments(one, GivenTeacher{test::to_matrix(w.col(k))}), {40})
            .excess_risk(0.8);
  }
  CHECK(near(all.excess_risk(0.8), sum, kRounding));
  CHECK(test::fault_code([&] { static_cast<void>(all.accuracy_change(1.0, 0.5)); }) ==
        "vector-labels");
}

TEST_CASE("distillation risk: the optimal teacher is the regression on x1") {
  Random random(6);
  const JointGaussian joint = test::random_joint({5, 7, 2}, random);
  const auto best = distillation_moments(joint, OptimalTeacher{});
  const auto given = distillation_moments(joint, GivenTeacher{joint.regression({"y"}, {"x1"})});
  CHECK(near(best.vh, given.vh, kRounding));
  CHECK(near(best.c, given.c, kRounding));
  CHECK(near(best.b, given.b, kRounding));
  // t = E[y|x1]: Cov(t, y) = Var t.
  CHECK(near(best.vt(), best.beta_s * best.vs + best.c, kRounding));
}

TEST_CASE("distillation risk: wrong calls are refused, each for its own reason") {
  const JointGaussian joint = row_model(3, 1.0, 0.5, 0.3, 0.04);
  auto code = [&](const Teacher& teacher, bool intercept) {
    return test::fault_code([&] { distillation_moments(joint, teacher, intercept); });
  };
  CHECK(code(StudentRowsTeacher{1}, false) == "dependent-teacher");
  CHECK(code(StudentRowsTeacher{5}, false) == "dependent-teacher");
  CHECK(code(GivenTeacher{Matrix(2, 1)}, false) == "teacher-shape");
  CHECK(code(FreshRowsTeacher{2}, false) == "infinite-risk");
  CHECK(code(FreshRowsTeacher{3}, false).empty());
  CHECK(code(FreshRowsTeacher{3}, true) == "infinite-risk");
  const auto m = distillation_moments(joint, OptimalTeacher{});
  const DistillationRisk risk(m, {50});
  auto lambda_code = [&](double lambda) {
    return test::fault_code([&] { static_cast<void>(risk.excess_risk(lambda)); });
  };
  CHECK(lambda_code(-0.1) == "bad-lambda");
  CHECK(lambda_code(NAN) == "bad-lambda");
  CHECK(test::fault_code([&] { read_laws(risk, 0.0); }) == "bad-lambda");
  CHECK(test::fault_code([&] { static_cast<void>(risk.accuracy_change(1.0, 1.5)); }) == "bad-rho");
  CHECK(test::fault_code([&] { DistillationRisk(m, {4}); }) == "infinite-risk");
  auto impossible = [&](auto&& change) {
    DistillationMoments wrong = m;
    change(wrong);
    return test::fault_code([&] { DistillationRisk(wrong, {50}); });
  };
  CHECK(impossible([](auto& w) { w.ve = 0.0; }) == "impossible-moments");
  CHECK(impossible([](auto& w) { w.c = 10.0; }) == "impossible-moments");
  CHECK(impossible([](auto& w) { w.vh = -1.0; }) == "impossible-moments");
  CHECK(impossible([](auto& w) { w.beta_s = 5.0; }) == "impossible-moments");
  CHECK(impossible([](auto& w) { w.b = NAN; }) == "impossible-moments");
}

TEST_CASE("distillation risk: a student that knows nothing has a risk and no direction") {
  Matrix cov(3, 3, {1, 0.3, 0.5, 0.3, 1, 0, 0.5, 0, 1});
  const auto joint = JointGaussian::from(cov, {{"x1", 1}, {"x2", 1}, {"y", 1}});
  const DistillationRisk risk(distillation_moments(joint, OptimalTeacher{}), {20});
  CHECK(risk.moments().vs == 0.0);
  CHECK(risk.excess_risk(0.0) > 0.0);
  CHECK(test::fault_code([&] { static_cast<void>(risk.cosine(1.0)); }) == "no-signal");
  CHECK(read_laws(risk, 1.0).direction == Effect::neither);
}

}  // namespace cch
