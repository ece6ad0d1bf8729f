// Sets of teachers: that independent parts are put together and redundant ones are not.
#include "cch/experiments/best_set.hpp"

#include <algorithm>
#include <cmath>

#include "cch/core/random.hpp"
#include "cch/criterion/teacher_set.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

/// A label of two factors that the student sees in much noise, in many columns: few labels do not
/// suffice, labels of a teacher that knows do. Of the teachers, `a` sees one of
/// them, `b` the other (or the same as a, redundant), `noise` none.
RankInput parts(std::size_t labelled, std::size_t unlabelled, bool redundant, double noise = 7.0) {
  const std::size_t n = labelled + unlabelled;
  Random random(derive_seed(11, "best-set-test"));
  constexpr std::size_t columns = 40;
  Matrix x[4] = {Matrix(n, columns), Matrix(n, 2), Matrix(n, 2), Matrix(n, 2)};
  std::vector<int> codes(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double z[2] = {random.normal(), random.normal()};
    codes[i] = z[0] + z[1] > 0.0 ? 1 : 0;
    for (std::size_t j = 0; j < columns; ++j) x[0](i, j) = z[j % 2] + noise * random.normal();
    for (std::size_t j = 0; j < 2; ++j) {
      x[1](i, j) = z[0] + 0.2 * random.normal();
      x[2](i, j) = 50.0 * (z[redundant ? 0 : 1] + 0.2 * random.normal());
      x[3](i, j) = random.normal();
    }
  }
  const auto rows = [](std::size_t from, std::size_t count) {
    std::vector<std::size_t> out(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = from + i;
    return out;
  };
  const auto part = [&](std::size_t which, std::size_t from, std::size_t count) {
    return Samples::from(select_rows(x[which].view(), rows(from, count)));
  };
  RankInput out{
      {"student", part(0, 0, labelled)},
      {{"a", part(1, 0, labelled)}, {"b", part(2, 0, labelled)}, {"noise", part(3, 0, labelled)}},
      test::labels_of(std::move(codes), 2).select(rows(0, labelled)),
      Groups::singletons(labelled)};
  if (unlabelled == 0) return out;
  out.extra.student = part(0, labelled, unlabelled);
  for (std::size_t t = 1; t < 4; ++t) out.extra.teachers.push_back(part(t, labelled, unlabelled));
  return out;
}

ChanceOptions linear_students(bool networks) {
  ChanceOptions out;
  out.students = {parse_network_model("linear")};
  out.networks = networks;
  return out;
}

struct Searched {
  RankResult ranked;
  BestSet set;
};

Searched search(const RankInput& input, const ChanceOptions& chances, unsigned threads = 2) {
  Execution exec;
  exec.threads = threads;
  RankOptions options;
  options.decide_by = DecideBy::chance;
  options.planted_bias = options.sensitivity = false;
  options.chances = chance_source(chances, {}, exec);
  Searched out{rank_teachers(input, options, exec), {}};
  out.set = best_set(input, {}, chances, out.ranked, kUsualRisk, exec);
  return out;
}

TEST_CASE("best set: two teachers with independent parts are put together") {
  for (const bool networks : {false, true}) {
    CAPTURE(networks);
    const RankInput input = networks ? parts(200, 600, false) : parts(100, 600, false, 6.0);
    const BestSet set = search(input, linear_students(networks)).set;
    const bool both = set.best == "a+b" || set.best == "b+a";
    CHECK(both);
    REQUIRE_FALSE(set.steps.empty());
    const SetStep& first = set.steps.front();
    CHECK(first.taken);
    CHECK(first.tried.size() == 2);
    CHECK(first.tried.front().networks == networks);
    CHECK(first.tried.front().over_single->value > 0.0);
    CHECK(first.tried.front().over_single->p_better >= first.needed);
    CHECK(first.tried.front().over_single->p_worthwhile >= 0.5);
    // Of two candidates: 1 − 2 · .05 / 2.
    CHECK(test::near(first.needed, 0.95, test::kRounding));
    // Noise adds nothing to both, and there is no other.
    CHECK(set.steps.size() == 2);
    CHECK_FALSE(set.steps.back().taken);
    CHECK((set.networks > 0) == networks);
  }
}

TEST_CASE("best set: a redundant teacher and noise are left out") {
  for (const bool networks : {false, true}) {
    CAPTURE(networks);
    const BestSet set = search(parts(200, 600, true), linear_students(networks)).set;
    CHECK(set.best == set.single.name);
    CHECK(set.best != "noise");
    REQUIRE(set.steps.size() == 1);
    CHECK_FALSE(set.steps.front().taken);
    CHECK_FALSE(set.stopped.empty());
  }
}

TEST_CASE("best set: every measure has its differences, f1 and auc from networks alone") {
  for (const GainMetric metric : {GainMetric::accuracy, GainMetric::f1, GainMetric::auc}) {
    ChanceOptions chances = linear_students(true);
    chances.metric = metric;
    const Searched found = search(parts(150, 300, false), chances);
    CHECK(found.set.metric == metric);
    REQUIRE_FALSE(found.set.steps.empty());
    const TriedSet& tried = found.set.steps.front().tried.front();
    REQUIRE(tried.over_single.has_value());
    CHECK(tried.over_single->standard_error > 0.0);
    CHECK(tried.expected_gain.has_value());
    const TeacherChance* of = deciding_chance(found.ranked.evidence.front().chances);
    REQUIRE(of != nullptr);
    CHECK(of->metric == metric);
    // No fit on the corpus, so the limits are those of a pilot's own posterior.
    if (metric == GainMetric::accuracy) continue;
    CHECK_FALSE(of->chance.in_range);
    CHECK(of->worthwhile == usual_worthwhile(metric));
    CHECK(limits_of(of->chance, metric, {}).gain == chance_limits(kUsualRisk).gain);
  }
}

TEST_CASE("best set: equal for every number of threads") {
  const RankInput input = parts(120, 200, false);
  const BestSet one = search(input, linear_students(true), 1).set;
  const BestSet three = search(input, linear_students(true), 3).set;
  REQUIRE(one.steps.size() == three.steps.size());
  for (std::size_t s = 0; s < one.steps.size(); ++s) {
    CHECK(one.steps[s].tried.front().name == three.steps[s].tried.front().name);
    CHECK(one.steps[s].tried.front().over_before->value ==
          three.steps[s].tried.front().over_before->value);
  }
}

TEST_CASE("best set: one teacher alone is refused, with teachers of stored outputs as well") {
  RankInput input = parts(120, 0, false);
  input.teachers.resize(1);
  CHECK_THROWS_AS(search(input, linear_students(false)), Error);
}

TEST_CASE("a set of teachers: columns side by side on the scale of the labelled rows") {
  RankInput input = parts(60, 30, false);
  ExtraRows further;
  add_teacher_set({1, 0}, input, further);
  REQUIRE(input.teachers.size() == 4);
  const Modality& set = input.teachers.back();
  CHECK(set.name == "b+a");
  CHECK(set.members == std::vector<std::string>{"b", "a"});
  REQUIRE(set.features.dim() == 4);
  REQUIRE(input.extra.teachers.size() == 4);
  CHECK(further.teachers.empty());
  for (const std::size_t t : {1, 0}) {
    const Samples& from = input.teachers[t].features;
    for (std::size_t j = 0; j < 2; ++j) {
      double mean = 0.0;
      double square = 0.0;
      for (std::size_t i = 0; i < 60; ++i) mean += from(i, j) / 60.0;
      for (std::size_t i = 0; i < 60; ++i) square += std::pow(from(i, j) - mean, 2) / 60.0;
      const std::size_t column = j + (t == 1 ? 0 : 2);
      CHECK(test::near(set.features(7, column), (from(7, j) - mean) / std::sqrt(square),
                       test::kRounding));
      CHECK(test::near(input.extra.teachers.back()(5, column),
                       (input.extra.teachers[t](5, j) - mean) / std::sqrt(square),
                       test::kRounding));
    }
  }
}

TEST_CASE("a set of teachers: one twice, one alone and one with outputs are refused") {
  RankInput input = parts(60, 0, false);
  ExtraRows none;
  CHECK_THROWS_AS(add_teacher_set({0, 0}, input, none), Error);
  CHECK_THROWS_AS(add_teacher_set({0}, input, none), Error);
  input.teachers[0].stored = StoredOutputs{TeacherKind::logits, false};
  CHECK_THROWS_AS(add_teacher_set({0, 1}, input, none), Error);
  CHECK(input.teachers.size() == 3);
}

}  // namespace
}  // namespace cch
