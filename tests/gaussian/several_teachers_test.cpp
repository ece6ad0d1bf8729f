// Several teachers at once, against one teacher with the mixed weights, a grid and rows.

#include "cch/gaussian/several_teachers.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/gaussian/models.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

using test::kRounding;
using test::near;

constexpr std::size_t kStudentColumns = 6;

/// Teachers "t0", "t1", … with d columns each, the student "x2" and q labels "y".
struct Teachers {
  std::size_t count;
  std::size_t d;
  std::size_t q;
  JointGaussian joint;
  std::vector<ModalityTeacher> list;
};

Teachers random_teachers(std::size_t count, std::size_t q, bool fresh, Random& random) {
  constexpr std::size_t kColumns = 2;
  std::vector<GaussianBlock> blocks;
  std::vector<ModalityTeacher> list;
  for (std::size_t k = 0; k < count; ++k) {
    const std::string name = "t" + std::to_string(k);
    blocks.push_back({name, kColumns});
    const std::size_t kind = random.below(fresh ? 3 : 2);
    Teacher teacher = OptimalTeacher{};
    if (kind == 1) {
      teacher = GivenTeacher{test::to_matrix(
          0.5 * test::random_matrix(kColumns, static_cast<Eigen::Index>(q), random))};
    } else if (kind == 2) {
      teacher = FreshRowsTeacher{12 + random.below(20)};
    }
    list.push_back({{name}, teacher});
  }
  blocks.push_back({"x2", kStudentColumns});
  blocks.push_back({"y", q});
  const std::size_t dim = count * kColumns + kStudentColumns + q;
  const Eigen::MatrixXd sigma = test::random_covariance(dim, random);
  return {count, kColumns, q, JointGaussian::from(test::to_matrix(sigma), blocks), list};
}

std::vector<double> random_mix(std::size_t count, Random& random) {
  std::vector<double> u(count);
  double sum = 0.0;
  for (double& x : u) sum += x = -std::log(1.0 - random.uniform());
  const double total = random.uniform() / sum;
  for (double& x : u) x *= total;
  return u;
}

/// Every teacher, seen as one with Σ u_k t_k / Σ u_k: needs no fresh rows.
DistillationRisk as_one(const Teachers& t, const std::vector<double>& u, const StudentFit& fit) {
  const double sum = std::accumulate(u.begin(), u.end(), 0.0);
  Matrix w(t.count * t.d, t.q);
  BlockNames all;
  for (std::size_t k = 0; k < t.count; ++k) {
    const auto* given = std::get_if<GivenTeacher>(&t.list[k].teacher);
    const Matrix own = given ? given->weights : t.joint.regression({"y"}, t.list[k].blocks);
    for (std::size_t i = 0; i < t.d; ++i) {
      for (std::size_t j = 0; j < t.q; ++j) w(k * t.d + i, j) = u[k] / sum * own(i, j);
    }
    all.push_back(t.list[k].blocks.front());
  }
  return {distillation_moments(t.joint, GivenTeacher{w}, fit.intercept, {all, {"x2"}, {"y"}}), fit};
}

/// The smallest ½ ∂E/∂(weight) less E over teachers and label is 0 at a minimum over the simplex.
/// By differences of E itself, which is quadratic: central differences are exact.
double largest_fall(const SeveralTeachersRisk& risk, const std::vector<double>& u) {
  const double here = risk.excess_risk(u);
  double fall = 0.0;
  for (std::size_t k = 0; k <= u.size(); ++k) {
    constexpr double kStep = 1e-4;  // towards teacher k, or towards the label
    std::vector<double> moved = u;
    for (double& x : moved) x *= 1.0 - kStep;
    if (k < u.size()) moved[k] += kStep;
    fall = std::max(fall, (here - risk.excess_risk(moved)) / kStep);
  }
  return fall;
}

}  // namespace

