// How many more rows would make an open verdict firm.
#include "cch/criterion/what_decides.hpp"

#include <set>

#include "cch/core/random.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

/// Real-valued labels, which the reference corpus does not have: the pilot alone speaks.
TeacherChance open_chance(double gain, double error, std::size_t rows) {
  TeacherChance out;
  out.student_model = "linear";
  out.metric = GainMetric::mse;
  out.worthwhile = 0.01;
  out.evidence.labelled = rows;
  out.evidence.linear_nats = MeasuredGain{gain, error};
  out.chance = *chance_of_gain(out.evidence, out.metric, out.worthwhile);
  return out;
}

PilotInput simulated(std::size_t rows, std::size_t group) {
  Random random(3);
  Matrix x(rows, 2);
  Matrix t(rows, 2);
  std::vector<int> y(rows);
  std::vector<std::size_t> of(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    y[i] = random.uniform() < 0.3 ? 1 : 0;
    of[i] = i / group;
    for (std::size_t j = 0; j < 2; ++j) {
      x(i, j) = random.normal() + 0.5 * y[i];
      t(i, j) = random.normal() + 2.0 * y[i];
    }
  }
  return {Samples::from(x, "x"),
          {Samples::from(t, "t")},
          ClassLabels::from(y, {"a", "b"}),
          Groups::from(of),
          {}};
}

TEST_CASE("what decides: as many rows as the pilot's error has to shrink for") {
  // At n rows P(gain > 0) = .83, at 1.5 n .88, at 2 n .92, by the pilot's posterior with a normal
  // prior of .1 (chance.hpp); distil needs .9.
  const WhatDecides found = what_decides(open_chance(0.03, 0.03, 200), {}, chance_limits(0.05));
  REQUIRE(found.labelled);
  CHECK(found.labelled->rows == 400);
  CHECK(found.labelled->verdict == Verdict::distil);
  CHECK(test::near(found.labelled->chance.p_gain, 0.917, 0.002));  // by hand, three digits
  CHECK(found.most_labelled == 400);
  CHECK(found.curve.empty());
  CHECK_FALSE(found.further);
  CHECK(found.most_further == 0);
}

TEST_CASE("what decides: a pilot takes no more rows than it takes") {
  const WhatDecides found = what_decides(open_chance(0.03, 0.03, 2000), {}, chance_limits(0.05));
  CHECK_FALSE(found.labelled);
  CHECK(found.most_labelled == 16000);
}

TEST_CASE("what decides: a gain that falls with rows is carried on") {
  const auto point = [](std::size_t rows, double gain) {
    LearningPoint out;
    out.labelled = rows;
    out.nats = {gain, 0.003};
    return out;
  };
  const TeacherChance open = open_chance(0.012, 0.012, 200);
  const ChanceLimits limits = chance_limits(0.05);
  const WhatDecides flat = what_decides(open, {point(50, 0.012), point(100, 0.012)}, limits);
  const WhatDecides falls = what_decides(open, {point(50, 0.08), point(100, 0.035)}, limits);
  REQUIRE(falls.labelled);
  CHECK(falls.labelled->verdict == Verdict::do_not_distil);
  CHECK((!flat.labelled || flat.labelled->verdict == Verdict::distil));
}

TEST_CASE("what decides: curves are pilots on a quarter and a half, whole groups") {
  const PilotInput input = simulated(160, 2);
  Execution two;
  two.threads = 2;
  const auto curves = learning_curves(input, {}, Execution{});
  REQUIRE(curves.size() == 1);
  REQUIRE(curves[0].size() == 2);
  CHECK(curves[0][0].labelled == 40);
  CHECK(curves[0][1].labelled == 80);
  CHECK(curves[0][0].nats.standard_error > 0.0);
  CHECK(curves[0][1].accuracy.has_value());
  const auto again = learning_curves(input, {}, two);
  CHECK(again[0][0].nats.value == curves[0][0].nats.value);
  CHECK(again[0][1].nats.standard_error == curves[0][1].nats.standard_error);
}

TEST_CASE("what decides: rows too few for a pilot leave a shorter curve") {
  const auto curves = learning_curves(simulated(60, 2), {}, Execution{});  // 30 groups, 7 a quarter
  REQUIRE(curves.size() == 1);
  REQUIRE(curves[0].size() == 1);
  CHECK(curves[0][0].labelled == 30);
}

}  // namespace
}  // namespace cch
