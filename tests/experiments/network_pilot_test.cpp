// The pilot of the student's own kind of network. Linear networks, so that it runs without
// LibTorch.
#include "cch/experiments/network_pilot.hpp"

#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/experiments/chance_evidence.hpp"
#include "experiments/unit_rows.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;

Rows range(std::size_t begin, std::size_t end) {
  Rows out(end - begin);
  std::iota(out.begin(), out.end(), begin);
  return out;
}

NetworkPilotOptions short_options() {
  NetworkPilotOptions out;
  out.student = {};
  out.teacher = {};
  out.training.epochs = 60;
  return out;
}

/// Labels of the student's first column with noise; the first teacher sees the label's own score,
/// the second nothing.
StudyDraw two_teachers(std::size_t rows, std::uint64_t seed, bool labels_are_noise = false) {
  Random random(seed);
  StudyDraw out;
  out.x = Matrix(rows, 30);
  out.classes = 2;
  out.groups = Groups::singletons(rows);
  TeacherView knows{"knows", {}, Matrix(rows, 2), {}, {}};
  TeacherView noise{"noise", {}, Matrix(rows, 2), {}, {}};
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 30; ++j) out.x(i, j) = random.normal();
    const double score = out.x(i, 0) + 0.5 * random.normal();
    const double decides = labels_are_noise ? random.normal() : score;
    out.y.push_back(decides > 0.0 ? 1 : 0);
    for (std::size_t j = 0; j < 2; ++j) {
      knows.x(i, j) = j == 0 ? score : random.normal();
      noise.x(i, j) = random.normal();
    }
  }
  out.teachers = {std::move(knows), std::move(noise)};
  return out;
}

TEST_CASE("network pilot: a teacher that knows helps with unlabelled pairs, noise does not") {
  const StudyDraw draw = two_teachers(700, 3);
  NetworkPilotOptions options = short_options();
  options.scenarios = {Scenario::same_rows, Scenario::unlabelled_pairs};
  const NetworkPilot pilot =
      network_pilot(draw, {range(0, 100), range(100, 700), {}}, options, Execution{});
  REQUIRE(pilot.gains.size() == 2);
  const auto& same = pilot.gains[0];
  const auto& unlabelled = pilot.gains[1];
  CHECK(unlabelled[0].gain.value > 2.0 * unlabelled[0].gain.standard_error);
  CHECK(unlabelled[0].gain.value > same[0].gain.value);
  CHECK(unlabelled[0].over_uninformed.value > 2.0 * unlabelled[0].over_uninformed.standard_error);
  // Noise regularises, which is no information: 80 rows of 30 columns gain by it.
  CHECK(unlabelled[1].over_uninformed.value < unlabelled[1].over_uninformed.standard_error);
  CHECK(unlabelled[0].gain_accuracy->value > 0.0);
  CHECK(pilot.teachers[0].loss < pilot.alone.loss);
  CHECK(pilot.teachers[1].loss > pilot.alone.loss);
  // 5 folds of 2 teachers and a reference in 4 parts, a student alone, and 4 arms of 2 teachers and
  // 2 references in 2 scenarios.
  CHECK(pilot.networks == 5 * (3 * 4 + 1 + 4 * 4 * 2));
  const auto& terms = unlabelled[0].row_terms;
  CHECK(test::near(std::accumulate(terms.begin(), terms.end(), 0.0) / 100.0,
                   unlabelled[0].gain.value, 1e-12));
}

TEST_CASE("network pilot: labels of noise teach nothing, to the student or to its teachers") {
  const StudyDraw draw = two_teachers(300, 5, true);
  const NetworkPilot pilot =
      network_pilot(draw, {range(0, 300), {}, {}}, short_options(), Execution{});
  // Calibrated on the rows themselves, so at most ln 2 but for the prior on the temperature; a
  // leak of a fold's labels would be far below.
  constexpr double few_rows = 0.03;
  for (const NetworkScore& score : {pilot.alone, pilot.teachers[0], pilot.teachers[1]}) {
    CHECK(score.loss > std::log(2.0) - few_rows);
    CHECK(std::abs(*score.accuracy - 0.5) < 0.1);  // 3.5 standard errors of 300 coins
  }
}

TEST_CASE("network pilot: the student alone is the one trained on the other folds") {
  const StudyDraw draw = two_teachers(120, 7);
  const NetworkPilotOptions options = short_options();
  const Execution exec = Execution{}.with_seed(11);
  const NetworkPilot pilot = network_pilot(draw, {range(0, 120), {}, {}}, options, exec);
  const Rows all = range(0, 120);
  const Rows fold =
      detail::folds_of(draw.groups, all, 5, derive_seed(11, "pilot repeat", 0), "pilot folds");
  Matrix outputs(120, 2);
  for (std::size_t f = 0; f < 5; ++f) {
    const std::uint64_t seed = derive_seed(11, "pilot fold", f);
    Rows others;
    for (const std::size_t i : all) {
      if (fold[i] != f) others.push_back(i);
    }
    const auto parts = detail::hold_out(draw.groups, others, 0.2, seed);
    TrainingFit fit;
    fit.labelled = parts.fitted;
    fit.validation = parts.validation;
    fit.order = derive_seed(seed, "student order");
    fit.jobs = {{{}, {}, derive_seed(seed, "student start"), 1.0}};
    const TrainingData data{draw.x, {}, draw.y, 2, {}, {}};
    const auto trained = train_networks(data, fit, options.student, options.training, exec);
    for (const std::size_t i : all) {
      if (fold[i] != f) continue;
      for (std::size_t c = 0; c < 2; ++c) outputs(i, c) = trained[0].best->outputs(i, c);
    }
  }
  constexpr double rounding = 1e-9;  // networks of a fit are trained side by side
  CHECK(test::near(pilot.alone.loss, calibrated_loss(outputs, draw.y, all), rounding));
}

