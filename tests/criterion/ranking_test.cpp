// rank_teachers on data whose answer is known, and on inputs that should be refused.

#include "cch/criterion/ranking.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;

// Two-column student; label = class of the student's first column plus noise; teachers share
// columns with the student at different correlations.
struct World {
  Samples student;
  ClassLabels labels;
};

World world(std::size_t n, double label_noise, std::uint64_t seed, std::size_t dim = 2) {
  const Samples student = test::gaussian_rows(n, dim, dim, 0.0, seed).x;
  Random random(derive_seed(seed, "world-labels"));
  std::vector<int> codes(n);
  for (std::size_t i = 0; i < n; ++i) {
    codes[i] = student(i, 0) + label_noise * random.normal() > 0.0 ? 1 : 0;
  }
  return {student, test::labels_of(std::move(codes), 2)};
}

// Every column has correlation rho with the student's.
Samples related(const Samples& student, double rho, std::uint64_t seed) {
  Random random(derive_seed(seed, "related-teacher"));
  Matrix out(student.size(), student.dim());
  for (std::size_t i = 0; i < student.size(); ++i) {
    for (std::size_t j = 0; j < student.dim(); ++j) {
      out(i, j) = rho * student(i, j) + std::sqrt(1.0 - rho * rho) * random.normal();
    }
  }
  return Samples::from(std::move(out));
}

RankInput input_of(const World& w, std::vector<Modality> teachers) {
  return {
      {"student", w.student}, std::move(teachers), w.labels, Groups::singletons(w.student.size())};
}

// Representations alone decide; the other levels have tests of their own (evidence_test.cpp).
RankOptions by(std::vector<std::string> estimators, std::optional<std::size_t> k = {}) {
  RankOptions options;
  options.estimators = std::move(estimators);
  options.k = k;
  options.decide_by = DecideBy::cch;
  options.planted_bias = false;
  options.sensitivity = false;
  return options;
}

const TeacherResult& teacher(const EstimatorRanking& ranking, const std::string& name) {
  const auto found = std::find_if(ranking.teachers.begin(), ranking.teachers.end(),
                                  [&](const TeacherResult& t) { return t.name == name; });
  REQUIRE(found != ranking.teachers.end());
  return *found;
}

int order_of(Verdict v) {
  return v == Verdict::distil         ? 0
         : v == Verdict::inconclusive ? 1
         : v == Verdict::unreliable   ? 2
                                      : 3;
}

// All numbers of a result that must not depend on threads, in one list.
std::vector<double> numbers_of(const RankResult& result) {
  std::vector<double> out;
  auto add = [&](const Estimate& e) {
    out.push_back(e.nats);
    out.push_back(e.standard_error.value_or(-1.0));
    out.push_back(e.interval95 ? e.interval95->lo : -1.0);
  };
  for (const EstimatorRanking& ranking : result.estimators) {
    add(ranking.i_student_labels);
    for (const TeacherResult& t : ranking.teachers) {
      add(t.i_teacher_student);
      add(*t.i_teacher_labels);
      out.push_back(t.margin.nats);
      out.push_back(t.margin.p_above.value_or(-1.0));
      out.push_back(t.margin.p_below.value_or(-1.0));
      out.push_back(t.i_student_labels_upper);
      out.push_back(static_cast<double>(t.cch.verdict));
    }
  }
  for (const TeacherDifference& d : result.differences) {
    out.push_back(d.nats);
    out.push_back(d.standard_error.value_or(-1.0));
  }
  return out;
}

