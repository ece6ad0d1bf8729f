// Teachers that were trained before: log-ratios against their formula, the order of columns, and
// what the levels do with them.

#include "cch/criterion/stored_teacher.hpp"

#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/criterion/levels.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/criterion/probes.hpp"
#include "cch/criterion/ranking.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using test::kRounding;
using test::labels_of;

Samples rows_of(std::size_t columns, std::vector<double> values) {
  const std::size_t rows = values.size() / columns;
  return Samples::from(Matrix(rows, columns, std::move(values)), "teacher x");
}

/// Rows of K classes in turn; logits of a teacher that knows ln p up to noise.
struct Known {
  ClassLabels labels;
  Samples logits;
  Samples student;
};
Known known(std::size_t n, std::size_t k, double strength, std::uint64_t seed) {
  Random random(seed);
  std::vector<int> y(n);
  Matrix logits(n, k);
  Matrix student(n, 3);
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = static_cast<int>(random.below(k));
    for (std::size_t c = 0; c < k; ++c) {
      logits(i, c) = (static_cast<int>(c) == y[i] ? strength : 0.0) + random.normal();
    }
    for (std::size_t j = 0; j < 3; ++j) {
      student(i, j) = random.normal() + (static_cast<int>(j) == y[i] ? 1.0 : 0.0);
    }
  }
  return {labels_of(std::move(y), static_cast<int>(k)), Samples::from(std::move(logits)),
          Samples::from(std::move(student))};
}

Samples softmax_of(const Samples& logits) {
  Matrix p(logits.size(), logits.dim());
  for (std::size_t i = 0; i < p.rows(); ++i) {
    double total = 0.0;
    for (std::size_t c = 0; c < p.cols(); ++c) total += std::exp(logits(i, c));
    for (std::size_t c = 0; c < p.cols(); ++c) p(i, c) = std::exp(logits(i, c)) / total;
  }
  return Samples::from(std::move(p), "teacher x");
}

Samples columns_in(const Samples& from, const std::vector<std::size_t>& order) {
  Matrix out(from.size(), from.dim());
  for (std::size_t i = 0; i < out.rows(); ++i) {
    for (std::size_t c = 0; c < out.cols(); ++c) out(i, c) = from(i, order[c]);
  }
  return Samples::from(std::move(out));
}

TEST_CASE("log-ratios: the formula, the same for logits and probabilities, and an isometry") {
  const ClassLabels labels = labels_of({0, 1, 2}, 3);
  const Samples logits = rows_of(3, {1.0, 2.0, -1.0, 0.5, 0.5, 3.0, -2.0, 0.0, 0.1});
  const Samples z = log_ratios(logits, TeacherKind::logits, labels);
  REQUIRE(z.dim() == 2);
  CHECK(std::abs(z(0, 0) - std::sqrt(0.5) * (1.0 - 2.0)) < kRounding);
  CHECK(std::abs(z(0, 1) - std::sqrt(2.0 / 3.0) * (1.5 + 1.0)) < kRounding);
  const Samples p = softmax_of(logits);
  const Samples same = log_ratios(p, TeacherKind::probabilities, labels);
  const Matrix back = log_probabilities(z.view());
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) CHECK(std::abs(z(i, j) - same(i, j)) < kRounding);
    for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(back(i, c) - std::log(p(i, c))) < kRounding);
  }
  // Distances are those of ln p less its mean in each row.
  double of_z = 0.0;
  double of_p = 0.0;
  for (std::size_t j = 0; j < 2; ++j) of_z += std::pow(z(0, j) - z(1, j), 2);
  const auto centred = [&](std::size_t i, std::size_t c) {
    return back(i, c) - (back(i, 0) + back(i, 1) + back(i, 2)) / 3.0;
  };
  for (std::size_t c = 0; c < 3; ++c) of_p += std::pow(centred(0, c) - centred(1, c), 2);
  CHECK(std::abs(of_z - of_p) < kRounding);
  // One class against the others.
  const Samples second = against_others(z, 1);
  CHECK(std::abs(second(2, 0) - std::sqrt(0.5) * std::log((p(2, 0) + p(2, 2)) / p(2, 1))) <
        kRounding);
}

TEST_CASE("log-ratios: one column of two classes, and a probability of 0") {
  const ClassLabels two = labels_of({0, 1}, 2);
  const Samples z = log_ratios(rows_of(1, {-2.0, 3.0}), TeacherKind::logits, two);
  const Samples both = log_ratios(rows_of(2, {0.0, -2.0, 0.0, 3.0}), TeacherKind::logits, two);
  CHECK(z(0, 0) == both(0, 0));
  CHECK(z(1, 0) == both(1, 0));
  const Samples p = log_ratios(rows_of(1, {0.0, 0.25}), TeacherKind::probabilities, two);
  CHECK(std::abs(p(1, 0) - std::sqrt(0.5) * std::log(0.75 / 0.25)) < kRounding);
  CHECK(std::abs(p(0, 0) + std::sqrt(0.5) * std::log(kLeastProbability)) < kRounding);
}

