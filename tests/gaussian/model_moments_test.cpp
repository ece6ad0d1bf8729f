// The sums over factors of SharedPrivateModel, and scaled teachers, against covariance matrices.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "cch/gaussian/distillation_risk.hpp"
#include "cch/gaussian/shared_private_model.hpp"
#include "tests/gaussian/models.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using test::near;

using test::kInfinity;
/// Correlations stay below .97 in these models, so the matrix path loses at most three digits.
constexpr double kMatrixPath = 1e-10;

std::vector<double> normals(std::size_t n, Random& random) {
  std::vector<double> out(n);
  for (double& value : out) value = random.normal();
  return out;
}

SharedPrivateModel random_model(Random& random) {
  SharedPrivateModel m;
  m.a = normals(1 + random.below(4), random);
  m.b = normals(random.below(4), random);
  m.d = normals(random.below(4), random);
  m.nuisance = random.below(3);
  m.nuisance_size = random.uniform(0.2, 2);
  m.teacher_noise = random.uniform(0.2, 2);
  m.student_noise = random.uniform(0.2, 2);
  m.label_noise = random.uniform(0.1, 1);
  if (random.below(2) == 1) m.teacher_dim = m.p1() + random.below(6);
  if (random.below(2) == 1) m.student_dim = m.p2() + random.below(6);
  return m;
}

void check_same(const DistillationMoments& one, const DistillationMoments& other) {
  CHECK(one.p == other.p);
  CHECK(one.outputs == other.outputs);
  CHECK(near(one.vs, other.vs, kMatrixPath));
  CHECK(near(one.ve, other.ve, kMatrixPath));
  CHECK(near(one.vh, other.vh, kMatrixPath));
  CHECK(near(one.c, other.c, kMatrixPath));
  CHECK(near(one.b, other.b, kMatrixPath));
  CHECK(near(one.beta_s, other.beta_s, kMatrixPath));
}

Matrix random_weights(std::size_t rows, Random& random) {
  return {rows, 1, normals(rows, random)};
}

}  // namespace

TEST_CASE("model moments: sums over factors are those of the covariance matrix") {
  Random random(21);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const SharedPrivateModel m = random_model(random);
    const JointGaussian joint = m.joint();
    const bool intercept = random.below(2) == 1;
    const std::vector<Teacher> teachers{OptimalTeacher{},
                                        GivenTeacher{random_weights(m.p1(), random)},
                                        FreshRowsTeacher{m.p1() + 3 + random.below(50)}};
    for (const Teacher& teacher : teachers) {
      check_same(m.moments(teacher, intercept), distillation_moments(joint, teacher, intercept));
    }
    const ModelInformation i = m.information();
    CHECK(near(i.x1_x2, joint.information({"x1"}, {"x2"}), kMatrixPath));
    CHECK(near(i.x2_y, joint.information({"x2"}, {"y"}), kMatrixPath));
    CHECK(near(i.x1_y, joint.information({"x1"}, {"y"}), kMatrixPath));
    CHECK(near(i.x1_y_given_x2, joint.information({"x1"}, {"y"}, {"x2"}), kMatrixPath));
  }
}

TEST_CASE("model moments: a hundred thousand columns need no covariance") {
  SharedPrivateModel m;
  m.a = even_weights(1.0, 50);
  m.b = even_weights(0.5, 50);
  m.nuisance = 10;
  m.teacher_dim = m.student_dim = 100000;
  // One matrix of this size would take 80 GB.
  CHECK(m.moments(FreshRowsTeacher{200000}).vh + m.information().x1_x2 > 0.0);
  // The errors of a fit on 200 000 rows with 100 000 columns: Ve1·(p1 − M)/(n1 − p1 − 1).
  const double ve1 = 1.25 * 0.5 + 1.0;
  const double shared = 50.0 / 4.0 + 10.0 / 4.0;
  const double errors = ve1 * (100000.0 - shared) / 99999.0;
  CHECK(near(m.moments(FreshRowsTeacher{200000}).vh - m.moments(OptimalTeacher{}).vh, errors,
             kMatrixPath));
}

