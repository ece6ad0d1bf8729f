// Control teachers: what each of them is, that their names are reserved, and what cannot be made.

#include "cch/criterion/controls.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

RankInput input_of(std::size_t rows, const Groups& groups) {
  const test::XY xy = test::gaussian_rows(rows, 3, 2, 0.8, 5);
  std::vector<int> codes(rows);
  for (std::size_t i = 0; i < rows; ++i) codes[i] = static_cast<int>(i % 2);
  return {{"student", xy.x}, {{"lidar", xy.y}}, test::labels_of(codes, 2), groups};
}

const Samples& features(const Controls& controls, std::string_view name) {
  const auto found =
      std::ranges::find_if(controls.teachers, [&](const Modality& m) { return m.name == name; });
  REQUIRE(found != controls.teachers.end());
  return found->features;
}

double correlation(const Samples& a, std::size_t i, const Samples& b, std::size_t j) {
  double aa = 0.0;
  double bb = 0.0;
  double ab = 0.0;
  for (std::size_t row = 0; row < a.size(); ++row) {  // columns are standard normals, means ≈ 0
    aa += a(row, i) * a(row, i);
    bb += b(row, j) * b(row, j);
    ab += a(row, i) * b(row, j);
  }
  return ab / std::sqrt(aa * bb);
}

TEST_CASE("the controls of 2000 rows: clone, noisy clone, shuffled teacher, noise") {
  const RankInput input = input_of(2000, Groups::singletons(2000));
  const Controls controls = control_teachers(input, {}, {});
  CHECK(controls.teachers.size() == 4);
  CHECK(controls.warnings.empty());
  const Samples& student = input.student.features;
  CHECK(features(controls, kCloneControl).view().data() == student.view().data());
  // SE of a correlation over 2000 rows is at most 1/√2000 = .0224.
  constexpr double kSe = 0.0224;
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(std::abs(correlation(features(controls, kNoisyCloneControl), j, student, j) -
                   std::sqrt(0.5)) < 4.0 * kSe);
    CHECK(std::abs(correlation(features(controls, kNoiseControl), j, student, j)) < 4.0 * kSe);
  }
  const Samples& shuffled = features(controls, kShuffledControl);
  CHECK(std::abs(correlation(input.teachers[0].features, 0, student, 0)) > 0.7);
  CHECK(std::abs(correlation(shuffled, 0, student, 0)) < 4.0 * kSe);
}

TEST_CASE("the shuffled teacher has the teacher's rows, whole groups together") {
  const Groups groups = test::equal_groups(20, 5);
  const RankInput input = input_of(100, groups);
  const Samples& teacher = input.teachers[0].features;
  const Controls controls = control_teachers(input, {}, {});
  const Samples& shuffled = features(controls, kShuffledControl);
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < 100; i += 5) {
    std::size_t from = 0;
    while (from < 100 && teacher(from, 0) != shuffled(i, 0)) ++from;
    REQUIRE(from < 100);
    CHECK(from % 5 == 0);
    seen.insert(from);
    for (std::size_t k = 0; k < 5; ++k) CHECK(shuffled(i + k, 1) == teacher(from + k, 1));
  }
  CHECK(seen.size() == 20);
}

TEST_CASE("groups that cannot be exchanged: no shuffled teacher, or a partly shuffled one, said") {
  std::vector<std::size_t> codes;
  for (std::size_t g = 0; g < 8; ++g) codes.insert(codes.end(), g + 1, g);
  const RankInput unequal = input_of(codes.size(), Groups::from(codes));
  const Controls none = control_teachers(unequal, {}, {});
  CHECK(none.teachers.size() == 3);
  REQUIRE(none.warnings.size() == 1);
  CHECK(none.warnings[0].code == "control-left-out");

  codes.assign(7, 100);
  for (std::size_t g = 0; g < 20; ++g) codes.insert(codes.end(), 3, g);
  const Controls partly = control_teachers(input_of(67, Groups::from(codes)), {}, {});
  REQUIRE(partly.warnings.size() == 1);
  CHECK(partly.warnings[0].code == "control-partly-shuffled");
  CHECK(partly.warnings[0].message.rfind("7 of 67", 0) == 0);
}

TEST_CASE("names of controls are reserved") {
  CHECK(is_control(kNoiseControl));
  CHECK(is_control(" Control:x"));
  CHECK_FALSE(is_control("controls"));
  CHECK_FALSE(is_control("ground control: lidar"));
  RankInput input = input_of(100, Groups::singletons(100));
  CHECK(test::fault_code([&] { refuse_reserved_names(input); }).empty());
  input.teachers.push_back({"control: mine", input.student.features});
  CHECK(test::fault_code([&] { (void)control_teachers(input, {}, {}); }) == "reserved-name");
}

TEST_CASE("noise must be positive, and the seed decides the controls") {
  const RankInput input = input_of(100, Groups::singletons(100));
  CHECK(test::fault_code([&] { (void)control_teachers(input, {.noise = 0.0}, {}); }) ==
        "bad-noise");
  Execution other;
  other.seed = 2;
  const double one = features(control_teachers(input, {}, {}), kNoiseControl)(0, 0);
  CHECK(one == features(control_teachers(input, {}, {}), kNoiseControl)(0, 0));
  CHECK(one != features(control_teachers(input, {}, other), kNoiseControl)(0, 0));
}

}  // namespace
}  // namespace cch
