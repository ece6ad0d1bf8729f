// The full ranking: evidence at three levels, verdicts from it, controls, order, sensitivity.

#include "cch/criterion/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "cch/criterion/controls.hpp"
#include "cch/criterion/ranking.hpp"
#include "estimators/criterion/gather.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;

constexpr std::size_t kDim = 16;

Samples noisy(const Samples& x, double noise, std::uint64_t seed) {
  Random random(derive_seed(seed, "noisy"));
  Matrix out(x.size(), x.dim());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) out(i, j) = x(i, j) + noise * random.normal();
  }
  return Samples::from(std::move(out));
}

Samples first_column(const Samples& x) {
  Matrix out(x.size(), 1);
  for (std::size_t i = 0; i < x.size(); ++i) out(i, 0) = x(i, 0);
  return Samples::from(std::move(out));
}

std::vector<std::size_t> range(std::size_t begin, std::size_t end) {
  std::vector<std::size_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), begin);
  return rows;
}

// z ~ N(0, I); label = sign of Σ z_j; the good teacher sees z, the student z behind noise of sd 1,
// the useless teacher nothing. `rows` labelled rows, `extra` pairs without a label.
RankInput world(std::size_t rows, std::size_t extra, std::uint64_t seed) {
  const Samples z = test::gaussian_rows(rows + extra, kDim, 1, 0.0, seed).x;
  const Samples student = noisy(z, 1.0, seed);
  const Samples useless = test::gaussian_rows(rows + extra, kDim, 1, 0.0, seed + 100).x;
  std::vector<int> codes(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < kDim; ++j) sum += z(i, j);
    codes[i] = sum > 0.0 ? 1 : 0;
  }
  const auto main = range(0, rows);
  RankInput input{{"student", student.select(main)},
                  {{"useless", useless.select(main)}, {"good", z.select(main)}},
                  test::labels_of(std::move(codes), 2),
                  Groups::singletons(rows)};
  if (extra == 0) return input;
  const auto rest = range(rows, rows + extra);
  input.extra.student = student.select(rest);
  input.extra.teachers = {useless.select(rest), z.select(rest)};
  return input;
}

RankOptions quick() {
  RankOptions options;
  options.planted_bias = false;
  options.sensitivity = false;
  return options;
}

const TeacherEvidence& evidence_of(const RankResult& result, const std::string& name) {
  const auto& teachers = result.estimators.front().teachers;
  for (std::size_t i = 0; i < teachers.size(); ++i) {
    if (teachers[i].name == name) return result.evidence[i];
  }
  FAIL("no teacher " << name);
  return result.evidence.front();
}

bool warned(const RankResult& result, const std::string& code) {
  return std::any_of(result.warnings.begin(), result.warnings.end(),
                     [&](const Warning& warning) { return warning.code == code; });
}

TEST_CASE("a teacher that sees the labels' cause and labels many pairs is worth distilling from") {
  const RankInput input = world(120, 1500, 1);
  RankOptions options = quick();
  options.scenario = Scenario::unlabelled_pairs;
  options.controls = true;
  const RankResult result = rank_teachers(input, options, {});
  CHECK(result.estimators.front().teachers.front().name == "good");
  const TeacherEvidence& good = evidence_of(result, "good");
  CHECK(good.decision.verdict == Verdict::distil);
  CHECK(good.pilot->gain.interval95.lo > 0.0);
  CHECK(good.prediction->outcome != CchOutcome::fails);
  CHECK(good.i_teacher_labels_given_student->nats > 0.1);
  CHECK(evidence_of(result, "useless").decision.verdict != Verdict::distil);
  CHECK(result.pilot->extra_rows == 1500);
  CHECK(good.i_teacher_student_all_rows->n == 1620);
  REQUIRE(result.controls.size() == 4);
  for (const ControlResult& control : result.controls) {
    CAPTURE(control.teacher.name);
    CHECK(control.evidence.decision.verdict != Verdict::distil);
    CHECK(control.evidence.pilot.has_value());
  }
}

