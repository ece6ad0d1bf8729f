// The three levels on their own say what the ranking decides by.
#include "cch/criterion/levels.hpp"

#include <cmath>
#include <string>

#include "cch/core/random.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

// Two columns, a label from the first, one good teacher and one of noise.
RankInput two_teachers(std::size_t n) {
  const Samples student = test::gaussian_rows(n, 2, 2, 0.0, 4).x;
  Random random(derive_seed(4, "levels-test"));
  Matrix near(n, 2);
  Matrix far(n, 2);
  std::vector<int> codes(n);
  for (std::size_t i = 0; i < n; ++i) {
    codes[i] = student(i, 0) + random.normal() > 0.0 ? 1 : 0;
    for (std::size_t j = 0; j < 2; ++j) {
      near(i, j) = 0.8 * student(i, j) + 0.6 * random.normal();
      far(i, j) = random.normal();
    }
  }
  return {{"student", student},
          {{"near", Samples::from(std::move(near))}, {"far", Samples::from(std::move(far))}},
          test::labels_of(std::move(codes), 2),
          Groups::singletons(n)};
}

RankOptions by_cch() {
  RankOptions options;
  options.decide_by = DecideBy::cch;
  options.planted_bias = true;
  return options;
}

void check_same(const TeacherResult& a, const TeacherResult& b) {
  CHECK(a.margin.nats == b.margin.nats);
  CHECK(a.margin.p_above == b.margin.p_above);
  CHECK(a.margin.p_below == b.margin.p_below);
  CHECK(a.i_student_labels_upper == b.i_student_labels_upper);
  CHECK(a.cch.outcome == b.cch.outcome);
  CHECK(a.cch.verdict == b.cch.verdict);
  CHECK(a.cch.reasons == b.cch.reasons);
}

void check_same(const TeacherEvidence& a, const PredictionLevel& level, const PilotEvidence& pilot,
                const std::optional<PlantedMargin>& planted) {
  REQUIRE(a.prediction.has_value());
  CHECK(a.prediction->margin.nats == level.margin.nats);
  CHECK(a.prediction->margin.p_above == level.margin.p_above);
  CHECK(a.prediction->outcome == level.outcome);
  REQUIRE(pilot.pilot.has_value());
  CHECK(a.pilot->gain.value == pilot.pilot->gain.value);
  CHECK(a.gain_over_uninformed->interval95.lo == pilot.gain_over_uninformed->interval95.lo);
  REQUIRE(planted.has_value());
  CHECK(a.planted->margin_bias == planted->margin_bias);
}

// Of all teachers together, and of each as if it were ranked alone.
TEST_CASE("levels: the parts of a ranking say what the ranking says") {
  const RankInput input = two_teachers(240);
  RankOptions options = by_cch();
  for (const bool holm : {true, false}) {
    CAPTURE(holm);
    options.holm = holm;
    const auto representations = judge_representations(input, "auto", options, {});
    const auto predictions = judge_predictions(input, options, {});
    const auto pilots = judge_pilots(input, options, {});
    for (std::size_t t = 0; t < input.teachers.size(); ++t) {
      RankInput ranked = input;
      if (!holm) ranked.teachers = {input.teachers[t]};
      const RankResult result = rank_teachers(ranked, by_cch(), {});
      for (std::size_t i = 0; i < ranked.teachers.size(); ++i) {
        const TeacherResult& teacher = result.estimators.front().teachers[i];
        if (teacher.name != input.teachers[t].name) continue;
        check_same(teacher, representations.ranking.teachers[t]);
        check_same(result.evidence[i], *predictions.teachers[t].level, pilots.teachers[t],
                   representations.planted[t]);
      }
    }
  }
}

TEST_CASE("levels: too few rows make every way to decide unreliable") {
  const RankInput input = two_teachers(80);
  const auto unreliable = why_unreliable(input);
  REQUIRE(unreliable.size() == 1);
  const auto judged = judge_representations(input, "auto", by_cch(), {});
  for (const TeacherResult& teacher : judged.ranking.teachers) {
    CHECK(teacher.cch.verdict == Verdict::unreliable);
  }
  const VerdictEvidence look = verdict_evidence({}, {}, unreliable);
  CHECK(decide(DecideBy::pilot, look).verdict == Verdict::unreliable);
}

TEST_CASE("levels: without planted bias none is measured, and what is refused says so") {
  RankInput input = two_teachers(120);
  RankOptions options = by_cch();
  options.planted_bias = false;
  const auto judged = judge_representations(input, "auto", options, {});
  CHECK_FALSE(judged.planted.front().has_value());
  CHECK(test::fault_code([&] { (void)judge_representations(input, "nothing", options, {}); }) ==
        "unknown-estimator");
  input.teachers.clear();
  CHECK(test::fault_code([&] { (void)judge_representations(input, "auto", options, {}); }) ==
        "no-teacher");
}

}  // namespace
}  // namespace cch
