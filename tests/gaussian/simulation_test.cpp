// Formulas and the simulation against data drawn and fitted row by row.

#include <cmath>
#include <numbers>

#include "cch/gaussian/simulate_risk.hpp"
#include "tests/gaussian/models.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using test::Dims;
using test::Mean;
using test::with_seed;
using test::within_sampling_error;

constexpr std::size_t kModels = 60;
constexpr int kRepeats = 120;

struct RandomCase {
  Dims dims;
  StudentFit fit;
  bool fresh;
  std::size_t teacher_rows;
};

/// n ≥ p + 8 (with an intercept p + 9): below, the simulated risk has no useful variance.
RandomCase random_case(Random& random) {
  RandomCase c;
  c.dims = {1 + random.below(20), 1 + random.below(40), 1 + random.below(3)};
  c.fit.intercept = random.below(2) == 1;
  c.fit.n = c.dims.p + 9 + random.below(150);
  c.fresh = random.below(2) == 1;
  c.teacher_rows = c.dims.d1 + 9 + random.below(60);
  return c;
}

struct Checked {
  double z_squared = 0.0;
  int count = 0;

  void check(const Mean& simulated, double truth) {
    CHECK(within_sampling_error(simulated.value, truth, simulated.standard_error));
    const double z = (simulated.value - truth) / simulated.standard_error;
    z_squared += z * z;
    ++count;
  }
};

}  // namespace

TEST_CASE("distillation risk: exact against data drawn and fitted row by row, 60 random models") {
  Random random(11);
  Checked all;
  for (std::size_t model = 0; model < kModels; ++model) {
    const RandomCase c = random_case(random);
    const JointGaussian joint = test::random_joint(c.dims, random);
    const test::NaiveDistillation naive(joint, c.dims, c.fit);
    Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(c.dims.d1 + 1, c.dims.q);
    weights.topRows(c.dims.d1) = test::random_matrix(c.dims.d1, c.dims.q, random);
    const Teacher teacher =
        c.fresh ? Teacher(FreshRowsTeacher{c.teacher_rows})
                : Teacher(GivenTeacher{test::to_matrix(weights.topRows(c.dims.d1))});
    const DistillationRisk risk(distillation_moments(joint, teacher, c.fit.intercept), c.fit);
    const double u = random.uniform(0.05, 0.95);
    const double lambda = u / (1.0 - u);
    std::vector<double> excess;
    std::vector<double> gain;
    std::vector<double> along;
    std::vector<double> length;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      if (c.fresh) weights = naive.fresh_teacher(c.teacher_rows, random);
      const Eigen::MatrixXd rows = naive.rows(c.fit.n, random);
      const auto with = naive.student(rows, weights, u);
      const auto without = naive.student(rows, weights, 0.0);
      excess.push_back(with.excess_risk);
      gain.push_back(without.excess_risk - with.excess_risk);
      along.push_back(with.along);
      length.push_back(with.length);
    }
    const DistillationMoments& m = risk.moments();
    const double mix = 1.0 - u + u * m.beta_s;
    all.check(test::mean_of(excess), risk.excess_risk(lambda));
    all.check(test::mean_of(gain), risk.gain(lambda));
    // cos(u) is mVs/√(Vs·E|ŝ|²), both exact.
    all.check(test::mean_of(along), mix * m.vs);
    all.check(test::mean_of(length), mix * mix * m.vs / std::pow(risk.cosine(lambda), 2));
  }
  // Standard errors that are too large would hide a wrong formula. z² has mean 1 and, from 120
  // repeats, variance a little above 2; four values of a model are correlated, at worst as one.
  const double mean = all.z_squared / all.count;
  const double spread = std::sqrt(2.2 / static_cast<double>(kModels));
  CHECK(std::abs(mean - 1.0) < 4.0 * spread);
}