TEST_CASE("long: controls never come out as distil under combined and pilot") {
  for (const DecideBy by : {DecideBy::combined, DecideBy::pilot}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      RankOptions options = quick();
      options.decide_by = by;
      options.controls = true;
      const RankResult result = rank_teachers(world(300, 0, seed), options, {});
      for (const ControlResult& control : result.controls) {
        CAPTURE(seed);
        CAPTURE(control.teacher.name);
        CHECK(control.evidence.decision.verdict != Verdict::distil);
      }
    }
  }
}

// Self-distillation truly helps here (it regularises), so the pilot alone would call for the clone.
TEST_CASE("a gain that the student has from its own soft labels is no reason to distil") {
  RankInput input = world(300, 0, 11);
  input.teachers = {{"clone", input.student.features}};
  RankOptions options = quick();
  options.decide_by = DecideBy::pilot;
  const RankResult result = rank_teachers(input, options, {});
  const TeacherEvidence& clone = result.evidence.front();
  CHECK(clone.gain_over_uninformed->value <= 0.0);
  CHECK(clone.gain_over_uninformed->interval95.lo <= 0.0);
  CHECK(clone.decision.verdict != Verdict::distil);
  VerdictEvidence look;
  look.pilot_gain = 0.02;
  look.pilot_interval = Interval{0.01, 0.03};
  CHECK(decide(DecideBy::pilot, look).verdict == Verdict::distil);
  look.pilot_over_uninformed = Interval{0.001, 0.02};
  CHECK(decide(DecideBy::pilot, look).verdict == Verdict::distil);
  look.pilot_over_uninformed = Interval{-0.001, 0.02};
  CHECK(decide(DecideBy::pilot, look).verdict == Verdict::inconclusive);
  CHECK(decide(DecideBy::combined, look).verdict == Verdict::inconclusive);
}

TEST_CASE("controls change no number of the teachers") {
  const RankInput input = world(200, 0, 3);
  RankOptions options = quick();
  const RankResult without = rank_teachers(input, options, {});
  options.controls = true;
  const RankResult with = rank_teachers(input, options, {});
  CHECK(without.controls.empty());
  for (std::size_t i = 0; i < without.evidence.size(); ++i) {
    const TeacherEvidence& a = without.evidence[i];
    const TeacherEvidence& b = with.evidence[i];
    CHECK(a.pilot->gain.value == b.pilot->gain.value);
    CHECK(a.prediction->margin.p_above == b.prediction->margin.p_above);
    CHECK(without.estimators.front().teachers[i].margin.p_below ==
          with.estimators.front().teachers[i].margin.p_below);
    CHECK(a.decision.verdict == b.decision.verdict);
  }
  const auto clone = std::find_if(
      with.controls.begin(), with.controls.end(),
      [](const ControlResult& control) { return control.teacher.name == kCloneControl; });
  REQUIRE(clone != with.controls.end());  // it is the student, so nothing is measured twice
  CHECK(clone->teacher.i_teacher_labels->nats == with.estimators.front().i_student_labels.nats);
  CHECK(clone->teacher.i_teacher_labels->standard_error ==
        with.estimators.front().i_student_labels.standard_error);
}

TEST_CASE("the decision is that of the rule asked for on the evidence shown") {
  const RankInput input = world(250, 0, 4);
  for (const DecideBy by :
       {DecideBy::combined, DecideBy::cch, DecideBy::cch_prediction, DecideBy::pilot}) {
    RankOptions options = quick();
    options.decide_by = by;
    const RankResult result = rank_teachers(input, options, {});
    CHECK(result.decided_by == by);
    for (std::size_t i = 0; i < result.evidence.size(); ++i) {
      const TeacherEvidence& evidence = result.evidence[i];
      const TeacherResult& teacher = result.estimators.front().teachers[i];
      CHECK(teacher.rank == i + 1);
      const VerdictEvidence look{teacher.cch,
                                 evidence.prediction->outcome,
                                 evidence.pilot->gain.value,
                                 evidence.pilot->gain.interval95,
                                 evidence.gain_over_uninformed->interval95,
                                 {}};
      const Decision expected = decide(by, look);
      CHECK(evidence.decision.verdict == expected.verdict);
      CHECK(evidence.decision.reasons == expected.reasons);
    }
  }
}