TEST_CASE("model moments: without noise informations are infinite and moments are not") {
  SharedPrivateModel m;
  m.a = {1.0, 0.5};
  m.b = {0.7};
  m.teacher_noise = m.student_noise = 0.0;
  m.label_noise = 0.3;
  ModelInformation i = m.information();
  CHECK(i.x1_x2 == kInfinity);
  CHECK(near(i.x2_y, 0.5 * std::log(1.83 / 0.58), test::kRounding));
  CHECK(near(i.x1_y_given_x2, 0.5 * std::log(0.58 / 0.09), test::kRounding));
  // t = aᵀz_c + bᵀz_1: s and all of e but its noise.
  const auto t = m.moments(OptimalTeacher{});
  CHECK(near(t.beta_s, 1.0, test::kRounding));
  CHECK(near(t.vh, 0.49, test::kRounding));
  CHECK(near(t.c, 0.49, test::kRounding));
  CHECK(t.b == 0.0);
  m.label_noise = 0.0;  // x1 says everything about y, also beside x2
  i = m.information();
  CHECK(i.x1_y == kInfinity);
  CHECK(i.x1_y_given_x2 == kInfinity);
  CHECK(std::isfinite(i.x2_y));
  m.b = {};  // and now x2 does: nothing is left for x1
  CHECK(m.information().x2_y == kInfinity);
  CHECK(m.information().x1_y_given_x2 == 0.0);
}

TEST_CASE("model moments: what has no moments is refused, as by the matrix") {
  auto code = [](auto&& change, const Teacher& teacher = OptimalTeacher{}) {
    SharedPrivateModel m;
    change(m);
    return test::fault_code([&] { static_cast<void>(m.moments(teacher)); });
  };
  CHECK(code([](auto&) {}).empty());
  CHECK(code([](auto&) {}, StudentRowsTeacher{}) == "dependent-teacher");
  CHECK(code([](auto&) {}, GivenTeacher{Matrix(2, 1)}) == "teacher-shape");
  CHECK(code([](auto&) {}, GivenTeacher{Matrix(1, 2)}) == "teacher-shape");
  CHECK(code([](auto&) {}, FreshRowsTeacher{2}) == "infinite-risk");
  CHECK(code([](auto& m) { m.label_noise = NAN; }) == "bad-model");
  CHECK(code([](auto& m) { m.student_noise = 0.0, m.student_dim = 2; }) == "singular-covariance");
  CHECK(code([](auto& m) { m.teacher_noise = 0.0, m.teacher_dim = 2; }) == "singular-covariance");
  auto empty_nuisance = [](auto& m) { m.student_noise = m.nuisance_size = 0.0, m.nuisance = 1; };
  CHECK(code(empty_nuisance) == "singular-covariance");
  SharedPrivateModel padded;
  padded.student_noise = 0.0;
  padded.student_dim = 2;
  CHECK(test::fault_code([&] { static_cast<void>(padded.information()); }) ==
        "singular-covariance");
}

TEST_CASE("scaled moments: those of the scaled weights, for any scale") {
  Random random(22);
  for (int repeat = 0; repeat < 100; ++repeat) {
    const SharedPrivateModel m = random_model(random);
    const Matrix w = random_weights(m.p1(), random);
    const double scale = repeat == 0 ? 0.0 : random.uniform(-1, 3);
    Matrix scaled_w = w;
    for (double& value : std::span(scaled_w.data(), w.rows())) value *= scale;
    check_same(scaled(m.moments(GivenTeacher{w}), scale), m.moments(GivenTeacher{scaled_w}));
  }
  // 2s scaled by a half is s: what is left of B is rounding, and may not fall below 0.
  for (int repeat = 0; repeat < 100; ++repeat) {
    SharedPrivateModel m;
    m.a = normals(3, random);
    m.teacher_noise = 0.0;
    Matrix twice(3, 1, m.a);
    for (double& value : std::span(twice.data(), 3)) value *= 2.0;
    const auto half = scaled(m.moments(GivenTeacher{twice}), 0.5);
    CHECK(half.b >= 0.0);
    CHECK(half.b < test::kRounding);
  }
  CHECK(test::fault_code([] { static_cast<void>(scaled({}, kInfinity)); }) == "bad-scale");
}

TEST_CASE("scaled moments: a scale changes the risk and no information") {
  SharedPrivateModel m;
  m.a = {1.0};
  m.b = {0.5};
  m.student_dim = 20;
  m.teacher_noise = 0.3;
  const auto t = m.moments(OptimalTeacher{});
  const DistillationRisk one(t, {60});
  const DistillationRisk tripled(scaled(t, 3.0), {60});
  CHECK(near(one.cch_margin(), tripled.cch_margin(), test::kRounding));
  CHECK(one.gain(1.0) > 0.0);
  CHECK(tripled.gain(1.0) < 0.0);
}

}  // namespace cch