TEST_CASE(
    "distillation risk: exact also with almost no rows, by expectation instead of simulation") {
  // For p + 2 ≤ n < p + 8 simulated risks have heavy tails. E (X'X)⁻¹ Σ = I/(n − p − 1) is checked
  // through p = 1: Σ x² is χ² with n degrees of freedom, whose mean inverse is 1/(n − 2).
  for (std::size_t n = 3; n < 9; ++n) {
    const double k = static_cast<double>(n);
    double mean = 0.0;
    double mass = 0.0;
    constexpr int kSteps = 200000;
    for (int i = 0; i < kSteps; ++i) {  // midpoint rule on √x, which takes the pole away
      const double root = 12.0 * (i + 0.5) / kSteps;
      const double density = std::pow(root, k - 1.0) * std::exp(-0.5 * root * root);
      mass += density;
      mean += density / (root * root);
    }
    CHECK(std::abs(mean / mass - excess_noise_factor(1, {n})) < 1e-3);
  }
}

TEST_CASE("simulated risk: agrees with the formula for every teacher that has one") {
  Random random(12);
  for (int model = 0; model < 12; ++model) {
    const RandomCase c = random_case(random);
    const JointGaussian joint = test::random_joint(c.dims, random);
    const Teacher teacher = c.fresh ? Teacher(FreshRowsTeacher{c.teacher_rows}) : OptimalTeacher{};
    const DistillationRisk risk(distillation_moments(joint, teacher, c.fit.intercept), c.fit);
    const SimulatedRisk simulated =
        simulate_risk(joint, teacher, c.fit, {{0.2, 1.0, 4.0}, 400}, with_seed(5, 1));
    for (const SimulatedPoint& point : simulated.points) {
      CHECK(within_sampling_error(point.excess_risk.mean, risk.excess_risk(point.lambda),
                                  point.excess_risk.standard_error));
      CHECK(within_sampling_error(point.gain.mean, risk.gain(point.lambda),
                                  point.gain.standard_error));
    }
    CHECK(simulated.warnings.empty());
  }
}

TEST_CASE("simulated risk: teachers on the student's rows, sums of products against the rows") {
  // Two simulations that share nothing but the model.
  Random random(13);
  for (const std::size_t folds : {1U, 2U, 5U, 23U}) {
    for (const bool intercept : {false, true}) {
      const Dims dims{4, 6, 2};
      const StudentFit fit{23, intercept};
      const JointGaussian joint = test::random_joint(dims, random);
      const test::NaiveDistillation naive(joint, dims, fit);
      std::vector<double> gain;
      for (int repeat = 0; repeat < 1500; ++repeat) {
        gain.push_back(naive.cross_fitted_gain(folds, 0.5, random));
      }
      const auto direct = test::mean_of(gain);
      const auto point =
          simulate_risk(joint, StudentRowsTeacher{folds}, fit, {{1.0}, 1500}, {}).points.front();
      const double se = std::hypot(direct.standard_error, point.gain.standard_error);
      CHECK(within_sampling_error(point.gain.mean, direct.value, se));
    }
  }
}

TEST_CASE(
    "simulated risk: a clone cross-fitted on the student's rows harms, from fresh rows it helps") {
  // β_s = 1 and β_e = 0, so by the formula's letter this clone would help everywhere. Rises at
  // u = .1/.3/.5 measured elsewhere: .0005/.0037/.0098.
  constexpr std::size_t kColumns = 20;
  constexpr double kCloneNoise = 1e-3;  // an exact clone has no joint density
  Matrix cov(2 * kColumns + 1, 2 * kColumns + 1);
  const std::size_t y = 2 * kColumns;
  for (std::size_t j = 0; j < kColumns; ++j) {
    const std::size_t student = kColumns + j;
    cov(j, j) = 1.0 + kCloneNoise * kCloneNoise;
    cov(student, student) = cov(j, student) = cov(student, j) = 1.0;
    cov(j, y) = cov(y, j) = cov(student, y) = cov(y, student) = 1.0 / std::sqrt(20.0);
  }
  cov(y, y) = 2.0;
  const auto joint = JointGaussian::from(cov, {{"x1", kColumns}, {"x2", kColumns}, {"y", 1}});
  const SimulationOptions options{{1.0 / 9.0, 3.0 / 7.0, 1.0}, 2000};
  const auto own = simulate_risk(joint, StudentRowsTeacher{5}, {100}, options, {}).points;
  const auto fresh = simulate_risk(joint, FreshRowsTeacher{100}, {100}, options, {}).points;
  const std::vector<double> rises{0.0005, 0.0037, 0.0098};
  for (std::size_t i = 0; i < rises.size(); ++i) {
    CHECK(own[i].gain.mean < -3.0 * own[i].gain.standard_error);
    // Both have Monte Carlo errors of about this size; the reference has four decimals.
    CHECK(std::abs(-own[i].gain.mean - rises[i]) < 6.0 * own[i].gain.standard_error + 5e-5);
    CHECK(fresh[i].gain.mean > 10.0 * fresh[i].gain.standard_error);
  }
}

