// What more labelled rows would do to an open verdict.
#include "cch/criterion/what_decides.hpp"

#include <cmath>
#include <utility>

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

TEST_CASE("what decides: the mean moves as far as the spread shrinks") {
  const TeacherChance open = open_chance(0.03, 0.03, 200);
  const WhatDecides found = what_decides(open, {}, chance_limits(0.05));
  REQUIRE(found.forecast.size() == 3);
  // By simulation: now N(m, s²), the pilot's posterior with a normal prior of .1 (chance.hpp).
  const auto posterior = [](double error) {
    const double share = 0.01 / (0.01 + error * error);
    return std::pair(share * 0.03, std::sqrt(share) * error);
  };
  const auto [m, s] = posterior(0.03);
  for (std::size_t i = 0; i < 3; ++i) {
    const double times = std::pow(2.0, static_cast<double>(i + 1));
    const double then = posterior(0.03 / std::sqrt(times)).second;
    const double mean = m * std::pow(times, -kGainFalls);
    const double moves = kMeanMoves * std::sqrt(s * s - then * then);
    Random random(i);
    constexpr int draws = 100000;
    int distil = 0;
    int do_not = 0;
    for (int d = 0; d < draws; ++d) {
      const double drawn = mean + moves * random.normal();
      const auto above = [&](double x) {
        return 0.5 * std::erfc((x - drawn) / then / std::sqrt(2.0));
      };
      distil += above(0.0) >= 0.9 && above(0.01) >= 0.5 ? 1 : 0;
      do_not += above(0.01) <= 0.1 ? 1 : 0;
    }
    CAPTURE(times);
    CHECK(found.forecast[i].labelled == static_cast<std::size_t>(times) * 200);
    CHECK(test::near(found.forecast[i].expected_gain, mean, 1e-12));
    constexpr double four_errors = 4 * 0.5 / 316.0;  // of a share of 100,000 draws
    CHECK(test::near(found.forecast[i].p_distil, distil / double(draws), four_errors));
    CHECK(test::near(found.forecast[i].p_do_not, do_not / double(draws), four_errors));
  }
}

TEST_CASE("what decides: a pilot takes no more rows than it takes") {
  const WhatDecides found = what_decides(open_chance(0.03, 0.03, 2000), {}, chance_limits(0.05));
  REQUIRE(found.forecast.size() == 3);
  CHECK(found.forecast[0].labelled == 4000);
  // Its spread stays, so the smaller gain stands still.
  CHECK(found.forecast[0].p_distil == 0.0);
  CHECK(found.forecast[0].p_do_not == 0.0);
}

TEST_CASE("what decides: a teacher that only regularises is never expected to be distilled from") {
  TeacherChance open = open_chance(0.03, 0.03, 200);
  open.evidence.information_difference = 0.0;
  open.evidence.linear_informed = MeasuredGain{0.0, 0.01};
  const WhatDecides found = what_decides(open, {}, chance_limits(0.05));
  for (const FirmForecast& one : found.forecast) CHECK(one.p_distil == 0.0);
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