TEST_CASE("ranking: verdict first, then margin, ranks, differences and rows are consistent") {
  const World w = world(400, 1.0, 1, 1);
  const RankInput input = input_of(w, {{"weak", related(w.student, 0.5, 1)},
                                       {"none", related(w.student, 0.0, 2)},
                                       {"strong", related(w.student, 0.9, 3)},
                                       {"middling", related(w.student, 0.7, 4)}});
  const RankResult result = rank_teachers(input, by({"ksg1"}), {});
  REQUIRE(result.estimators.size() == 1);
  const EstimatorRanking& ranking = result.estimators.front();
  CHECK(ranking.teacher_student == "ksg1");
  CHECK(ranking.student_labels == "ross");
  REQUIRE(ranking.teachers.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    const TeacherResult& t = ranking.teachers[i];
    CHECK(t.rank == i + 1);
    CHECK(t.dim == 1);
    CHECK_FALSE(t.mixed_families);
    CHECK(test::near(t.margin.nats, t.i_teacher_student.nats - ranking.i_student_labels.nats,
                     kRounding));
    if (i == 0) continue;
    const TeacherResult& before = ranking.teachers[i - 1];
    CHECK(order_of(before.cch.verdict) <= order_of(t.cch.verdict));
    if (before.cch.verdict == t.cch.verdict) CHECK(before.margin.nats >= t.margin.nats);
  }
  CHECK(ranking.teachers.front().name == "strong");
  CHECK(ranking.teachers.back().name == "none");
  CHECK(test::near(result.entropy_labels.value_or(0.0), std::log(2.0), 0.01));
  // First against each, and neighbours: 3 + 2.
  REQUIRE(result.differences.size() == 5);
  for (const TeacherDifference& d : result.differences) {
    CHECK(test::near(d.nats,
                     teacher(ranking, d.first).i_teacher_student.nats -
                         teacher(ranking, d.second).i_teacher_student.nats,
                     kRounding));
    REQUIRE(d.interval95.has_value());
    CHECK(d.interval95->lo < d.nats);
  }
}

TEST_CASE("a second teacher costs the first a factor of its p value, and changes no estimate") {
  const World w = world(300, 1.0, 4, 1);
  const RankResult alone =
      rank_teachers(input_of(w, {{"a", related(w.student, 0.75, 5)}}), by({"auto"}), {});
  const RankResult two = rank_teachers(
      input_of(w, {{"a", related(w.student, 0.75, 5)}, {"b", related(w.student, 0.0, 6)}}),
      by({"auto"}), {});
  const Margin& single = alone.estimators.front().teachers.front().margin;
  const Margin& adjusted = teacher(two.estimators.front(), "a").margin;
  CHECK(single.nats == adjusted.nats);
  CHECK(single.standard_error == adjusted.standard_error);
  // b's margin is below a's on both tests, so a's p_above is the smaller of the two and doubles.
  CHECK(test::near(*adjusted.p_above, std::min(1.0, 2.0 * *single.p_above), kRounding));
}

TEST_CASE("controls: pure noise is never worth distilling, a clone of the student holds") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const World w = world(300, 0.7, seed, seed % 2 == 0 ? 1 : 3);
    const RankInput input = input_of(w, {{"noise", related(w.student, 0.0, seed)},
                                         {"clone", w.student},
                                         {"noisy clone", related(w.student, 0.98, seed)}});
    const RankResult result = rank_teachers(input, by({"auto"}), {});
    const EstimatorRanking& ranking = result.estimators.front();
    CAPTURE(seed);
    const TeacherResult& noise = teacher(ranking, "noise");
    CHECK(noise.cch.verdict != Verdict::distil);
    CHECK(noise.cch.outcome != CchOutcome::holds);
    CHECK(noise.rank == 3);
    const TeacherResult& clone = teacher(ranking, "clone");
    CHECK(clone.cch.outcome == CchOutcome::holds);
    // More than the label entropy: it holds trivially, and nothing is recommended for it.
    CHECK(clone.cch.trivially_satisfied);
    CHECK(clone.cch.verdict == Verdict::inconclusive);
  }
}

TEST_CASE("a teacher that is the labels is not told to be distilled for its noise alone") {
  // The student knows nothing about the labels; the teacher is the labels with noise and knows
  // nothing about the student: I(T;S) = I(S;Y) = 0, so nothing can be decided.
  const World w = world(300, 1e6, 3, 1);
  Matrix values(300, 1);
  Random random(5);
  for (std::size_t i = 0; i < 300; ++i) values(i, 0) = w.labels[i] + 0.1 * random.normal();
  const RankResult result =
      rank_teachers(input_of(w, {{"labels", Samples::from(std::move(values))}}), by({"auto"}), {});
  const TeacherResult& t = result.estimators.front().teachers.front();
  CHECK(t.cch.outcome == CchOutcome::undecided);
  CHECK(t.i_teacher_labels->nats > 0.5);
}