TEST_CASE("several teachers: a mix is one teacher with mixed weights") {
  Random random(41);
  for (int repeat = 0; repeat < 50; ++repeat) {
    const Teachers t = random_teachers(1 + random.below(4), 1 + random.below(2), false, random);
    const StudentFit fit{kStudentColumns + 4 + random.below(60), repeat % 2 == 0};
    const SeveralTeachersRisk risk(several_moments(t.joint, t.list, fit.intercept), fit);
    const std::vector<double> u = random_mix(t.count, random);
    const double sum = std::accumulate(u.begin(), u.end(), 0.0);
    const DistillationRisk one = as_one(t, u, fit);
    CHECK(near(risk.excess_risk(u), one.excess_risk(sum / (1.0 - sum)), kRounding));
    CHECK(near(risk.gain(u), one.gain(sum / (1.0 - sum)), kRounding));
    CHECK(near(risk.gain(u), risk.excess_risk(std::vector(t.count, 0.0)) - risk.excess_risk(u),
               kRounding));
  }
}

TEST_CASE("several teachers: one teacher has its own u* and gain") {
  Random random(42);
  int abstained = 0;
  for (int repeat = 0; repeat < 60; ++repeat) {
    const Teachers t = random_teachers(1, 1, true, random);
    const StudentFit fit{kStudentColumns + 4 + random.below(30)};
    const auto moments = several_moments(t.joint, t.list);
    const DistillationRisk alone(moments.alone(0), fit);
    const TeacherMix mix = SeveralTeachersRisk(moments, fit).best();
    CHECK(near(mix.weights[0], alone.best_weight(), kRounding));
    CHECK(near(mix.gain, alone.best_gain(), kRounding));
    CHECK(mix.best_single_gain == alone.best_gain());
    CHECK(mix.abstains() == (alone.best_weight() == 0.0));
    abstained += mix.abstains() ? 1 : 0;
    const auto direct =
        distillation_moments(t.joint, t.list[0].teacher, false, {t.list[0].blocks, {"x2"}, {"y"}});
    CHECK(near(moments.alone(0).vh, direct.vh, kRounding));
    CHECK(near(moments.alone(0).b, direct.b, kRounding));
  }
  CHECK(abstained < 60);
}

TEST_CASE("several teachers: scaled moments are those of scaled weights") {
  Random random(48);
  for (int repeat = 0; repeat < 30; ++repeat) {
    Teachers t = random_teachers(3, 1, false, random);
    const double scale = random.uniform(-1, 3);
    const SeveralMoments before = scaled(several_moments(t.joint, t.list), scale);
    for (ModalityTeacher& teacher : t.list) {
      const auto* given = std::get_if<GivenTeacher>(&teacher.teacher);
      Matrix w = given ? given->weights : t.joint.regression({"y"}, teacher.blocks);
      for (double& value : std::span(w.data(), t.d)) value *= scale;
      teacher.teacher = GivenTeacher{w};
    }
    const SeveralMoments after = several_moments(t.joint, t.list);
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(near(before.c[k], after.c[k], kRounding));
      CHECK(near(before.beta_s[k], after.beta_s[k], kRounding));
      for (std::size_t l = 0; l < 3; ++l) {
        CHECK(near(before.b(k, l), after.b(k, l), kRounding));
        CHECK(near(before.h(k, l), after.h(k, l), kRounding));
      }
    }
  }
}

TEST_CASE("several teachers: the best weights against a grid") {
  constexpr int kSteps = 60;
  Random random(43);
  int mixes = 0;
  for (int repeat = 0; repeat < 30; ++repeat) {
    const std::size_t count = 2 + random.below(2);
    const Teachers t = random_teachers(count, 1, true, random);
    const SeveralTeachersRisk risk(several_moments(t.joint, t.list),
                                   {kStudentColumns + 3 + random.below(20)});
    double best = 0.0;
    for (int i = 0; i <= kSteps; ++i) {
      for (int j = 0; i + j <= kSteps; ++j) {
        for (int k = 0; i + j + k <= kSteps; k += 1) {
          std::vector<double> u{static_cast<double>(i) / kSteps, static_cast<double>(j) / kSteps};
          if (count == 3) u.push_back(static_cast<double>(k) / kSteps);
          best = std::max(best, risk.gain(u));
          if (count == 2) break;
        }
      }
    }
    const TeacherMix mix = risk.best();
    CHECK(mix.gain >= best - kRounding);
    // What a quadratic loses over a step of the grid in each coordinate, Q ≤ its trace.
    const auto& m = risk.moments();
    double q = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
      q += m.b(k, k) + risk.kappa() * (m.ve - 2.0 * m.c[k] + m.h(k, k));
    }
    CHECK(mix.gain <= best + 3.0 * q / (kSteps * kSteps));
    CHECK(mix.gain >= mix.best_single_gain - kRounding);
    mixes += mix.gain_over_single() > 1e-4 ? 1 : 0;
  }
  CHECK(mixes > 5);  // or mixing would be untested
}