TEST_CASE("prediction-level p values carry Holm's factor, and a clone adds nothing about labels") {
  RankInput input = world(250, 0, 5);
  RankInput alone = input;
  alone.teachers = {input.teachers[1]};
  const auto two = rank_teachers(input, quick(), {});
  const auto one = rank_teachers(alone, quick(), {});
  const double p_one = *evidence_of(one, "good").prediction->margin.p_above;
  const double p_two = *evidence_of(two, "good").prediction->margin.p_above;
  const double other = *evidence_of(two, "useless").prediction->margin.p_above;
  // Holm: the smaller of two p values doubles, the larger one is at least that.
  CHECK(other >= p_two);
  CHECK(test::near(p_two, std::min(1.0, 2.0 * p_one), kRounding));

  alone.teachers = {{"clone", input.student.features}};
  const auto clone = rank_teachers(alone, quick(), {});
  const LabelInformation& added = *clone.evidence.front().i_teacher_labels_given_student;
  // The same columns twice; only the classifiers' sampling differs.
  CHECK(std::abs(added.nats) < 3.0 * added.standard_error.value_or(0.0) + 0.02);
  // All that a clone shares with the student is about the labels as far as the student is.
  const LabelInformation& shared = *clone.evidence.front().i_teacher_student_labels;
  CHECK(std::abs(shared.nats - clone.estimators.front().i_student_labels.nats) <
        3.0 * added.standard_error.value_or(0.0) + 0.02);
  // I(T;S;Y) = I(T;Y) − I(T;Y|S), the same estimates in another order.
  const TeacherEvidence& good = evidence_of(two, "good");
  const auto& teachers = two.estimators.front().teachers;
  const TeacherResult& teacher = teachers[0].name == "good" ? teachers[0] : teachers[1];
  CHECK(test::near(good.i_teacher_student_labels->nats,
                   teacher.i_teacher_labels->nats - good.i_teacher_labels_given_student->nats,
                   kRounding));
}

TEST_CASE("stability shares add up, differences follow the order, the null is tested") {
  const RankInput input = world(250, 0, 6);
  RankOptions options = quick();
  options.permutations = 199;
  const RankResult result = rank_teachers(input, options, {});
  double sum = 0.0;
  for (const TeacherEvidence& evidence : result.evidence) sum += evidence.place->top1;
  CHECK(test::near(sum, 1.0, kRounding));
  CHECK_FALSE(result.stability_method.empty());
  REQUIRE(result.differences.size() == 1);
  CHECK(result.differences.front().first == result.estimators.front().teachers.front().name);
  CHECK(evidence_of(result, "good").null->p_value <= 0.025);
  CHECK(evidence_of(result, "useless").null->p_value > 0.025);
}

TEST_CASE("sensitivity: every choice is a row, curves end at all rows") {
  RankOptions options = quick();
  options.sensitivity = true;
  const RankResult result = rank_teachers(world(240, 0, 7), options, {});
  std::set<std::string> preprocessing;
  for (const SensitivityRow& row : result.sensitivity) {
    preprocessing.insert(row.preprocessing);
    CHECK(row.rows == 240);
    REQUIRE(row.i_teacher_student.size() == 2);
  }
  CHECK(preprocessing.size() == 4);
  REQUIRE(result.curves.size() == 2);
  CHECK(result.curves.front().by_rows.front().at == 60.0);
  CHECK(result.curves.front().by_rows.back().at == 240.0);
  CHECK(result.curves.front().by_neighbours.size() == 4);
}