TEST_CASE("false claims stay rare where I(teacher,student) equals I(student,labels)") {
  // Real labels on the teacher's footing: both informations are ½ ln 1/(1 − .36) = .223.
  int claims = 0;
  constexpr int kRepeats = 40;
  for (int r = 0; r < kRepeats; ++r) {
    const auto seed = static_cast<std::uint64_t>(r);
    const Samples student = test::gaussian_rows(300, 1, 1, 0.0, seed).x;
    const RankInput input{{"student", student},
                          {{"teacher", related(student, 0.6, seed)}},
                          related(student, 0.6, seed + 1000),
                          Groups::singletons(300)};
    const auto outcome =
        rank_teachers(input, by({"auto"}), {}).estimators.front().teachers.front().cch.outcome;
    claims += outcome != CchOutcome::undecided ? 1 : 0;
  }
  // 5 % of 40 is 2, SD 1.4; 8 or more in 1 of 2000 sets of seeds at a true level of 5 %.
  CHECK(claims < 8);
}

TEST_CASE("mixed families: flagged, warned of, and judged against an upper value") {
  const World w = world(400, 0.5, 6, 4);
  const RankResult result =
      rank_teachers(input_of(w, {{"t", related(w.student, 0.7, 1)}}), by({"auto"}), {});
  const EstimatorRanking& ranking = result.estimators.front();
  CHECK(ranking.teacher_student == "cca-ksg");
  CHECK(ranking.student_labels == "label-bound");
  const TeacherResult& t = ranking.teachers.front();
  CHECK(t.mixed_families);
  CHECK(t.i_student_labels_upper > ranking.i_student_labels.nats);
  CHECK(t.i_student_labels_upper <= *result.entropy_labels + kRounding);
  CHECK(std::any_of(result.warnings.begin(), result.warnings.end(),
                    [](const Warning& warning) { return warning.code == "mixed-families"; }));
}

TEST_CASE("one family on both sides is not mixed: real-valued labels by cca-ksg") {
  const Samples student = test::gaussian_rows(300, 3, 3, 0.0, 2).x;
  const RankInput input{{"student", student},
                        {{"t", related(student, 0.7, 1)}},
                        related(student, 0.3, 2),
                        Groups::singletons(300)};
  const RankResult result = rank_teachers(input, by({"auto"}), {});
  CHECK_FALSE(result.estimators.front().teachers.front().mixed_families);
  CHECK_FALSE(result.entropy_labels.has_value());
  CHECK(result.estimators.front().teachers.front().cch.outcome == CchOutcome::holds);
}

TEST_CASE("unreliable below 100 rows, below 20 groups and for neighbours in many columns") {
  auto verdict = [](const RankInput& input, const std::string& estimator) {
    const RankResult result = rank_teachers(input, by({estimator}), {});
    const TeacherResult& t = result.estimators.front().teachers.front();
    CHECK_FALSE(t.cch.reasons.empty());
    return t.cch.verdict;
  };
  auto plain = [](std::size_t n, std::size_t dim) {
    const World w = world(n, 1.0, 8, dim);
    return input_of(w, {{"t", related(w.student, 0.9, 1)}});
  };
  CHECK(verdict(plain(99, 1), "ksg1") == Verdict::unreliable);
  CHECK(verdict(plain(100, 1), "ksg1") != Verdict::unreliable);
  auto grouped = [&](std::size_t groups) {
    RankInput input = plain(400, 1);
    std::vector<std::size_t> codes(400);
    for (std::size_t i = 0; i < 400; ++i) codes[i] = i % groups;
    input.groups = Groups::from(codes);
    return input;
  };
  CHECK(verdict(grouped(19), "ksg1") == Verdict::unreliable);
  CHECK(verdict(grouped(20), "ksg1") != Verdict::unreliable);
  CHECK(verdict(plain(200, 6), "ksg1") == Verdict::unreliable);
  CHECK(verdict(plain(200, 5), "ksg1") != Verdict::unreliable);
  CHECK(verdict(plain(400, 6), "gaussian") != Verdict::unreliable);
}

