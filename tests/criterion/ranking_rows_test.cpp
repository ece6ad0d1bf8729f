#include "estimators/criterion/ranking_rows.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "cch/core/random.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kMany = detail::kMostInformationRows + 5000;

// One column each; the teacher has correlation rho with the student, whose sign is the label.
RankInput many_rows(double rho, std::size_t rows_a_group) {
  Random random(derive_seed(3, "many-rows"));
  Matrix student(kMany, 1);
  Matrix teacher(kMany, 1);
  std::vector<int> codes(kMany);
  std::vector<std::size_t> groups(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    student(i, 0) = random.normal();
    teacher(i, 0) = rho * student(i, 0) + std::sqrt(1.0 - rho * rho) * random.normal();
    codes[i] = student(i, 0) + random.normal() > 0.0 ? 1 : 0;
    groups[i] = i / rows_a_group;
  }
  return {{"student", Samples::from(std::move(student))},
          {{"teacher", Samples::from(std::move(teacher))}},
          test::labels_of(std::move(codes), 2),
          Groups::from(groups)};
}

RankOptions coarse_by_cch() {
  RankOptions options;
  options.decide_by = DecideBy::cch;
  options.estimators = {"ksg1"};
  options.coarse = true;
  return options;
}

bool told(const RankResult& result) {
  return std::any_of(result.warnings.begin(), result.warnings.end(), [](const Warning& warning) {
    return warning.code == "information-subsample";
  });
}

TEST_CASE("information rows: all of them up to the limit or if asked for, else as many as that") {
  CHECK(detail::information_rows(detail::kMostInformationRows, false, 1).empty());
  CHECK(detail::information_rows(kMany, true, 1).empty());
  const auto rows = detail::information_rows(kMany, false, 1);
  REQUIRE(rows.size() == detail::kMostInformationRows);
  CHECK(std::is_sorted(rows.begin(), rows.end()));
  CHECK(std::set<std::size_t>(rows.begin(), rows.end()).size() == rows.size());
  CHECK(rows.back() < kMany);
  CHECK(rows == detail::information_rows(kMany, false, 1));
  CHECK(rows != detail::information_rows(kMany, false, 2));
}

TEST_CASE("information rows: the inputs on them stay paired, and a clone stays one") {
  RankInput input = many_rows(0.8, 10);
  input.teachers.push_back({"clone", input.student.features});
  const std::vector<std::size_t> rows{3, 14, 15, 92};
  const RankInput some = detail::on_rows(input, rows);
  REQUIRE(some.groups.rows() == rows.size());
  CHECK(some.groups.count() == 3);
  CHECK(some.groups.of(1) == some.groups.of(2));
  const auto& whole = std::get<ClassLabels>(input.labels);
  const auto& labels = std::get<ClassLabels>(some.labels);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(some.student.features(i, 0) == input.student.features(rows[i], 0));
    CHECK(some.teachers[0].features(i, 0) == input.teachers[0].features(rows[i], 0));
    CHECK(labels.codes()[i] == whole.codes()[rows[i]]);
  }
  CHECK(some.teachers[1].features.view().data() == some.student.features.view().data());
}

// I = −½ ln(1 − .8²) = .511 nats. The standard error at 20 000 rows is about .006, and KSG1's bias
// below .005 (both measured for 1 + 1 columns): .03 is four times their sum.
TEST_CASE("information rows: a ranking of more rows says how many it used, unless it is exact") {
  const RankInput input = many_rows(0.8, 1);
  const RankResult some = rank_teachers(input, coarse_by_cch(), {});
  CHECK(told(some));
  const Estimate& estimate = some.estimators.front().teachers.front().i_teacher_student;
  CHECK(estimate.n == detail::kMostInformationRows);
  CHECK(some.estimators.front().i_student_labels.n == detail::kMostInformationRows);
  CHECK(std::abs(estimate.nats - 0.5108) < 0.03);
  RankOptions exact = coarse_by_cch();
  exact.exact = true;
  const RankResult all = rank_teachers(input, exact, {});
  CHECK_FALSE(told(all));
  CHECK(all.estimators.front().teachers.front().i_teacher_student.n == kMany);
}

}  // namespace
}  // namespace cch
