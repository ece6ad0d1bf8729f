// Cells of a study as they are answered, and what is counted over them.

#include "cch/gaussian/study_result.hpp"

#include <cmath>

#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;
using test::near;

StudyCell model_cell() {
  StudyCell cell;
  cell.n = 60;
  cell.student_dim = 12;
  cell.teacher_noise = 0.5;
  return cell;
}

StudyResult answered(const StudyCell& cell, std::vector<double> lambdas, std::size_t simulate = 0) {
  StudyQuestion question;
  question.lambdas = std::move(lambdas);
  question.simulate = simulate;
  return study_result(cell, question, Execution{});
}

StudyPoint says(CchWord cch, Effect law) {
  StudyPoint point;
  point.says.cch = cch;
  point.says.risk = law;
  return point;
}

SimulatedGains simulated_gain(double mean, double standard_error) {
  SimulatedGains out;
  out.gain = {mean, standard_error};
  return out;
}

}  // namespace

TEST_CASE("study result: the numbers of the closed form, and of a simulation where asked") {
  const StudyCell cell = model_cell();
  const CellClosedForm closed = closed_form(cell);
  const StudyResult alone = answered(cell, {0.1, 2.0});
  CHECK(alone.exact());
  CHECK(alone.beta_e == closed.risk.moments().beta_e());
  CHECK(*alone.cch_margin == closed.risk.cch_margin());
  CHECK(*alone.blocks.student_labels == closed.blocks.x2_y);
  CHECK(alone.n_over_p == 5.0);
  REQUIRE(alone.points.size() == 2);
  CHECK(alone.points[1].excess_risk == closed.risk.excess_risk(2.0));
  CHECK(*alone.points[1].cosine_gain == closed.risk.cosine(2.0) - closed.risk.cosine(0.0));
  CHECK_FALSE(alone.points[1].simulated);
  CHECK(point_at(alone, 2.0) == &alone.points[1]);
  CHECK(point_at(alone, 0.3) == nullptr);
  const StudyResult simulated = answered(cell, {0.1, 2.0}, 50);
  REQUIRE(simulated.points[1].simulated);
  const SimulatedValue& risk = simulated.points[1].simulated->excess_risk;
  CHECK(test::within_sampling_error(risk.mean, alone.points[1].excess_risk, risk.standard_error,
                                    0.0));
  StudyCell own = cell;
  set_teacher(own, "same-rows");
  CHECK(answered(own, {0.1}).basis == Basis::as_if_fresh);
}

TEST_CASE("study result: infinite values are empty") {
  StudyCell cell;
  cell.family = StudyFamily::shares;
  cell.n = 60;
  cell.beta_e = 0.0;
  cell.residual = 0.0;  // t = s: all of s, and no λ is large enough
  const StudyResult result = answered(cell, {1.0});
  CHECK_FALSE(result.i_teacher_student);
  CHECK_FALSE(result.cch_margin);
  CHECK(result.cch_holds);
  CHECK_FALSE(result.lambda_star);
}

TEST_CASE("study result: the parabola of one λ has the risk of every other") {
  const StudyCell cell = model_cell();
  const DistillationRisk risk = closed_form(cell).risk;
  const auto parabola = risk_parabola(answered(cell, {0.2, 3.0}));
  REQUIRE(parabola);
  for (const double lambda : {0.05, 0.2, 0.7, 3.0, 20.0}) {
    CAPTURE(lambda);
    CHECK(near(parabola->at(lambda / (1 + lambda)),
               risk.excess_risk(lambda) / risk.excess_risk(0.0), kRounding));
  }
  CHECK_FALSE(risk_parabola(StudyResult{}));
}

TEST_CASE("study result: outcomes of one cell and λ") {
  StudyResult cell;
  const auto outcome = [&cell](const StudyPoint& point) {
    return outcome_of(cell, point, About::risk);
  };
  CHECK(outcome(says(CchWord::helps, Effect::helps)) == CellOutcome::hit);
  CHECK(outcome(says(CchWord::helps, Effect::harms)) == CellOutcome::false_alarm);
  CHECK(outcome(says(CchWord::silent, Effect::helps)) == CellOutcome::miss);
  CHECK(outcome(says(CchWord::silent, Effect::neither)) == CellOutcome::rejection);
  // A teacher on the student's own rows: the simulation alone knows.
  cell.basis = Basis::as_if_fresh;
  StudyPoint point = says(CchWord::helps, Effect::helps);
  CHECK(outcome(point) == CellOutcome::unknown);
  point.simulated = simulated_gain(-0.3, 0.1);
  CHECK(outcome(point) == CellOutcome::false_alarm);
  CHECK(contradicts(point, About::risk));
  point.simulated = simulated_gain(-0.3, 0.2);
  CHECK(outcome(point) == CellOutcome::undecided);
  CHECK_FALSE(contradicts(point, About::risk));
}

