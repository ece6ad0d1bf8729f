#include "cch/gaussian/study.hpp"

#include <cmath>

#include "cch/core/error.hpp"
#include "cch/gaussian/confusion.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::fault_code;
using test::near;

constexpr double kFewProducts = 1e-11;  // sums of a few products of numbers near 1
constexpr double kStandardErrors = 4;   // 1 in 16 000 by chance, times the values checked

StudyCell shares_cell() {
  StudyCell cell;
  cell.family = StudyFamily::shares;
  cell.beta_s = 0.8;
  cell.beta_e = 0.3;
  cell.residual = 0.7;
  cell.seen = 0.4;
  cell.student_signal = 1.3;
  cell.label_noise = 0.9;
  cell.student_dim = 6;
  cell.n = 60;
  return cell;
}

/// The moments of shares by the general path: a covariance of (t, x2, y), written down by hand.
JointGaussian joint_by_hand(const StudyCell& c) {
  const std::size_t p = c.student_dim;
  const double ve = c.label_noise * c.label_noise;
  Matrix cov(p + 2, p + 2);
  for (std::size_t j = 1; j <= p; ++j) cov(j, j) = 1.0;
  auto both = [&](std::size_t i, std::size_t j, double value) { cov(i, j) = cov(j, i) = value; };
  both(0, 0, c.beta_s * c.beta_s * c.student_signal + c.beta_e * c.beta_e * ve + c.residual);
  both(0, 1, c.beta_s * std::sqrt(c.student_signal));
  both(0, 2, std::sqrt(c.seen * c.residual));
  both(0, p + 1, c.beta_s * c.student_signal + c.beta_e * ve);
  both(1, p + 1, std::sqrt(c.student_signal));
  both(p + 1, p + 1, c.student_signal + ve);
  return JointGaussian::from(cov, {{"x1", 1}, {"x2", p}, {"y", 1}});
}

}  // namespace

TEST_CASE("study: shares have the moments and informations of their covariance") {
  const StudyCell cell = shares_cell();
  const JointGaussian joint = joint_by_hand(cell);
  const DistillationRisk expected(distillation_moments(joint, GivenTeacher{Matrix(1, 1, 1.0)}),
                                  {cell.n, false});
  const CellClosedForm closed = closed_form(cell);
  CHECK_FALSE(closed.as_if_fresh);
  for (const double lambda : {0.0, 0.2, 1.0, 5.0}) {
    CHECK(near(closed.risk.excess_risk(lambda), expected.excess_risk(lambda), kFewProducts));
    CHECK(near(closed.risk.cosine(lambda), expected.cosine(lambda), kFewProducts));
  }
  CHECK(near(closed.risk.cch_margin(), expected.cch_margin(), kFewProducts));
  CHECK(near(closed.risk.moments().beta_e(), cell.beta_e, kFewProducts));
  CHECK(near(closed.blocks.x1_x2, joint.information({"x1"}, {"x2"}), kFewProducts));
  CHECK(near(closed.blocks.x2_y, joint.information({"x2"}, {"y"}), kFewProducts));
  CHECK(near(closed.blocks.x1_y, joint.information({"x1"}, {"y"}), kFewProducts));
  CHECK(near(closed.blocks.x1_y_given_x2, joint.information({"x1"}, {"y"}, {"x2"}), kFewProducts));
}

TEST_CASE("study: the simulation of a cell agrees with its closed form, whatever the teacher") {
  StudyCell shares = shares_cell();
  shares.teacher_scale = 1.7;
  StudyCell optimal;
  optimal.student_dim = 8;
  optimal.n = 60;
  optimal.nuisance = 2;
  optimal.teacher_scale = 0.6;
  StudyCell fresh = optimal;
  set_teacher(fresh, "ols:n");
  for (const StudyCell& cell : {shares, optimal, fresh}) {
    CAPTURE(cell.teacher_name);
    const auto closed = closed_form(cell, true);
    const auto simulated = simulate_cell(cell, true, {.lambdas = {0.2, 1.0}, .repeats = 4000},
                                         Execution{}.with_seed(3));
    for (const SimulatedPoint& point : simulated.points) {
      CHECK(near(point.excess_risk.mean, closed.risk.excess_risk(point.lambda),
                 kStandardErrors * point.excess_risk.standard_error));
      CHECK(near(point.gain.mean, closed.risk.gain(point.lambda),
                 kStandardErrors * point.gain.standard_error));
    }
  }
}

TEST_CASE(
    "study: a teacher on the student's rows is told apart, and harms where the formula helps") {
  StudyCell cell;
  cell.common_weight = 1.0;
  cell.teacher_weight = 0.0;
  cell.teacher_noise = 0.3;
  cell.teacher_dim = cell.student_dim = 20;
  cell.n = 40;
  set_teacher(cell, "same-rows");
  const auto closed = closed_form(cell);
  CHECK(closed.as_if_fresh);
  CHECK(closed.risk.moments().p == 20);
  StudyCell fresh = cell;
  set_teacher(fresh, "ols:n");
  CHECK(closed.risk.gain(1.0) == closed_form(fresh).risk.gain(1.0));
  // Two folds of 40 rows: each fit has 20 rows, which 20 columns do not allow.
  set_teacher(cell, "same-rows:2");
  CHECK(fault_code([&] { closed_form(cell); }) == "infinite-risk");
}