TEST_CASE("too few groups for any error bar: no p values, a warning, still a ranking") {
  const World w = world(70, 1.0, 8, 1);
  RankInput input = input_of(w, {{"t", related(w.student, 0.9, 1)}});
  std::vector<std::size_t> codes(70);
  for (std::size_t i = 0; i < 70; ++i) codes[i] = i % 7;
  input.groups = Groups::from(codes);
  const RankResult result = rank_teachers(input, by({"auto"}), {});
  const EstimatorRanking& ranking = result.estimators.front();
  CHECK_FALSE(ranking.teachers.front().margin.p_above.has_value());
  CHECK_FALSE(ranking.teachers.front().margin.interval95.has_value());
  CHECK(ranking.teachers.front().cch.verdict == Verdict::unreliable);
  CHECK(std::any_of(ranking.warnings.begin(), ranking.warnings.end(),
                    [](const Warning& warning) { return warning.code == "no-error-bar"; }));
}

TEST_CASE("all faults of the inputs come at once") {
  const World w = world(100, 1.0, 1, 1);
  const Samples shorter = test::gaussian_rows(90, 1, 1, 0.0, 1).x;
  RankInput input = input_of(w, {{"a", shorter}, {"a", w.student}, {"student", w.student}});
  std::vector<int> label_codes(80, 0);
  label_codes[5] = 1;
  input.labels = test::labels_of(label_codes, 2);
  input.groups = Groups::singletons(70);
  try {
    (void)rank_teachers(input, by({"auto"}), {});
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    std::multiset<std::string> found;
    for (const Fault& fault : error.faults()) found.insert(fault.code);
    CHECK(found == std::multiset<std::string>{"duplicate-name", "duplicate-name", "unequal-rows",
                                              "unequal-rows", "unequal-rows"});
    const std::string all = error.what();
    for (const std::string words : {"'a' has 90 rows", "labels has 80 rows", "groups has 70 rows"})
      CHECK(all.find(words) != std::string::npos);
  }
}

TEST_CASE("nothing to rank, nothing to rank by, and unknown estimators are refused") {
  const World w = world(100, 1.0, 1, 1);
  const RankInput one = input_of(w, {{"t", related(w.student, 0.5, 1)}});
  auto code = [](const RankInput& input, std::vector<std::string> estimators) {
    return test::fault_code([&] { (void)rank_teachers(input, by(std::move(estimators)), {}); });
  };
  CHECK(code(input_of(w, {}), {"auto"}) == "no-teacher");
  CHECK(code(one, {}) == "no-estimator");
  CHECK(code(one, {"ksg3"}) == "unknown-estimator");
  CHECK(code(one, {"ksg1", "ksg3"}) == "unknown-estimator");
  CHECK(code(one, {"ross"}) == "wrong-variable-kind");
  CHECK(code(one, {"discrete"}) == "wrong-variable-kind");
}

TEST_CASE("labels of a single class are refused, not ranked") {
  for (const std::size_t dim : {1U, 3U}) {
    World w = world(200, 1.0, 1, dim);
    w.labels = test::labels_of(std::vector<int>(200, 1), 2);
    CHECK(test::fault_code([&] {
            (void)rank_teachers(input_of(w, {{"t", related(w.student, 0.5, 1)}}), by({"auto"}), {});
          }) == "one-class");
  }
}

TEST_CASE("a constant student is worth no verdict, a constant teacher no information") {
  const World w = world(200, 1.0, 1, 1);
  const Samples constant = Samples::from(Matrix(200, 1, 3.0));
  const World blind{constant, w.labels};
  for (const std::string estimator : {"auto", "mixed-ksg"}) {
    CAPTURE(estimator);
    const RankResult no_student =
        rank_teachers(input_of(blind, {{"t", w.student}}), by({estimator}), {});
    const TeacherResult& t = no_student.estimators.front().teachers.front();
    // Both informations are 0 up to ln N − ψ(N) = 1/(2N).
    CHECK(std::abs(t.margin.nats) < 0.01);
    CHECK(t.cch.verdict != Verdict::distil);
    const RankResult no_teacher =
        rank_teachers(input_of(w, {{"t", constant}}), by({estimator}), {});
    const TeacherResult& blank = no_teacher.estimators.front().teachers.front();
    CHECK(std::abs(blank.i_teacher_student.nats) < 0.01);
    CHECK(blank.cch.verdict != Verdict::distil);
  }
}