TEST_CASE("log-ratios: outputs that cannot be what they are said to be are refused") {
  const ClassLabels labels = labels_of({0, 1, 2, 0}, 3);
  const auto code = [&](const Samples& outputs, TeacherKind kind) {
    return test::fault_code([&] { log_ratios(outputs, kind, labels); });
  };
  const Samples two = rows_of(2, {0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(code(two, TeacherKind::logits) == "outputs-columns");
  const Samples p = rows_of(3, {.2, .3, .5, 1, 0, 0, .1, .8, .1, .25, .25, .5});
  CHECK(code(p, TeacherKind::probabilities).empty());
  CHECK(code(p, TeacherKind::logits) == "outputs-are-probabilities");
  const Samples sums = rows_of(3, {.2, .3, .5, 1, 0, 0, .1, .8, .2, .25, .25, .5});
  CHECK(code(sums, TeacherKind::logits).empty());
  CHECK(code(sums, TeacherKind::probabilities) == "outputs-not-probabilities");
  const Samples negative = rows_of(3, {.2, .3, .5, 1, 0, 0, 1.1, -.2, .1, .25, .25, .5});
  try {
    log_ratios(negative, TeacherKind::probabilities, labels);
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("row 2 (from 0) of teacher x") != std::string::npos);
  }
  CHECK(test::fault_code([] { parse_teacher_kind("logit"); }) == "unknown-teacher-kind");
  CHECK(parse_teacher_kind("probabilities") == TeacherKind::probabilities);
}

TEST_CASE("columns: every order but that of the classes is seen, a weak teacher is not one") {
  const Known good = known(300, 4, 2.0, 5);
  const Groups rows = Groups::singletons(300);
  const auto match = [&](const Known& of, const std::vector<std::size_t>& order,
                         const Groups& groups) {
    const Samples z = log_ratios(columns_in(of.logits, order), TeacherKind::logits, of.labels);
    return match_columns(z.view(), of.labels, groups);
  };
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    const ColumnMatch found = match(good, order, rows);
    const bool same = order == std::vector<std::size_t>{0, 1, 2, 3};
    CHECK(found.permuted() == !same);
    for (std::size_t c = 0; c < 4; ++c) CHECK(order[found.column_of[c]] == c);
  } while (std::next_permutation(order.begin(), order.end()));
  // Of 200 teachers that know nothing none has columns in another order: the gain on the half that
  // did not choose is 0 up to its error, and 4 errors are exceeded with probability 3e-5.
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    refused += match(known(60, 3, 0.0, 100 + seed), {0, 1, 2}, Groups::singletons(60)).permuted();
  }
  CHECK(refused == 0);
  CHECK(match(known(60, 3, -3.0, 1), {0, 1, 2}, Groups::singletons(60)).at_chance());
  CHECK_FALSE(match(good, {0, 1, 2, 3}, rows).at_chance());
}

TEST_CASE("stored probe: softmax at one temperature, fitted without the fold") {
  // Logits that are twice too large: the temperature must find them out.
  Random random(3);
  const std::size_t n = 3000;
  std::vector<int> y(n);
  Matrix logits(n, 2);
  std::vector<double> truth(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double z = 1.5 * random.normal();
    truth[i] = 1.0 / (1.0 + std::exp(-z));
    y[i] = random.uniform() < truth[i] ? 1 : 0;
    logits(i, 1) = 2.0 * z;
  }
  const ClassLabels labels = labels_of(std::move(y), 2);
  const Samples z = log_ratios(Samples::from(std::move(logits)), TeacherKind::logits, labels);
  Execution exec;
  exec.seed = 4;
  const Groups groups = Groups::singletons(n);
  const Probe probe = stored_probe(z, labels, groups, {}, exec);
  double furthest = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    furthest = std::max(furthest, std::abs(probe.predictions(i, 1) - truth[i]));
  }
  // The error of one slope of a logistic regression on 2400 rows is about 5 %, which moves a
  // probability by at most .25 · 2.2 · .05; four of them.
  CHECK(furthest < 0.11);
  CHECK(probe.strengths.empty());
  const Probe fitted = linear_probe(z, labels, groups, {}, exec);
  CHECK(fitted.fold == probe.fold);
  exec.threads = 3;
  CHECK(stored_probe(z, labels, groups, {}, exec).score == probe.score);
}