TEST_CASE("study: estimates are means over draws, and failures are told") {
  StudyCell cell;
  cell.n = 50;
  double seen_rows = 0.0;
  const std::vector<NamedEstimator> estimators{
      {"columns",
       [&](const Samples& x, const Samples& y, const Execution&) {
         seen_rows = static_cast<double>(x.size());
         return static_cast<double>(x.dim()) - static_cast<double>(y.dim());
       }},
      {"broken", [](const Samples&, const Samples&, const Execution&) -> double {
         throw Error(ErrorKind::data, Fault{"too-few", "too few rows", {}, {}, {}});
       }}};
  const auto results = estimate_cell(cell, estimators, 3, 70, Execution{});
  REQUIRE(results.size() == 2);
  CHECK(seen_rows == 70.0);
  CHECK(results[0].teacher_student->value.mean == 0.0);  // 2 − 2 columns
  CHECK(results[0].student_labels->value.mean == 1.0);   // 2 − 1
  CHECK(results[0].student_labels->value.standard_error == 0.0);
  CHECK(results[0].says_cch == 0);
  CHECK(results[0].draws == 3);
  CHECK(near(*results[0].student_labels->truth, closed_form(cell).blocks.x2_y, kFewProducts));
  CHECK(results[1].failed.find("too few rows") != std::string::npos);
  CHECK(fault_code([&] { estimate_cell(cell, estimators, 1, 0, Execution{}); }) == "bad-draws");
}

TEST_CASE("study: every parameter can be set and read, and says what it refuses") {
  for (const StudyFamily family : {StudyFamily::shared_private, StudyFamily::shares}) {
    StudyCell cell;
    cell.family = family;
    for (const StudyParameter& p : study_parameters(family)) {
      CAPTURE(std::string(p.name));
      const double value = p.whole ? 3.0 : 0.5;
      set_parameter(cell, p.name, value);
      CHECK(near(p.get(cell), value, kFewProducts));
      CHECK(fault_code([&] { set_parameter(cell, p.name, std::nan("")); }) == "parameter-range");
      if (p.whole)
        CHECK(fault_code([&] { set_parameter(cell, p.name, 2.5); }) == "parameter-range");
      if (p.least == 0.0) {
        CHECK(fault_code([&] { set_parameter(cell, p.name, -0.1); }) == "parameter-range");
      }
    }
    CHECK(fault_code([&] { set_parameter(cell, "teacher-nose", 1.0); }) == "unknown-parameter");
  }
}

TEST_CASE("study: a share moves signal and keeps its sum") {
  StudyCell cell;
  cell.common_weight = 0.0;
  cell.teacher_weight = 3.0;
  cell.student_weight = 4.0;
  set_parameter(cell, "share", 0.36);
  CHECK(near(cell.common_weight, 3.0, kFewProducts));
  CHECK(near(cell.teacher_weight, 2.4, kFewProducts));
  CHECK(near(cell.student_weight, 3.2, kFewProducts));
}

TEST_CASE("study: models and teachers without a meaning are refused, each for its own reason") {
  StudyCell cell = shares_cell();
  auto refused = [&](auto change) {
    StudyCell wrong = cell;
    change(wrong);
    return fault_code([&] { closed_form(wrong); });
  };
  CHECK(refused([](StudyCell& c) { c.n = 7; }) == "infinite-risk");
  CHECK(refused([](StudyCell& c) { c.label_noise = 0.0; }) == "bad-model");
  CHECK(refused([](StudyCell& c) { c.student_dim = 1; }) == "bad-model");
  CHECK(refused([](StudyCell& c) { c.beta_s = c.beta_e = c.residual = 0.0; }) == "bad-model");
  CHECK(refused([](StudyCell& c) { set_teacher(c, "ols:30"); }) == "bad-teacher");
  for (const char* name : {"", "best", "ols:", "ols:x", "ols:-3", "same-rows:", "same-rows:2x",
                           "same-rows:0", "same-rows:61"}) {
    CAPTURE(name);
    CHECK(fault_code([&] { set_teacher(cell, name); }) == "bad-teacher");
  }
  cell.seen = 1.0;
  cell.beta_e = 0.0;
  CHECK(fault_code([&] { simulate_cell(cell, false, {}, Execution{}); }) == "no-residual");
}

TEST_CASE("confusion: every case is counted once, in its own range") {
  auto of = [](bool says, std::optional<bool> helps, double n_over_p, double lambda = 1.0) {
    return CriterionCase{"cch", About::risk, TruthFrom::formula, lambda, n_over_p, says, helps};
  };
  std::vector<CriterionCase> cases{
      of(true, true, 1.5), of(true, false, 1.5), of(false, true, 1.5),  of(false, false, 1.5),
      of(true, {}, 1.5),   of(true, true, 2.0),  of(true, true, 500.0), of(true, true, 1.5, 0.1)};
  cases[0].times = 3;
  const auto counted = count_confusion(cases);
  REQUIRE(counted.size() == 4);
  CHECK(counted[0].lambda == 0.1);
  CHECK(counted[1].counts.hits == 3);
  CHECK(counted[1].counts.false_alarms == 1);
  CHECK(counted[1].counts.misses == 1);
  CHECK(counted[1].counts.correct_rejections == 1);
  CHECK(counted[1].counts.undecided == 1);
  CHECK(counted[2].n_over_p.low == 2.0);
  CHECK(counted[2].counts.hits == 1);
  CHECK(counted[3].n_over_p.low == 100.0);
  CHECK_FALSE(counted[3].n_over_p.high);
}

}  // namespace cch