TEST_CASE("sensitivity: what refuses wide rows is left out, and the others stay") {
  // 100 rows of 120 columns have no covariance, but the grid's other estimators read them.
  RankInput input = world(100, 0, 9);
  input.teachers[1].features =
      side_by_side(input.teachers[1].features, test::gaussian_rows(100, 120, 1, 0.0, 10).x);
  RankOptions options = quick();
  options.sensitivity = true;
  const RankResult result = rank_teachers(input, options, {});
  std::set<std::string> estimators;
  for (const SensitivityRow& row : result.sensitivity) estimators.insert(row.estimator);
  CHECK(estimators.contains("cca-ksg"));
  CHECK(estimators.contains("ksg1"));
  std::size_t told = 0;
  for (const Warning& warning : result.warnings) told += warning.code == "sensitivity-left-out";
  CHECK(told >= 1);
}

TEST_CASE("all evidence is bitwise equal for 1, 2 and 7 threads") {
  const RankInput input = world(150, 200, 8);
  RankOptions options;
  options.scenario = Scenario::unlabelled_pairs;
  options.controls = true;
  options.planted_bias = options.sensitivity = true;
  options.permutations = 99;
  auto numbers = [&](unsigned threads) {
    Execution exec;
    exec.threads = threads;
    const RankResult result = rank_teachers(input, options, exec);
    std::vector<double> out;
    auto add = [&](const TeacherEvidence& e) {
      out.insert(out.end(), {e.pilot->gain.value, e.pilot->gain.standard_error,
                             e.gain_over_uninformed->standard_error, e.prediction->margin.nats,
                             e.prediction->beta_e.value});
      if (e.i_teacher_labels_given_student) out.push_back(e.i_teacher_labels_given_student->nats);
      if (e.i_teacher_student_all_rows) out.push_back(e.i_teacher_student_all_rows->nats);
      if (e.planted) out.insert(out.end(), {e.planted->margin_bias, e.planted->interval95->lo});
      if (e.null) out.push_back(e.null->p_value);
      if (e.place) out.push_back(e.place->top1);
    };
    for (const TeacherEvidence& e : result.evidence) add(e);
    for (const ControlResult& control : result.controls) add(control.evidence);
    for (const SensitivityRow& row : result.sensitivity) {
      out.insert(out.end(), row.i_teacher_student.begin(), row.i_teacher_student.end());
    }
    for (const EstimateCurves& curve : result.curves) {
      for (const CurvePoint& point : curve.by_rows) out.push_back(point.nats);
    }
    return out;
  };
  const auto one = numbers(1);
  CHECK(one.size() > 60);
  for (const unsigned threads : {2U, 7U}) {
    const auto other = numbers(threads);
    REQUIRE(other.size() == one.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
      CAPTURE(threads);
      CAPTURE(i);
      CHECK(one[i] == other[i]);
    }
  }
}

TEST_CASE("too few groups: parts that cannot be had are named, and nothing is decided") {
  RankInput input = world(90, 0, 9);
  std::vector<std::size_t> codes(90);
  for (std::size_t i = 0; i < 90; ++i) codes[i] = i % 9;
  input.groups = Groups::from(codes);
  const RankResult result = rank_teachers(input, quick(), {});
  CHECK(warned(result, "pilot-left-out"));
  CHECK(warned(result, "prediction-level-left-out"));
  CHECK_FALSE(result.pilot.has_value());
  for (const TeacherEvidence& evidence : result.evidence) {
    CHECK(evidence.decision.verdict == Verdict::unreliable);
    CHECK_FALSE(evidence.decision.reasons.empty());
  }
}