TEST_CASE("the order of the teachers changes nothing but the order of equals") {
  const World w = world(300, 0.8, 2, 2);
  std::vector<Modality> teachers{{"a", related(w.student, 0.9, 1)},
                                 {"b", related(w.student, 0.2, 2)},
                                 {"c", related(w.student, 0.6, 3)},
                                 {"one column", related(world(300, 0.8, 2, 1).student, 0.5, 4)}};
  const RankResult first = rank_teachers(input_of(w, teachers), by({"auto"}), {});
  std::reverse(teachers.begin(), teachers.end());
  const RankResult second = rank_teachers(input_of(w, teachers), by({"auto"}), {});
  CHECK(numbers_of(first) == numbers_of(second));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(first.estimators.front().teachers[i].name == second.estimators.front().teachers[i].name);
  }
  CHECK(first.estimators.front().why == second.estimators.front().why);
}

TEST_CASE("rankings are bitwise equal for 1, 2 and 7 threads") {
  const World w = world(240, 0.8, 2, 2);
  const RankInput input =
      input_of(w, {{"a", related(w.student, 0.9, 1)}, {"b", related(w.student, 0.2, 2)}});
  auto numbers = [&](unsigned threads) {
    Execution exec;
    exec.threads = threads;
    return numbers_of(rank_teachers(input, by({"auto", "ksg1", "gaussian"}), exec));
  };
  const std::vector<double> one = numbers(1);
  CHECK(one.size() > 60);
  CHECK(one == numbers(2));
  CHECK(one == numbers(7));
}

TEST_CASE("a common monotone change of units changes nothing on the rank scale") {
  const World w = world(240, 0.8, 5, 1);
  const Samples t = related(w.student, 0.7, 1);
  auto cubed = [](const Samples& x) {
    Matrix out(x.size(), x.dim());
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < x.dim(); ++j) out(i, j) = 1e6 * std::pow(x(i, j), 3.0) + 4.0;
    }
    return Samples::from(std::move(out));
  };
  const World other{cubed(w.student), w.labels};
  const auto plain = numbers_of(rank_teachers(input_of(w, {{"t", t}}), by({"auto"}), {}));
  const auto changed =
      numbers_of(rank_teachers(input_of(other, {{"t", cubed(t)}}), by({"auto"}), {}));
  CHECK(plain == changed);
}

TEST_CASE("k reaches both sides, and the estimators asked for stand side by side") {
  const World w = world(240, 0.8, 5, 1);
  const RankInput input = input_of(w, {{"t", related(w.student, 0.7, 1)}});
  const RankResult few = rank_teachers(input, by({"ksg1"}, 3), {});
  const RankResult many = rank_teachers(input, by({"ksg1"}, 20), {});
  const auto& a = few.estimators.front();
  const auto& b = many.estimators.front();
  CHECK(a.i_student_labels.nats != b.i_student_labels.nats);
  CHECK(a.teachers.front().i_teacher_student.nats != b.teachers.front().i_teacher_student.nats);
  CHECK(b.i_student_labels.diagnostics.number("k").value_or(0.0) == 20.0);
  const RankResult both = rank_teachers(input, by({"gaussian", "ksg1"}, 3), {});
  REQUIRE(both.estimators.size() == 2);
  CHECK(both.estimators[0].teacher_student == "gaussian");
  CHECK(both.estimators[1].teachers.front().margin.nats == a.teachers.front().margin.nats);
}

TEST_CASE("a stop request ends the ranking") {
  const World w = world(240, 0.8, 5, 1);
  std::stop_source source;
  source.request_stop();
  Execution exec;
  exec.stop = source.get_token();
  try {
    (void)rank_teachers(input_of(w, {{"t", related(w.student, 0.7, 1)}}), by({"auto"}), exec);
    FAIL("went on");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::cancelled);
  }
}

}  // namespace
}  // namespace cch
