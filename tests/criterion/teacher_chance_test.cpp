// The verdict that follows from chances.
#include "cch/criterion/teacher_chance.hpp"

#include <cmath>
#include <string>

#include "cch/criterion/decide.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

TeacherChance chance(double p_gain, double p_worthwhile, double expected,
                     Scenario scenario = Scenario::same_rows, const std::string& model = "linear") {
  TeacherChance out;
  out.scenario = scenario;
  out.student_model = model;
  out.worthwhile = 0.01;
  out.chance.p_gain = p_gain;
  out.chance.p_worthwhile = p_worthwhile;
  out.chance.expected_gain = expected;
  out.chance.interval80 = {expected - 0.01, expected + 0.01};
  return out;
}

Verdict verdict(const TeacherChance& of, double risk = kUsualRisk) {
  return decide_by_chance({of}, chance_limits(risk)).verdict;
}

bool says(const Decision& decision, const std::string& words) {
  for (const std::string& reason : decision.reasons) {
    if (reason.find(words) != std::string::npos) return true;
  }
  return false;
}

TEST_CASE("chance: firm from the limits on, else inconclusive") {
  CHECK(verdict(chance(0.91, 0.6, 0.02)) == Verdict::distil);
  CHECK(verdict(chance(0.89, 0.6, 0.02)) == Verdict::inconclusive);
  CHECK(verdict(chance(0.99, 0.4, 0.02)) == Verdict::inconclusive);
  CHECK(verdict(chance(0.02, 0.01, -0.02)) == Verdict::do_not_distil);
  CHECK(verdict(chance(0.3, 0.11, -0.01)) == Verdict::inconclusive);
}

TEST_CASE("chance: a gain that is too small to pay is no harm, and the reason says which") {
  const ChanceLimits limits = chance_limits(kUsualRisk);
  const Decision small = decide_by_chance({chance(0.95, 0.05, 0.004)}, limits);
  CHECK(small.verdict == Verdict::do_not_distil);
  CHECK(says(small, "too small to pay"));
  const Decision harm = decide_by_chance({chance(0.05, 0.01, -0.03)}, limits);
  CHECK(harm.verdict == Verdict::do_not_distil);
  CHECK(says(harm, "harms"));
  CHECK_FALSE(says(harm, "too small"));
}

TEST_CASE("chance: a lower risk makes fewer verdicts firm") {
  CHECK(verdict(chance(0.93, 0.7, 0.02), 0.01) == Verdict::inconclusive);
  CHECK(verdict(chance(0.85, 0.7, 0.02), 0.1) == Verdict::distil);
  CHECK(verdict(chance(0.2, 0.05, -0.02), 0.01) == Verdict::inconclusive);
  for (const double risk : {0.0, -0.1, 0.3, std::nan("")}) {
    CHECK_THROWS_AS((void)chance_limits(risk), Error);
  }
}

TEST_CASE(
    "chance: within the reference corpus its own limits count, and a lower risk is stricter") {
  for (const GainMetric metric : {GainMetric::cross_entropy, GainMetric::accuracy}) {
    Chance in;
    in.in_range = true;
    // Without a pilot of networks the corpus asks for more.
    const ChanceLimits quick = limits_of(in, metric, chance_limits(kUsualRisk));
    in.networks = true;
    const ChanceLimits usual = limits_of(in, metric, chance_limits(kUsualRisk));
    const ChanceLimits strict = limits_of(in, metric, chance_limits(0.01));
    CHECK(usual.gain >= 0.7);  // the loosest that tools/corpus/fit.py may choose
    CHECK(usual.gain < 0.9);
    CHECK(usual.too_small > 0.1);
    CHECK(strict.gain >= usual.gain);
    CHECK(strict.too_small < usual.too_small);
    CHECK(quick.too_small < usual.too_small);
    CHECK(limits_of({}, metric, chance_limits(kUsualRisk)).gain == doctest::Approx(0.9));
  }
  TeacherChance of = chance(0.86, 0.7, 0.02);
  CHECK(verdict(of) == Verdict::inconclusive);
  of.chance.in_range = true;
  CHECK(verdict(of) == Verdict::distil);
}

TEST_CASE("chance: what any soft labels would bring is no reason to distil") {
  TeacherChance of = chance(0.97, 0.9, 0.05);
  of.evidence.information_difference = 0.0;  // a copy of the student
  of.evidence.network_informed = {0.02, 0.02};
  CHECK(verdict(of) == Verdict::inconclusive);
  CHECK(says(decide_by_chance({of}, {}), "regularisation"));
  of.evidence.network_informed = {0.04, 0.02};  // two standard errors above
  CHECK(verdict(of) == Verdict::distil);
  of.evidence.network_informed = {0.0, 0.02};
  of.evidence.information_difference = 0.1;  // it knows more
  CHECK(verdict(of) == Verdict::distil);
}

TEST_CASE("chance: the best scenario of the first student decides and is named") {
  const std::vector<TeacherChance> chances{chance(0.05, 0.01, -0.02),
                                           chance(0.97, 0.9, 0.03, Scenario::unlabelled_pairs),
                                           chance(0.01, 0.0, 0.5, Scenario::same_rows, "mlp:64")};
  REQUIRE(deciding_chance(chances) == &chances[1]);
  const Decision decision = decide_by_chance(chances, {});
  CHECK(decision.verdict == Verdict::distil);
  CHECK(says(decision, "unlabelled pairs"));
  CHECK(says(decision, "+0.030 nats"));
  CHECK(says(decision, "97 %"));
  CHECK(deciding_chance({}) == nullptr);
  CHECK(decide_by_chance({}, {}).verdict == Verdict::inconclusive);
}

TEST_CASE("chance: what soft labels without information gain as well is no reason to distil") {
  TeacherChance of = chance(0.97, 0.9, 0.03);
  of.evidence.linear_informed = MeasuredGain{0.03, 0.01};
  CHECK(verdict(of) == Verdict::distil);
  of.evidence.linear_informed = MeasuredGain{0.01, 0.01};
  CHECK(verdict(of) == Verdict::inconclusive);
  of.evidence.linear_informed = MeasuredGain{0.0, 0.0};  // a clone
  CHECK(verdict(of) == Verdict::inconclusive);
}

TEST_CASE("chance: unreliable rows stay unreliable") {
  VerdictEvidence evidence;
  evidence.chances = {chance(0.99, 0.9, 0.03)};
  CHECK(decide(DecideBy::chance, evidence).verdict == Verdict::distil);
  evidence.unreliable = {"too few groups"};
  CHECK(decide(DecideBy::chance, evidence).verdict == Verdict::unreliable);
}

TEST_CASE("gains in words") {
  CHECK(gain_in_words(0.0214, GainMetric::cross_entropy) == "+0.021 nats");
  CHECK(gain_in_words(-0.0214, GainMetric::accuracy) == "−2.1 points");
  CHECK(gain_in_words(-0.0001, GainMetric::mse, false) == "0.000");
}

}  // namespace
}  // namespace cch