TEST_CASE("network pilot: equal for any number of threads, whole groups in one fold") {
  StudyDraw draw = two_teachers(160, 9);
  Rows of(160);
  for (std::size_t i = 0; i < of.size(); ++i) of[i] = i / 8;
  draw.groups = Groups::from(of);
  NetworkPilotOptions options = short_options();
  options.repeats = 2;
  Execution two;
  two.threads = 2;
  const NetworkPilotRows rows{range(0, 160), {}, {}};
  const NetworkPilot a = network_pilot(draw, rows, options, Execution{}.serial());
  const NetworkPilot b = network_pilot(draw, rows, options, two);
  for (std::size_t t = 0; t < 2; ++t) {
    CHECK(a.gains[0][t].gain.value == b.gains[0][t].gain.value);
    CHECK(a.gains[0][t].gain.standard_error == b.gains[0][t].gain.standard_error);
    CHECK(a.gains[0][t].lambda == b.gains[0][t].lambda);
  }
}

TEST_CASE("network pilot: repeats of some teachers are those that all would have had") {
  const StudyDraw draw = two_teachers(120, 13);
  NetworkPilotOptions options = short_options();
  options.repeats = 2;
  const NetworkPilotRows rows{range(0, 120), {}, {}};
  const NetworkPilot both = network_pilot(draw, rows, options, Execution{});
  NetworkPilotRun run(draw, rows, options);
  run.repeat({0, 1}, Execution{});
  run.repeat({1}, Execution{});
  const NetworkPilot some = run.result();
  CHECK(some.bases[0].repeats == 1);
  CHECK(some.bases[1].repeats == 2);
  CHECK(some.repeats == 2);
  constexpr double rounding = 1e-9;  // networks of a fit are trained side by side
  CHECK(test::near(some.gains[0][1].gain.value, both.gains[0][1].gain.value, rounding));
  CHECK(test::near(some.gains[0][1].gain.standard_error, both.gains[0][1].gain.standard_error,
                   rounding));
  CHECK(test::near(some.gains[0][1].over_uninformed.value, both.gains[0][1].over_uninformed.value,
                   rounding));
  CHECK(test::near(some.bases[1].alone.loss, both.alone.loss, rounding));
  // The other one stands as after the first repeat, the student alone beside it as well.
  options.repeats = 1;
  const NetworkPilot first = network_pilot(draw, rows, options, Execution{});
  CHECK(some.gains[0][0].gain.value == first.gains[0][0].gain.value);
  CHECK(some.bases[0].alone.loss == first.alone.loss);
  CHECK(some.bases[0].networks == 5 * (2 * 4 + 1 + 3 * 4));
  CHECK(some.networks == first.networks + some.bases[0].networks);
  // Without any repeat nothing is said.
  CHECK_FALSE(NetworkPilotRun(draw, rows, options).result().gains[0][0].failure.empty());
}

TEST_CASE("network pilot: a scenario without its rows and folds without rows are refused") {
  const StudyDraw draw = two_teachers(40, 1);
  NetworkPilotOptions options = short_options();
  options.scenarios = {Scenario::unlabelled_pairs};
  CHECK_THROWS_WITH_AS(network_pilot(draw, {range(0, 40), {}, {}}, options, Execution{}),
                       doctest::Contains("unlabelled-pairs has no further rows"), Error);
  options.scenarios = {Scenario::same_rows};
  CHECK_THROWS_WITH_AS(network_pilot(draw, {range(0, 4), {}, {}}, options, Execution{}),
                       doctest::Contains("in every fold"), Error);
}

TEST_CASE("evidence of a unit: every teacher in every scenario, linear parts for linear students") {
  FeaturesTask task;
  task.students = {"a"};
  task.teachers = {"b"};
  task.test_share = 0.2;
  TaskData data;
  const StudyDraw rows = two_teachers(400, 13);
  data.y = rows.y;
  data.classes = 2;
  data.groups = Groups::singletons(400);
  data.arrays = {{"a", {Samples::from(rows.x, "a"), {}}},
                 {"b", {Samples::from(rows.teachers[0].x, "b"), {}}}};
  Study study;
  study.task = task;
  study.labelled = {120};
  study.scenarios = {"same-rows", "unlabelled-pairs"};
  study.training = short_options().training;
  study.teacher_training = study.training;
  const auto found = measure_evidence(study, data, units(study)[0], Execution{});
  REQUIRE(found.size() == 2);
  CHECK(found[0].evidence.scenario == Scenario::same_rows);
  CHECK(found[0].evidence.further == 0);
  CHECK(found[1].evidence.further == 200);
  for (const UnitEvidence& one : found) {
    const ChanceEvidence& e = one.evidence;
    CHECK(one.teacher.name == "b");
    CHECK(e.labelled == 120);
    CHECK(e.classes == 2);
    CHECK(*e.information_difference > 0.0);
    CHECK(e.linear_nats->standard_error > 0.0);
    CHECK(e.linear_informed.has_value());
    CHECK(e.network_accuracy.has_value());
  }
  CHECK(found[1].evidence.linear_nats->value > found[0].evidence.linear_nats->value);
}

}  // namespace
}  // namespace cch
