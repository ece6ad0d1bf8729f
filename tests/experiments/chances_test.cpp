// Chances of a ranking: what they rest on, and that good and bad teachers are told apart.
#include "cch/experiments/chances.hpp"

#include <algorithm>
#include <cmath>

#include "cch/core/random.hpp"
#include "cch/criterion/levels.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

struct World {
  RankInput input;
  ExtraRows further;
};

/// A label from one factor that the student sees in much noise, one teacher in little, one not.
World world(std::size_t labelled, std::size_t unlabelled, std::size_t further = 0) {
  const std::size_t n = labelled + unlabelled + further;
  Random random(derive_seed(7, "chances-test"));
  Matrix student(n, 4);
  Matrix good(n, 2);
  Matrix noise(n, 2);
  std::vector<int> codes(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double z = random.normal();
    codes[i] = z > 0.0 ? 1 : 0;
    for (std::size_t j = 0; j < 4; ++j) student(i, j) = z + 2.0 * random.normal();
    for (std::size_t j = 0; j < 2; ++j) {
      good(i, j) = z + 0.2 * random.normal();
      noise(i, j) = random.normal();
    }
  }
  const auto rows = [](std::size_t from, std::size_t count) {
    std::vector<std::size_t> out(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = from + i;
    return out;
  };
  const auto part = [&](const Matrix& x, std::size_t from, std::size_t count) {
    return Samples::from(select_rows(x.view(), rows(from, count)));
  };
  const ClassLabels labels = test::labels_of(std::move(codes), 2);
  World out{{{"student", part(student, 0, labelled)},
             {{"good", part(good, 0, labelled)}, {"noise", part(noise, 0, labelled)}},
             labels.select(rows(0, labelled)),
             Groups::singletons(labelled)},
            {}};
  if (unlabelled > 0) {
    out.input.extra.student = part(student, labelled, unlabelled);
    out.input.extra.teachers = {part(good, labelled, unlabelled),
                                part(noise, labelled, unlabelled)};
  }
  if (further > 0) {
    const std::size_t from = labelled + unlabelled;
    out.further.teachers = {part(good, from, further), part(noise, from, further)};
    out.further.labels = labels.select(rows(from, further));
  }
  return out;
}

RankOptions options_of(const World& w, const ChanceOptions& chances, const Execution& exec) {
  RankOptions out;
  out.decide_by = DecideBy::chance;
  out.planted_bias = false;
  out.sensitivity = false;
  out.chances = chance_source(chances, w.further, exec);
  return out;
}

ChanceOptions linear_students() {
  ChanceOptions out;
  out.students = {parse_network_model("linear")};
  return out;
}

RankResult ranked(const World& w, const ChanceOptions& chances, unsigned threads = 2) {
  Execution exec;
  exec.threads = threads;
  return rank_teachers(w.input, options_of(w, chances, exec), exec);
}

TEST_CASE("chances: every scenario that the rows allow, by teacher and in one order") {
  const World w = world(120, 240, 150);
  const RankResult result = ranked(w, linear_students());
  CHECK(result.decided_by == DecideBy::chance);
  REQUIRE(result.evidence.size() == 2);
  for (const TeacherEvidence& evidence : result.evidence) {
    REQUIRE(evidence.chances.size() == 3);
    CHECK(evidence.chances[0].scenario == Scenario::same_rows);
    CHECK(evidence.chances[1].scenario == Scenario::unlabelled_pairs);
    CHECK(evidence.chances[2].scenario == Scenario::more_labels);
    CHECK(evidence.chances[0].evidence.further == 0);
    CHECK(evidence.chances[1].evidence.further == 240);
    CHECK(evidence.chances[2].evidence.further == 150);
    for (const TeacherChance& one : evidence.chances) {
      CHECK(one.evidence.labelled == 120);
      CHECK(one.evidence.classes == 2);
      CHECK(one.evidence.linear_nats.has_value());
      CHECK(one.evidence.linear_informed.has_value());
      CHECK(one.evidence.network_nats.has_value());
      CHECK(one.evidence.information_difference.has_value());
      // 5 folds, the student alone, 4 teacher folds of the teacher and the student itself twice
      // (more labels), 4 arms of the teacher and 2 references in 3 scenarios.
      CHECK(one.networks == 5 * (1 + 2 * 4 * 2 + 3 * 4 * 3));
      CHECK(one.repeats == 1);
      CHECK(one.lambda.has_value());
      CHECK(one.temperature.has_value());
    }
  }
}

TEST_CASE("chances: the teacher that knows comes first and its chance is the larger") {
  const World w = world(120, 480);
  const RankResult result = ranked(w, linear_students());
  CHECK(result.estimators.front().teachers.front().name == "good");
  const TeacherChance* good = deciding_chance(result.evidence[0].chances);
  const TeacherChance* noise = deciding_chance(result.evidence[1].chances);
  REQUIRE(good != nullptr);
  REQUIRE(noise != nullptr);
  CHECK(good->scenario == Scenario::unlabelled_pairs);
  CHECK(good->chance.expected_gain > noise->chance.expected_gain);
  CHECK(good->evidence.information_difference > 0.1);
  CHECK(good->chance.p_gain > noise->chance.p_gain);
  CHECK(good->evidence.linear_nats->value > 0.0);
  CHECK(good->evidence.network_nats->value > 0.0);
  CHECK(result.evidence[1].decision.verdict != Verdict::distil);
}

TEST_CASE("chances: the linear pilot of the ranking's own scenario is taken over as it is") {
  const World w = world(120, 240);
  Execution exec;
  ChanceOptions chances = linear_students();
  chances.networks = false;
  const RankResult result = ranked(w, chances);
  const JudgedPilots pilots = judge_pilots(w.input, {}, exec);
  RankOptions pairs;
  pairs.scenario = Scenario::unlabelled_pairs;
  const JudgedPilots further = judge_pilots(w.input, pairs, exec);
  for (std::size_t t = 0; t < 2; ++t) {
    const auto& own = result.evidence[t].chances;
    const std::size_t at = result.estimators.front().teachers[t].name == "good" ? 0 : 1;
    CHECK(own[0].evidence.linear_nats->value == pilots.teachers[at].pilot->gain.value);
    CHECK(own[1].evidence.linear_nats->value == further.teachers[at].pilot->gain.value);
    CHECK_FALSE(own[0].evidence.network_nats.has_value());
    CHECK(own[0].networks == 0);
  }
}

TEST_CASE("chances: a budget trains no network for teachers whose chance is firm") {
  const World w = world(120, 480);
  ChanceOptions chances = linear_students();
  chances.budget = 1e6;
  chances.most_repeats = 2;
  // Whatever is measured, nothing is worth as much, so that every chance is firm at once.
  chances.worthwhile = 100.0;
  std::vector<std::string> told;
  chances.tell = [&](const std::string& line) { told.push_back(line); };
  const RankResult firm = ranked(w, chances);
  REQUIRE(firm.spending.has_value());
  CHECK(firm.spending->networks == 0);
  CHECK(firm.spending->ended == "settled");
  CHECK(told.size() == 2);
  for (const TeacherEvidence& evidence : firm.evidence) {
    CHECK(evidence.decision.verdict == Verdict::do_not_distil);
    CHECK_FALSE(evidence.chances[0].evidence.network_nats.has_value());
  }
}

TEST_CASE("chances: open teachers get repeats while the budget lasts, the most promising first") {
  const World w = world(60, 0);
  ChanceOptions chances = linear_students();
  chances.most_repeats = 2;
  chances.worthwhile = 0.0;
  ChanceOptions everything = chances;
  const RankResult all = ranked(w, everything);
  CHECK(all.spending->ended == "everything");
  REQUIRE(all.spending->spent > 0.0);
  // Shares of the whole: the same decisions on every machine, since no clock is read.
  for (const double share : {1.0, 0.45, 0.001}) {
    chances.budget = share * all.spending->spent;
    const RankResult some = ranked(w, chances);
    CAPTURE(share);
    CHECK(some.spending->spent <= *chances.budget);
    CHECK(some.spending->networks <= all.spending->networks);
    const bool cut = std::any_of(some.warnings.begin(), some.warnings.end(),
                                 [](const Warning& one) { return one.code == "budget-spent"; });
    CHECK(cut == (some.spending->ended == "budget"));
    if (share < 0.01) {
      CHECK(some.spending->networks == 0);
      if (!some.spending->open.empty()) CHECK(cut);
    }
  }
}

TEST_CASE("chances: equal for every number of threads, with a budget as well") {
  const World w = world(100, 100);
  ChanceOptions chances = linear_students();
  chances.budget = 0.5;
  chances.most_repeats = 2;
  const RankResult one = ranked(w, chances, 1);
  const RankResult three = ranked(w, chances, 3);
  CHECK(one.spending->spent == three.spending->spent);
  for (std::size_t t = 0; t < 2; ++t) {
    for (std::size_t i = 0; i < one.evidence[t].chances.size(); ++i) {
      const TeacherChance& a = one.evidence[t].chances[i];
      const TeacherChance& b = three.evidence[t].chances[i];
      CHECK(a.chance.expected_gain == b.chance.expected_gain);
      CHECK(a.networks == b.networks);
      REQUIRE(a.evidence.network_nats.has_value() == b.evidence.network_nats.has_value());
      if (!a.evidence.network_nats) continue;
      CHECK(a.evidence.network_nats->value == b.evidence.network_nats->value);
      CHECK(a.evidence.network_nats->standard_error == b.evidence.network_nats->standard_error);
    }
  }
}

TEST_CASE("chances: controls have linear pilots and none comes out as distil") {
  const World w = world(200, 0);
  Execution exec;
  RankOptions options = options_of(w, linear_students(), exec);
  options.controls = true;
  const RankResult result = rank_teachers(w.input, options, exec);
  REQUIRE_FALSE(result.controls.empty());
  for (const ControlResult& control : result.controls) {
    CAPTURE(control.teacher.name);
    CHECK(control.evidence.decision.verdict != Verdict::distil);
    REQUIRE(control.evidence.chances.size() == 1);
    CHECK(control.evidence.chances[0].networks == 0);
  }
}

TEST_CASE("chances: above the limit whole groups are dropped, and a warning says so") {
  World w = world(160, 0);
  std::vector<std::size_t> groups;
  for (std::size_t i = 0; i < 160; ++i) groups.push_back(i / 4);
  w.input.groups = Groups::from(groups);
  ChanceOptions chances = linear_students();
  chances.max_rows = 90;
  const RankResult result = ranked(w, chances);
  CHECK(result.evidence[0].chances[0].network_rows == 88);
  CHECK(std::any_of(result.warnings.begin(), result.warnings.end(),
                    [](const Warning& warning) { return warning.code == "chance-rows"; }));
}

TEST_CASE("chances: what cannot be measured is refused") {
  const World w = world(100, 0);
  ChanceOptions chances = linear_students();
  chances.metric = GainMetric::mse;
  CHECK_THROWS_AS(check_chances(w.input, w.further, chances), Error);
  chances.metric.reset();
  CHECK_NOTHROW(check_chances(w.input, w.further, chances));
  chances.scenarios = {Scenario::unlabelled_pairs};
  CHECK_THROWS_AS(check_chances(w.input, w.further, chances), Error);
  chances.scenarios.clear();
  chances.students = {parse_network_model("cnn")};
  CHECK_THROWS_AS(check_chances(w.input, w.further, chances), Error);
  RankOptions nothing;
  nothing.decide_by = DecideBy::chance;
  CHECK_THROWS_AS(rank_teachers(w.input, nothing, {}), Error);
}

TEST_CASE("models have a text each") {
  for (const char* name : {"linear", "mlp:64", "mlp:32,16", "cnn:8,16"}) {
    CHECK(model_name(parse_network_model(name)) == name);
  }
  CHECK(model_name(parse_network_model("mlp")) == "mlp:64");
  for (const char* wrong : {"tree", "mlp:", "mlp:a", "mlp:0", "linear:3"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS((void)parse_network_model(wrong), Error);
  }
}

}  // namespace
}  // namespace cch
