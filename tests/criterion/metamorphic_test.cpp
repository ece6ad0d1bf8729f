// What may not matter to a ranking: the order of columns, of rows and of classes, and a teacher
// that is there twice. (Units: ranking_units_test.cpp; order of teachers, threads:
// ranking_test.cpp.)
#include <algorithm>
#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/criterion/ranking.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kRows = 240;
constexpr std::size_t kColumns = 4;
constexpr std::size_t kClasses = 3;

using Order = std::vector<std::size_t>;

Order shuffled(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  return random.permutation(count);
}

Samples with_columns(const Samples& x, const Order& order) {
  Matrix out(x.size(), x.dim());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) out(i, j) = x(i, order[j]);
  }
  return Samples::from(std::move(out));
}

/// A student that sees two hidden numbers through noise, a teacher that sees them clearly and one
/// that sees nothing. Labels are thirds of their sum.
RankInput question() {
  const Samples hidden = test::gaussian_rows(kRows, 2, 2, 0.0, 21).x;
  const Samples noise = test::gaussian_rows(kRows, kColumns, kColumns, 0.0, 22).x;
  const Samples other = test::gaussian_rows(kRows, kColumns, kColumns, 0.0, 23).x;
  const Samples own = test::gaussian_rows(kRows, kColumns, kColumns, 0.0, 24).x;
  Matrix student(kRows, kColumns);
  Matrix teacher(kRows, kColumns);
  std::vector<int> codes(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      const double seen = j < 2 ? hidden(i, j) : hidden(i, 0) + hidden(i, 1);
      student(i, j) = seen + 1.5 * noise(i, j);
      teacher(i, j) = seen + 0.4 * own(i, j);
    }
    const double sum = hidden(i, 0) + hidden(i, 1);
    codes[i] = sum < -0.6 ? 0 : (sum < 0.6 ? 1 : 2);
  }
  return {{"student", Samples::from(std::move(student))},
          {{"teacher", Samples::from(std::move(teacher))}, {"noise", other}},
          test::labels_of(std::move(codes), static_cast<int>(kClasses)),
          Groups::singletons(kRows)};
}

struct Said {
  double gain;
  double margin;
  double margin_error;
  double prediction;
  Verdict verdict;
};

/// By teacher, in the order of the input.
std::vector<Said> said(const RankInput& input) {
  RankOptions options;
  options.coarse = true;
  const RankResult result = rank_teachers(input, options, {});
  const auto& ranked = result.estimators.front().teachers;
  std::vector<Said> out;
  for (const Modality& teacher : input.teachers) {
    const auto at = std::find_if(ranked.begin(), ranked.end(),
                                 [&](const TeacherResult& r) { return r.name == teacher.name; }) -
                    ranked.begin();
    const auto t = static_cast<std::size_t>(at);
    const TeacherEvidence& evidence = result.evidence[t];
    out.push_back({evidence.pilot->gain.value, ranked[t].margin.nats,
                   ranked[t].margin.standard_error.value_or(0.0), evidence.prediction->margin.nats,
                   evidence.decision.verdict});
  }
  return out;
}

void check_same(const Said& a, const Said& b, double tolerance) {
  CHECK(std::abs(a.gain - b.gain) <= tolerance);
  CHECK(std::abs(a.margin - b.margin) <= tolerance);
  CHECK(std::abs(a.prediction - b.prediction) <= tolerance);
  CHECK(a.verdict == b.verdict);
}

// Sums in another order: 1e-13 a sum, and fits end where their steps are below 1e-6.
TEST_CASE("metamorphic: the order of columns changes nothing") {
  const RankInput input = question();
  RankInput other = input;
  other.student.features = with_columns(input.student.features, shuffled(kColumns, 1));
  for (Modality& teacher : other.teachers) {
    teacher.features = with_columns(teacher.features, shuffled(kColumns, 2));
  }
  const auto usual = said(input);
  const auto found = said(other);
  for (std::size_t t = 0; t < usual.size(); ++t) check_same(usual[t], found[t], 1e-4);
}

TEST_CASE("metamorphic: the names and the order of the classes change nothing") {
  const RankInput input = question();
  RankInput other = input;
  const auto& labels = std::get<ClassLabels>(input.labels);
  std::vector<int> codes(labels.codes().begin(), labels.codes().end());
  for (int& code : codes) code = (code + 1) % static_cast<int>(kClasses);
  other.labels = test::labels_of(std::move(codes), static_cast<int>(kClasses));
  const auto usual = said(input);
  const auto found = said(other);
  for (std::size_t t = 0; t < usual.size(); ++t) check_same(usual[t], found[t], 1e-4);
}

TEST_CASE("metamorphic: a teacher that is there twice has the same numbers twice") {
  const RankInput input = question();
  RankInput other = input;
  other.teachers.push_back({"again", input.teachers.front().features});
  const auto usual = said(input);
  const auto found = said(other);
  check_same(found.front(), found.back(), 0.0);
  // The first one's evidence is as before; its verdict is corrected for one teacher more.
  CHECK(found.front().gain == usual.front().gain);
  CHECK(found.front().margin == usual.front().margin);
  CHECK(found.front().prediction == usual.front().prediction);
}

// Other rows go into the same folds and splits, which is part of what standard errors are made of.
TEST_CASE("metamorphic: the order of rows changes no verdict") {
  const RankInput input = question();
  const auto usual = said(input);
  for (const std::uint64_t seed : {31, 32}) {
    const Order rows = shuffled(kRows, seed);
    RankInput other{{"student", input.student.features.select(rows)},
                    {},
                    select(input.labels, rows),
                    input.groups.select(rows)};
    for (const Modality& teacher : input.teachers) {
      other.teachers.push_back({teacher.name, teacher.features.select(rows)});
    }
    const auto found = said(other);
    for (std::size_t t = 0; t < usual.size(); ++t) {
      CHECK(found[t].verdict == usual[t].verdict);
      CHECK(std::abs(found[t].margin - usual[t].margin) < 2.5 * usual[t].margin_error);
    }
  }
}

}  // namespace
}  // namespace cch