TEST_CASE("simulated risk: accuracy follows the law of the cosine") {
  // Labels are the sign of y. The law takes one cosine for all training sets; at n = 30p their
  // spread costs less than a twentieth of the change.
  Random random(14);
  const Dims dims{3, 10, 1};
  const JointGaussian joint = test::random_joint(dims, random);
  const StudentFit fit{300};
  const test::NaiveDistillation naive(joint, dims, fit);
  Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(4, 1);
  weights.topRows(3) = test::to_dense(joint.regression({"y"}, {"x1"}));
  const DistillationRisk risk(distillation_moments(joint, OptimalTeacher{}), fit);
  const double rho = latent_correlation(risk.moments());
  std::vector<double> change;
  for (int repeat = 0; repeat < 3000; ++repeat) {
    const Eigen::MatrixXd rows = naive.rows(fit.n, random);
    auto error = [&](double u) {
      const auto s = naive.student(rows, weights, u);
      return std::acos(rho * s.along / std::sqrt(risk.moments().vs * s.length)) / std::numbers::pi;
    };
    change.push_back(error(0.0) - error(0.5));
  }
  const auto simulated = test::mean_of(change);
  const double predicted = risk.accuracy_change(1.0, rho);
  CHECK(std::abs(predicted) > 20.0 * simulated.standard_error);  // or nothing would be shown
  CHECK(within_sampling_error(simulated.value, predicted, simulated.standard_error,
                              0.05 * std::abs(predicted)));
}

TEST_CASE("simulated risk: the same bits for any number of threads, other bits for another seed") {
  Random random(15);
  const JointGaussian joint = test::random_joint({3, 4, 2}, random);
  const auto run = [&](unsigned threads, std::uint64_t seed) {
    const auto r = simulate_risk(joint, StudentRowsTeacher{3}, {30, true}, {{0.5}, 60},
                                 with_seed(seed, threads));
    return std::vector{r.points[0].excess_risk.mean, r.points[0].gain.standard_error,
                       r.points[0].cosine.mean};
  };
  CHECK(run(1, 1) == run(4, 1));
  CHECK(run(1, 1) != run(1, 2));
}

TEST_CASE("simulated risk: wrong calls are refused and heavy tails are told") {
  Random random(16);
  const JointGaussian joint = test::random_joint({3, 4, 1}, random);
  auto code = [&](const Teacher& teacher, const StudentFit& fit, const SimulationOptions& o) {
    return test::fault_code([&] { simulate_risk(joint, teacher, fit, o, {}); });
  };
  const SimulationOptions few{{1.0}, 5};
  CHECK(code(OptimalTeacher{}, {5}, few) == "infinite-risk");
  CHECK(code(FreshRowsTeacher{4}, {50}, few) == "infinite-risk");
  CHECK(code(StudentRowsTeacher{2}, {8}, few) == "infinite-risk");
  CHECK(code(StudentRowsTeacher{0}, {50}, few) == "bad-folds");
  CHECK(code(StudentRowsTeacher{51}, {50}, few) == "bad-folds");
  CHECK(code(GivenTeacher{Matrix(3, 2)}, {50}, few) == "teacher-shape");
  CHECK(code(OptimalTeacher{}, {50}, {{-1.0}, 5}) == "bad-lambda");
  CHECK(code(OptimalTeacher{}, {50}, {{1.0}, 1}) == "bad-repeats");
  CHECK(simulate_risk(joint, OptimalTeacher{}, {7}, few, {}).warnings.size() == 1);
  CHECK(simulate_risk(joint, OptimalTeacher{}, {8}, few, {}).warnings.empty());
}

}  // namespace cch