TEST_CASE("study result: every criterion has a case a λ, subject and draw") {
  StudyResult cell;
  cell.n_over_p = 3.0;
  cell.blocks.student_labels = 0.4;  // and I(x1; x2) infinite: CCH on blocks holds
  StudyPoint point = says(CchWord::silent, Effect::harms);
  point.lambda = 0.5;
  point.gain = -0.1;
  cell.points = {point};
  CellEstimate estimate;
  estimate.estimator = "ksg1";
  estimate.draws = 5;
  estimate.says_cch = 2;
  CellEstimate failed;
  failed.estimator = "broken";
  failed.failed = "too few rows";
  cell.estimates = {estimate, failed};
  std::vector<CriterionCase> cases;
  add_cases(cell, cases);
  REQUIRE(cases.size() == 2 * (7 + 2));
  const auto of = [](const std::vector<CriterionConfusion>& all, const std::string& name) {
    for (const CriterionConfusion& one : all) {
      if (one.criterion == name && one.about == About::risk) return one;
    }
    return CriterionConfusion{};
  };
  const auto exact = count_confusion(cases);
  CHECK(of(exact, "cch").counts.correct_rejections == 1);
  CHECK(of(exact, "cch-blocks").counts.false_alarms == 1);
  CHECK(of(exact, "always").counts.false_alarms == 1);
  CHECK(of(exact, "estimated:ksg1").counts.false_alarms == 2);
  CHECK(of(exact, "estimated:ksg1").counts.correct_rejections == 3);
  CHECK(of(exact, "cch").truth == TruthFrom::formula);
  // A clear simulation wins over the formula, an unclear one leaves it open.
  cases.clear();
  cell.points[0].simulated = simulated_gain(0.5, 0.1);
  add_cases(cell, cases);
  CHECK(of(count_confusion(cases), "cch").counts.misses == 1);
  CHECK(of(count_confusion(cases), "cch").truth == TruthFrom::simulation);
  cases.clear();
  cell.points[0].simulated = simulated_gain(0.2, 0.1);
  add_cases(cell, cases);
  CHECK(of(count_confusion(cases), "cch").counts.undecided == 1);
}

TEST_CASE("study result: simulated values against the formula, in standard errors") {
  StudyResult cell;
  for (const double shift : {0.0, 0.03, -0.05}) {
    StudyPoint& point = cell.points.emplace_back();
    point.excess_risk = 1.0;
    point.simulated.emplace().excess_risk = {1.0 + shift, 0.01};
  }
  cell.points.emplace_back().simulated.emplace();  // no standard error, no z
  FormulaAgreement agreement;
  add_agreement(cell, agreement);
  CHECK(agreement.points == 3);
  CHECK(agreement.beyond_2se == 2);
  CHECK(agreement.beyond_4se == 1);
  CHECK(near(agreement.largest_z, 5.0, 1e-12));
  cell.basis = Basis::as_if_fresh;
  add_agreement(cell, agreement);
  CHECK(agreement.points == 3);
}

TEST_CASE("study result: the mean bias and its standard error") {
  MeanBias bias;
  bias.add({{0.9, 0.01}, 1.0});
  bias.add({{0.7, 0.01}, 1.0});
  bias.add({{0.7, 0.01}, {}});  // infinite truth
  CHECK(bias.cells == 2);
  CHECK(near(bias.mean(), -0.2, 1e-12));
  CHECK(near(bias.standard_error(), 0.01 / std::sqrt(2.0), 1e-12));
  CHECK(near(bias.mean_truth(), 1.0, 1e-12));
}

TEST_CASE("confusion: tallies, shares and Wilson's interval") {
  const auto entry = [](double lambda, ConfusionCounts counts, TruthFrom truth) {
    return CriterionConfusion{"cch", About::risk, truth, lambda, {}, counts};
  };
  const TruthFrom simulated = TruthFrom::simulation;
  const auto all = tallies({entry(0.1, {1, 1, 1, 1, 1}, TruthFrom::formula),
                            entry(0.1, {20, 4, 10, 30, 3}, simulated),
                            entry(1.0, {10, 6, 10, 10, 2}, simulated)});
  REQUIRE(all.size() == 2);
  const auto tally = tally_of(all, "cch", About::risk);
  REQUIRE(tally);
  CHECK(tally->truth == simulated);
  CHECK(tally->counts.hits == 30);
  CHECK(tally->counts.undecided == 5);
  CHECK(tally->counts.decided() == 100);
  CHECK_FALSE(tally_of(all, "cch", About::direction));
  // 70 of 100: (0.7 + 0.0192 ± 0.0918)/1.0384.
  constexpr double kFourDigits = 5e-5;
  const auto right = share_right(tally->counts);
  REQUIRE(right);
  CHECK(right->value == 0.7);
  CHECK(near(right->interval95.lo, 0.6042, kFourDigits));
  CHECK(near(right->interval95.hi, 0.7811, kFourDigits));
  CHECK(sensitivity(tally->counts)->value == 0.6);
  CHECK(precision(tally->counts)->value == 0.75);
  constexpr double kThreeDigits = 5e-4;
  CHECK(share_of(0, 10)->interval95.lo == 0.0);
  CHECK(near(share_of(0, 10)->interval95.hi, 0.278, kThreeDigits));  // z²/(n + z²)
  CHECK_FALSE(share_of(0, 0));
}

}  // namespace cch