TEST_CASE("several teachers: eight teachers end where no weight can move") {
  Random random(44);
  for (int repeat = 0; repeat < 60; ++repeat) {
    const Teachers t = random_teachers(8, 1 + random.below(2), true, random);
    const StudentFit fit{kStudentColumns + 3 + random.below(40)};
    const SeveralTeachersRisk risk(several_moments(t.joint, t.list), fit);
    const TeacherMix mix = risk.best();
    CHECK(mix.optimality_gap < kRounding);
    // A step of 1e-4 costs E's rounding divided by it.
    CHECK(largest_fall(risk, mix.weights) < kRounding / 1e-4);
    CHECK(mix.gain >= 0.0);
    for (int other = 0; other < 20; ++other) {
      CHECK(mix.gain >= risk.gain(random_mix(8, random)));
    }
  }
}

TEST_CASE("several teachers: none is used where none helps, and one helps where a mix does") {
  // t_k = y + noise has c = Ve: nothing but more noise.
  constexpr std::size_t kTeachers = 3;
  SeveralMoments m;
  m.p = 10;
  m.vs = m.ve = 1.0;
  m.b = Matrix(kTeachers, kTeachers);
  m.h = Matrix(kTeachers, kTeachers, 1.0);
  for (std::size_t k = 0; k < kTeachers; ++k) m.h(k, k) = 1.5;
  m.c.assign(kTeachers, 1.0);
  m.beta_s.assign(kTeachers, 1.0);
  const TeacherMix none = SeveralTeachersRisk(m, {40}).best();
  CHECK(none.abstains());
  CHECK(none.gain == 0.0);
  CHECK(none.optimality_gap < kRounding);
  // Three views of s with independent noise of variance 3: by symmetry u_k = u, and
  // E = κ[(1 − 3u)² + 9u²] has its minimum at u = 1/6.
  for (std::size_t k = 0; k < kTeachers; ++k) {
    m.c[k] = 0.0;
    for (std::size_t l = 0; l < kTeachers; ++l) m.h(k, l) = k == l ? 3.0 : 0.0;
  }
  const SeveralTeachersRisk risk(m, {40});
  const TeacherMix mix = risk.best();
  for (const double u : mix.weights) CHECK(near(u, 1.0 / 6.0, kRounding));
  CHECK(near(mix.gain, risk.kappa() * 0.5, kRounding));
  CHECK(near(mix.best_single_gain, risk.kappa() * 0.25, kRounding));
}

TEST_CASE("several teachers: copies of a teacher share its weight and gain nothing") {
  Random random(45);
  for (int repeat = 0; repeat < 20; ++repeat) {
    Teachers t = random_teachers(2, 1, false, random);
    const StudentFit fit{12};
    const auto two = SeveralTeachersRisk(several_moments(t.joint, t.list), fit).best();
    t.list.push_back(t.list[0]);
    t.list.push_back(t.list[1]);
    t.list.push_back(t.list[0]);
    const SeveralTeachersRisk risk(several_moments(t.joint, t.list), fit);
    const auto five = risk.best();
    CHECK(near(five.gain, two.gain, kRounding));
    CHECK(near(five.weights[0] + five.weights[2] + five.weights[4], two.weights[0], 1e-7));
    for (const double u : five.weights) CHECK(std::isfinite(u));
    CHECK(largest_fall(risk, five.weights) < kRounding / 1e-4);
  }
}