PilotInput pilot_of(const Known& k, bool stored) {
  const std::size_t n = k.labels.size();
  PilotInput input{k.student,
                   {log_ratios(k.logits, TeacherKind::logits, k.labels)},
                   k.labels,
                   Groups::singletons(n),
                   {}};
  input.stored = {stored};
  return input;
}

TEST_CASE("pilot: stored outputs teach as they are, and more labels mean nothing to them") {
  const Known k = known(240, 3, 1.5, 8);
  Execution exec;
  exec.seed = 2;
  const PilotResult stored = pilot(pilot_of(k, true), {}, exec);
  const PilotResult fitted = pilot(pilot_of(k, false), {}, exec);
  CHECK(stored.score_alone == fitted.score_alone);
  // The teacher's own score: its logits at one temperature, so no better than the best of these on
  // the same rows and, with one number fitted, hardly worse.
  double best = 1e9;
  for (double tau = 0.1; tau < 4.0; tau += 0.01) {
    double loss = 0.0;
    for (std::size_t i = 0; i < 240; ++i) {
      double total = 0.0;
      for (std::size_t c = 0; c < 3; ++c) total += std::exp(tau * k.logits(i, c));
      loss -= tau * k.logits(i, static_cast<std::size_t>(k.labels[i])) - std::log(total);
    }
    best = std::min(best, loss / 240.0);
  }
  CHECK(stored.teachers[0].teacher_score > best - 0.02);  // folds of 192 rows scatter about it
  CHECK(stored.teachers[0].teacher_score < best + 0.02);
  CHECK(stored.teachers[0].gain.value != fitted.teachers[0].gain.value);
  for (const unsigned threads : {1U, 3U}) {
    exec.threads = threads;
    CHECK(pilot(pilot_of(k, true), {}, exec).teachers[0].row_terms == stored.teachers[0].row_terms);
  }
  PilotInput more = pilot_of(k, true);
  more.extra.teachers = more.teachers;
  more.extra.labels = more.labels;
  PilotOptions options;
  options.scenario = Scenario::more_labels;
  CHECK(test::fault_code([&] { pilot(more, options, exec); }) == "stored-teacher");
  PilotInput real = pilot_of(k, true);
  real.labels = k.student;
  CHECK(test::fault_code([&] { pilot(real, {}, exec); }) == "stored-teacher");
}

TEST_CASE("pilot: logits count up to a constant a row") {
  const Known k = known(150, 3, 1.5, 9);
  Random random(1);
  Matrix moved(150, 3);
  for (std::size_t i = 0; i < 150; ++i) {
    const double by = 10.0 * random.normal();
    for (std::size_t c = 0; c < 3; ++c) moved(i, c) = k.logits(i, c) + by;
  }
  const Known other{k.labels, Samples::from(std::move(moved)), k.student};
  Execution exec;
  const auto first = pilot(pilot_of(k, true), {}, exec).teachers[0];
  const auto second = pilot(pilot_of(other, true), {}, exec).teachers[0];
  // Differences of the logits round at 1e-15, scores are float32.
  CHECK(std::abs(first.gain.value - second.gain.value) < 1e-5);
}

TEST_CASE("ranking: a teacher that saw the rows is unreliable, at every level and alone") {
  const Known k = known(200, 3, 1.5, 10);
  const Samples z = log_ratios(k.logits, TeacherKind::logits, k.labels);
  RankInput input{{"student", k.student},
                  {{"held out", z, StoredOutputs{TeacherKind::logits, false}},
                   {"own rows", z, StoredOutputs{TeacherKind::logits, true}}},
                  k.labels,
                  Groups::singletons(200)};
  RankOptions options;
  options.planted_bias = false;
  options.sensitivity = false;
  const RankResult result = rank_teachers(input, options, {});
  for (std::size_t i = 0; i < 2; ++i) {
    const TeacherResult& teacher = result.estimators.front().teachers[i];
    const bool own = teacher.name == "own rows";
    CHECK((teacher.cch.verdict == Verdict::unreliable) == own);
    CHECK((result.evidence[i].decision.verdict == Verdict::unreliable) == own);
    REQUIRE(teacher.stored);
    CHECK(teacher.stored->saw_rows == own);
  }
  CHECK(result.evidence[0].pilot->gain.value == result.evidence[1].pilot->gain.value);
  input.labels = k.student;
  CHECK(test::fault_code([&] { rank_teachers(input, options, {}); }) == "stored-teacher");
}

}  // namespace
