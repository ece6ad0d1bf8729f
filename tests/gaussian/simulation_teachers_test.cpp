// The simulation for scaled, degenerate and many-columned teachers.

#include <cmath>

#include "cch/gaussian/simulate_risk.hpp"
#include "tests/gaussian/models.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using test::near;
using test::with_seed;
using test::within_sampling_error;

SharedPrivateModel padded_model() {
  SharedPrivateModel m;
  m.a = {0.8, -0.5};
  m.b = {0.7};
  m.d = {0.4};
  m.nuisance = 1;
  m.teacher_noise = 0.6;
  m.teacher_dim = 9;
  m.student_dim = 12;
  return m;
}

/// At λ = ∞ and γ = 0 every student is 0: the standard error is too.
void check_against_formula(const SimulatedRisk& simulated, const DistillationRisk& risk) {
  for (const SimulatedPoint& point : simulated.points) {
    CHECK(within_sampling_error(point.excess_risk.mean, risk.excess_risk(point.lambda),
                                point.excess_risk.standard_error, test::kRounding));
    CHECK(within_sampling_error(point.gain.mean, risk.gain(point.lambda), point.gain.standard_error,
                                test::kRounding));
  }
}

}  // namespace

TEST_CASE("simulated risk: a scaled teacher follows the scaled moments") {
  Random random(31);
  const SharedPrivateModel model = padded_model();
  const JointGaussian joint = model.joint();
  Matrix weights(9, 1);
  for (double& w : std::span(weights.data(), 9)) w = random.normal();
  for (const bool intercept : {false, true}) {
    const StudentFit fit{50, intercept};
    for (const Teacher& teacher : {Teacher(OptimalTeacher{}), Teacher(GivenTeacher{weights}),
                                   Teacher(FreshRowsTeacher{40})}) {
      for (const double scale : {0.0, 0.5, 2.0}) {
        const DistillationRisk risk(scaled(model.moments(teacher, intercept), scale), fit);
        const SimulationOptions options{{0.3, 1.0, INFINITY}, 600, scale};
        check_against_formula(simulate_risk(joint, teacher, fit, options, with_seed(7, 1)), risk);
        check_against_formula(simulate_risk(model, teacher, fit, options, with_seed(8, 1)), risk);
      }
    }
  }
}

TEST_CASE("simulated risk: on the student's rows γt at λ is t at λγ, times what both shrink") {
  // (1−u)y + uγt and y, t mixed at λγ are the same target but for a factor: the same cosine.
  const SharedPrivateModel model = padded_model();
  const StudentFit fit{50, true};
  auto cosine = [&](double lambda, double scale) {
    const auto point =
        simulate_risk(model, StudentRowsTeacher{5}, fit, {{lambda}, 20, scale}, with_seed(3, 1))
            .points.front();
    return std::pair{point.cosine.mean, point.cosine_gain.mean};
  };
  CHECK(near(cosine(0.5, 2.0).first, cosine(1.0, 1.0).first, test::kRounding));
  CHECK(near(cosine(0.5, 2.0).second, cosine(1.0, 1.0).second, test::kRounding));
  CHECK(std::abs(cosine(0.5, 1.0).second - cosine(1.0, 1.0).second) > 1e-4);
}

TEST_CASE("simulated risk: a teacher that is the label changes nothing, whatever is singular") {
  SharedPrivateModel m;
  m.a = {1.0, 0.3};
  m.b = {0.7};
  m.teacher_noise = 0.0;
  m.label_noise = 0.0;  // t = y: (t, x2, y) has no density
  m.student_dim = 5;
  const SimulationOptions options{{0.5, 3.0, INFINITY}, 50};
  for (const auto& point : simulate_risk(m, OptimalTeacher{}, {30}, options, {}).points) {
    CHECK(std::abs(point.gain.mean) < test::kRounding);
    CHECK(std::abs(point.cosine_gain.mean) < test::kRounding);
    CHECK(point.excess_risk.mean > 0.01);
  }
  // Where y is a function of x2 as well nothing is left to learn, and no risk.
  m.b = {};
  m.student_noise = 0.0;
  m.student_dim = 0;
  for (const auto& point : simulate_risk(m, OptimalTeacher{}, {30}, options, {}).points) {
    CHECK(point.excess_risk.mean == 0.0);
    CHECK(near(point.cosine.mean, 1.0, test::kRounding));
  }
}

TEST_CASE("simulated risk: a teacher that is s has no noise of its own") {
  SharedPrivateModel m;
  m.a = {1.0, 0.3};
  m.teacher_noise = m.student_noise = 0.0;  // x1 = x2: no covariance of both together either
  const StudentFit fit{20};
  const SimulationOptions options{{1.0, INFINITY}, 800};
  const auto simulated = simulate_risk(m, OptimalTeacher{}, fit, options, {});
  check_against_formula({{simulated.points.front()}, 800, {}},
                        DistillationRisk(m.moments(OptimalTeacher{}), fit));
  CHECK(simulated.points.back().excess_risk.mean < test::kRounding);
  CHECK(test::fault_code([&] { simulate_risk(m, StudentRowsTeacher{}, fit, options, {}); }) ==
        "singular-covariance");
}

TEST_CASE("simulated risk: the gain of the cosine is that of the two cosines, with less error") {
  const SharedPrivateModel model = padded_model();
  const auto points =
      simulate_risk(model, OptimalTeacher{}, {60}, {{0.0, 1.0}, 400}, with_seed(4, 1)).points;
  CHECK(points[0].cosine_gain.mean == 0.0);
  CHECK(points[0].cosine_gain.standard_error == 0.0);
  CHECK(near(points[1].cosine_gain.mean, points[1].cosine.mean - points[0].cosine.mean,
             test::kRounding));
  CHECK(points[1].cosine_gain.standard_error > 0.0);
  CHECK(points[1].cosine_gain.standard_error < points[1].cosine.standard_error);
}

TEST_CASE("long: simulated risk: a hundred training sets of p = 100, n = 10 000") {
  SharedPrivateModel m;
  m.a = even_weights(1.0, 4);
  m.teacher_dim = m.student_dim = 100;
  const SimulationOptions options{{0.1, 1.0}, 100};
  const auto one = simulate_risk(m.joint(), OptimalTeacher{}, {10000}, options, with_seed(1, 1));
  const auto four = simulate_risk(m.joint(), OptimalTeacher{}, {10000}, options, with_seed(1, 4));
  for (std::size_t i = 0; i < options.lambdas.size(); ++i) {
    CHECK(one.points[i].gain.mean == four.points[i].gain.mean);
    CHECK(one.points[i].cosine_gain.standard_error == four.points[i].cosine_gain.standard_error);
  }
  check_against_formula(one, DistillationRisk(m.moments(OptimalTeacher{}), {10000}));
}

TEST_CASE("simulated risk: a scale that is no number, and fresh rows with heavy tails") {
  const SharedPrivateModel m = padded_model();
  CHECK(test::fault_code([&] {
          simulate_risk(m, OptimalTeacher{}, {50}, {{1.0}, 5, NAN}, {});
        }) == "bad-scale");
  CHECK(test::fault_code([&] {
          simulate_risk(m, GivenTeacher{Matrix(3, 1)}, {50}, {{1.0}, 5}, {});
        }) == "teacher-shape");
  CHECK(simulate_risk(m, FreshRowsTeacher{12}, {50}, {{1.0}, 5}, {}).warnings.size() == 1);
  CHECK(simulate_risk(m, FreshRowsTeacher{13}, {50}, {{1.0}, 5}, {}).warnings.empty());
}

}  // namespace cch