TEST_CASE("several teachers: risks are those of rows drawn and fitted, fresh teachers included") {
  Random random(46);
  constexpr std::size_t kRepeats = 1500;
  for (const bool intercept : {false, true}) {
    const std::size_t d = 2;
    const test::Dims dims{2 * d, kStudentColumns, 1};
    const Eigen::MatrixXd sigma = test::random_covariance(dims.all(), random);
    const auto joint =
        JointGaussian::from(test::to_matrix(sigma), {{"a", d}, {"b", d}, {"x2", 6}, {"y", 1}});
    const auto as_block = JointGaussian::from(test::to_matrix(sigma), test::blocks_of(dims));
    const StudentFit fit{30, intercept};
    const std::vector<double> u{0.3, 0.4};
    const SeveralTeachersRisk risk(
        several_moments(joint, {{{"a"}, FreshRowsTeacher{15}}, {{"b"}, FreshRowsTeacher{20}}},
                        intercept),
        fit);
    const test::NaiveDistillation naive(as_block, dims, fit);
    // A teacher that sees one half of x1: the other half of its rows is noise that it ignores.
    auto half = [&](std::size_t first, std::size_t n) {
      Eigen::MatrixXd rows = naive.rows(n, random);
      Eigen::MatrixXd x = rows.middleCols(static_cast<Eigen::Index>(first), 2);
      if (intercept) {
        x.conservativeResize(Eigen::NoChange, 3);
        x.col(2).setOnes();
      }
      const Eigen::VectorXd w = x.householderQr().solve(rows.rightCols(1).col(0));
      Eigen::MatrixXd out = Eigen::MatrixXd::Zero(5, 1);
      out.block(static_cast<Eigen::Index>(first), 0, 2, 1) = w.head(2);
      if (intercept) out(4, 0) = w(2);
      return out;
    };
    std::vector<double> excess;
    for (std::size_t repeat = 0; repeat < kRepeats; ++repeat) {
      const Eigen::MatrixXd mixed = (u[0] * half(0, 15) + u[1] * half(2, 20)) / 0.7;
      excess.push_back(naive.student(naive.rows(30, random), mixed, 0.7).excess_risk);
    }
    const auto simulated = test::mean_of(excess);
    CHECK(test::within_sampling_error(simulated.value, risk.excess_risk(u),
                                      simulated.standard_error));
  }
}

TEST_CASE("several teachers: wrong calls are refused") {
  Random random(47);
  Teachers t = random_teachers(2, 1, false, random);
  const auto m = several_moments(t.joint, t.list);
  const SeveralTeachersRisk risk(m, {30});
  auto weights = [&](const std::vector<double>& u) {
    return test::fault_code([&] { static_cast<void>(risk.gain(u)); });
  };
  CHECK(weights({0.5, 0.5}).empty());
  CHECK(weights({0.5}) == "bad-weights");
  CHECK(weights({0.5, 0.6}) == "bad-weights");
  CHECK(weights({-0.1, 0.5}) == "bad-weights");
  CHECK(weights({NAN, 0.5}) == "bad-weights");
  CHECK(test::fault_code([&] { several_moments(t.joint, {}); }) == "no-teachers");
  t.list[1].teacher = StudentRowsTeacher{};
  CHECK(test::fault_code([&] { several_moments(t.joint, t.list); }) == "dependent-teacher");
  t.list[1].teacher = GivenTeacher{Matrix(5, 1)};
  CHECK(test::fault_code([&] { several_moments(t.joint, t.list); }) == "teacher-shape");
  CHECK(test::fault_code([&] { SeveralTeachersRisk(m, {7}); }) == "infinite-risk");
  auto impossible = [&](auto&& change) {
    SeveralMoments wrong = m;
    change(wrong);
    return test::fault_code([&] { SeveralTeachersRisk(wrong, {30}); });
  };
  CHECK(impossible([](auto& w) { w.c.pop_back(); }) == "impossible-moments");
  CHECK(impossible([](auto& w) { w.h(0, 1) = w.h(1, 0) = 100.0; }) == "impossible-moments");
  CHECK(impossible([](auto& w) { w.b(0, 1) = w.b(0, 1) + 1.0; }) == "impossible-moments");
  CHECK(impossible([](auto& w) { w.ve = 0.0; }) == "impossible-moments");
}

}  // namespace cch