TEST_CASE("three groups: parts without neighbours are left out, not fatal") {
  RankInput input = world(240, 0, 10);
  input.student.features = first_column(input.student.features);
  for (Modality& teacher : input.teachers) teacher.features = first_column(teacher.features);
  std::vector<std::size_t> codes(240);
  for (std::size_t i = 0; i < 240; ++i) codes[i] = i % 3;
  input.groups = Groups::from(codes);
  RankOptions options = quick();
  options.sensitivity = true;
  const RankResult result = rank_teachers(input, options, {});
  CHECK(warned(result, "curves-left-out"));
  CHECK(result.evidence.front().decision.verdict == Verdict::unreliable);
}

TEST_CASE(
    "real-valued labels of two values: a margin may have no error bar, never one that is no "
    "number") {
  const RankInput classes = world(200, 0, 12);
  Matrix values(200, 1);
  const auto& labels = std::get<ClassLabels>(classes.labels);
  for (std::size_t i = 0; i < 200; ++i) values(i, 0) = labels[i];
  RankInput input = classes;
  input.labels = Samples::from(std::move(values));
  const RankResult result = rank_teachers(input, quick(), {});
  for (const TeacherResult& teacher : result.estimators.front().teachers) {
    if (!teacher.margin.standard_error) continue;
    CHECK(std::isfinite(*teacher.margin.standard_error));
    CHECK(std::isfinite(*teacher.margin.p_above));
  }
}

TEST_CASE("options and names without meaning are refused") {
  const RankInput input = world(120, 0, 1);
  auto code = [&](auto&& change) {
    RankInput one = input;
    RankOptions options = quick();
    change(one, options);
    return test::fault_code([&] { (void)rank_teachers(one, options, {}); });
  };
  CHECK(code([](RankInput&, RankOptions& o) { o.lambda = 0.0; }) == "bad-lambda");
  CHECK(code([](RankInput&, RankOptions& o) { o.lambda = NAN; }) == "bad-lambda");
  CHECK(code([](RankInput&, RankOptions& o) { o.permutations = 30; }) == "too-few-permutations");
  CHECK(code([](RankInput& in, RankOptions&) { in.teachers[0].name = "Control: x"; }) ==
        "reserved-name");
}

// A margin and two biases put together by hand.
PlantedMargin planted(double margin, double standard_error, double teacher_bias, double label_bias,
                      bool label_resolved = true) {
  detail::MeasuredTeacher teacher;
  teacher.result.margin.nats = margin;
  teacher.result.margin.standard_error = standard_error;
  teacher.result.margin.p_above = margin > 2.0 * standard_error ? 0.001 : 0.5;
  teacher.result.margin.p_below = margin < -2.0 * standard_error ? 0.001 : 0.5;
  return detail::planted_margin(teacher, {{teacher_bias, 1.0, 0.01, true}, {}},
                                {label_bias, 1.0, 0.01, label_resolved}, 1000);
}

TEST_CASE("a bias that could turn a sign that decides is seen, and only then") {
  CHECK_FALSE(planted(0.5, 0.05, -0.02, 0.0).could_flip);
  CHECK(planted(0.5, 0.05, -0.4, 0.0).could_flip);
  CHECK(planted(-0.5, 0.05, -0.4, 0.0).could_flip);
  // Equal biases cancel in the margin.
  CHECK_FALSE(planted(-0.5, 0.05, -0.4, -0.4).could_flip);
  // I(S;Y) may be far higher than the estimate: a positive margin is not safe, a negative one is.
  CHECK(planted(0.5, 0.05, 0.0, -0.01, false).could_flip);
  CHECK_FALSE(planted(-0.5, 0.05, 0.0, -0.01, false).could_flip);
  // Undecided margins have no sign to turn.
  CHECK_FALSE(planted(0.01, 0.05, -0.4, 0.0).could_flip);
  const PlantedMargin wide = planted(0.5, 0.05, -0.12, 0.0);
  const double half = (wide.interval95->hi - wide.interval95->lo) / 2.0;
  // √(.05² + .12²) = .13, times t_{.975, 20} = 2.086.
  CHECK(test::near(half, 0.13 * 2.0859634, 1e-6));
}

}  // namespace
}  // namespace cch
