#include "estimators/criterion/nested_teachers.hpp"

#include <string>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/criterion/ranking.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::noise;

Samples columns(const Samples& x, const std::vector<std::size_t>& which) {
  Matrix out(x.size(), which.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < which.size(); ++j) out(i, j) = x(i, which[j]);
  }
  return Samples::from(std::move(out));
}

TEST_CASE("nested teachers: a whole has every column of its part, in any order") {
  const Samples all = noise(50, 6, 1);
  const Samples part = columns(all, {4, 1});
  const Samples same = columns(all, {5, 4, 3, 2, 1, 0});
  const Samples other = noise(50, 2, 2);
  const auto wholes = detail::wholes_of({&all, &part, &same, &other});
  CHECK(wholes[0].empty());  // equal sets hold nothing to each other
  CHECK(wholes[1] == std::vector<std::size_t>{0, 2});
  CHECK(wholes[2].empty());
  CHECK(wholes[3].empty());
}

// ksg1 hides what three columns share behind twelve of noise, so the part reads more than the
// whole.
RankInput part_and_whole(std::size_t rows) {
  Random random(7);
  Matrix student(rows, 3);
  Matrix teacher(rows, 15);
  std::vector<int> codes;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < 3; ++j) student(i, j) = random.normal();
    for (std::size_t j = 0; j < 15; ++j) {
      teacher(i, j) = j < 3 ? 0.95 * student(i, j) + 0.31 * random.normal() : random.normal();
    }
    codes.push_back(student(i, 0) + 0.5 * random.normal() > 0.0 ? 1 : 0);
  }
  const Samples whole = Samples::from(std::move(teacher));
  return {{"s", Samples::from(std::move(student))},
          {{"part", columns(whole, {0, 1, 2})}, {"whole", whole}},
          test::labels_of(std::move(codes), 2),
          Groups::singletons(rows)};
}

TEST_CASE("nested teachers: a part that reads more than the whole decides nothing") {
  RankOptions options;
  options.estimators = {"ksg1"};
  options.decide_by = DecideBy::cch;
  options.planted_bias = options.sensitivity = false;
  const RankResult result = rank_teachers(part_and_whole(400), options, {});
  const auto& teachers = result.estimators.front().teachers;
  const auto& part = teachers[0].name == "part" ? teachers[0] : teachers[1];
  const auto& whole = teachers[0].name == "part" ? teachers[1] : teachers[0];
  CHECK(part.i_teacher_student.nats > whole.i_teacher_student.nats + 0.5);
  CHECK(part.cch.verdict == Verdict::unreliable);
  bool warned = false;
  for (const Warning& warning : result.estimators.front().warnings) {
    warned = warned || warning.code == "law-broken";
  }
  CHECK(warned);
}

TEST_CASE("nested teachers: a law that holds is not remarked on") {
  RankOptions options;
  options.decide_by = DecideBy::cch;
  options.planted_bias = options.sensitivity = false;
  const RankResult result = rank_teachers(part_and_whole(400), options, {});  // auto
  for (const auto& teacher : result.estimators.front().teachers) {
    for (const std::string& reason : teacher.cch.reasons) {
      CHECK(reason.find("columns and a part") == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace cch
