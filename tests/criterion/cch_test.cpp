// The verdict of the hypothesis alone: Holm, the paired margin and every branch of the decision.

#include "cch/criterion/cch.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;

Margin margin(double nats, double half, double p_above, double p_below) {
  Margin m;
  m.nats = nats;
  m.standard_error = half / 2.0;
  m.interval95 = Interval{nats - half, nats + half};
  m.p_above = p_above;
  m.p_below = p_below;
  return m;
}

CchEvidence holding() {
  CchEvidence e;
  e.margin = margin(0.5, 0.2, 0.001, 0.999);
  e.i_student_labels = 0.4;
  e.i_student_labels_upper = 0.5;
  e.i_teacher_student_low = 0.7;
  e.entropy_labels = 1.1;
  return e;
}

bool says(const CchVerdict& verdict, const std::string& words) {
  return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                     [&](const std::string& r) { return r.find(words) != std::string::npos; });
}

TEST_CASE("Holm's adjustment, a worked example") {
  // Sorted .01 .02 .03 .04 times 4 3 2 1: .04 .06 .06 .04, then never falling: .04 .06 .06 .06.
  const std::vector<double> p{0.03, 0.01, 0.04, 0.02};
  const std::vector<double> expected{0.06, 0.04, 0.06, 0.06};
  const std::vector<double> adjusted = holm_adjusted(p);
  REQUIRE(adjusted.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(test::near(adjusted[i], expected[i], kRounding));
  CHECK(holm_adjusted(std::vector<double>{}).empty());
  CHECK(holm_adjusted(std::vector<double>{0.7}).front() == 0.7);
}

TEST_CASE("Holm's adjustment: never above 1, never below p, ties alike, order kept") {
  const std::vector<double> p{0.6, 0.2, 0.2, 0.9, 0.0};
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    CHECK(adjusted[i] >= p[i]);
    CHECK(adjusted[i] <= 1.0);
    for (std::size_t j = 0; j < p.size(); ++j) {
      if (p[i] < p[j]) CHECK(adjusted[i] <= adjusted[j]);
      if (p[i] == p[j]) CHECK(adjusted[i] == adjusted[j]);
    }
  }
  CHECK(test::near(adjusted[1], 0.8, kRounding));
  CHECK(adjusted[4] == 0.0);
}

TEST_CASE("Holm's adjustment controls the chance of any false claim") {
  // Uniform p values: P(any adjusted p < .05) is 1 − (1 − .05/5)^5 … at most .05.
  constexpr int kRepeats = 4000;
  Random random(12);
  int false_claims = 0;
  for (int r = 0; r < kRepeats; ++r) {
    std::vector<double> p(5);
    for (double& v : p) v = random.uniform();
    const auto adjusted = holm_adjusted(p);
    false_claims += *std::min_element(adjusted.begin(), adjusted.end()) < 0.05 ? 1 : 0;
  }
  // Exactly 1 − .99⁵ = .0490; 4 binomial SE are .0137.
  CHECK(test::within_sampling_error(false_claims / static_cast<double>(kRepeats), 0.0490, 0.0034));
}

TEST_CASE("outcome: .025 on either side, undecided between and without an error bar") {
  CHECK(cch_outcome(margin(1, 1, 0.0249, 0.9)) == CchOutcome::holds);
  CHECK(cch_outcome(margin(1, 1, 0.025, 0.9)) == CchOutcome::undecided);
  CHECK(cch_outcome(margin(-1, 1, 0.9, 0.0249)) == CchOutcome::fails);
  CHECK(cch_outcome(margin(-1, 1, 0.9, 0.025)) == CchOutcome::undecided);
  Margin bare;
  bare.nats = 5.0;
  CHECK(cch_outcome(bare) == CchOutcome::undecided);
}

TEST_CASE("decision: holds") {
  const CchVerdict v = decide_by_cch(holding());
  CHECK(v.outcome == CchOutcome::holds);
  CHECK(v.verdict == Verdict::distil);
  CHECK_FALSE(v.trivially_satisfied);
  CHECK(says(v, "CCH holds"));
}

TEST_CASE("decision: fails, and that is no proof of harm") {
  CchEvidence e = holding();
  e.margin = margin(-0.5, 0.2, 0.999, 0.001);
  const CchVerdict v = decide_by_cch(e);
  CHECK(v.outcome == CchOutcome::fails);
  CHECK(v.verdict == Verdict::do_not_distil);
  CHECK(says(v, "no proof of harm"));
}

TEST_CASE("decision: undecided, with and without an error bar") {
  CchEvidence e = holding();
  e.margin = margin(0.1, 0.2, 0.2, 0.8);
  CHECK(decide_by_cch(e).verdict == Verdict::inconclusive);
  CHECK(says(decide_by_cch(e), "includes zero"));
  e.margin = Margin{};
  e.margin.nats = 3.0;
  CHECK(decide_by_cch(e).verdict == Verdict::inconclusive);
  CHECK(says(decide_by_cch(e), "no error bar"));
}

TEST_CASE("decision: undecided by Holm alone is not said to include zero") {
  // The interval of one teacher lies above 0, but among several its adjusted p is .04.
  CchEvidence e = holding();
  e.margin = margin(0.25, 0.2, 0.04, 1.0);
  const CchVerdict v = decide_by_cch(e);
  CHECK(v.verdict == Verdict::inconclusive);
  CHECK(says(v, "all teachers"));
}

TEST_CASE("decision: trivially satisfied at the label entropy, not below it, not without classes") {
  CchEvidence e = holding();
  e.i_teacher_student_low = 1.1000001;
  CchVerdict v = decide_by_cch(e);
  CHECK(v.trivially_satisfied);
  CHECK(v.outcome == CchOutcome::holds);
  CHECK(v.verdict == Verdict::inconclusive);
  CHECK(says(v, "trivially satisfied"));
  e.i_teacher_student_low = 1.1;
  CHECK(decide_by_cch(e).verdict == Verdict::distil);
  e.i_teacher_student_low = 5.0;
  e.entropy_labels.reset();
  v = decide_by_cch(e);
  CHECK_FALSE(v.trivially_satisfied);
  CHECK(v.verdict == Verdict::distil);
}

TEST_CASE("decision: mixed families must also hold against the upper value") {
  CchEvidence e = holding();  // the margin's lower end is .3
  e.mixed_families = true;
  e.i_student_labels_upper = 0.69;  // .29 above the estimate
  CHECK(decide_by_cch(e).verdict == Verdict::distil);
  e.i_student_labels_upper = 0.71;
  const CchVerdict v = decide_by_cch(e);
  CHECK(v.verdict == Verdict::inconclusive);
  CHECK(v.outcome == CchOutcome::holds);
  CHECK(says(v, "upper value"));
  e.mixed_families = false;
  CHECK(decide_by_cch(e).verdict == Verdict::distil);
}

TEST_CASE("decision: a reason for mistrust overrules everything and is passed on") {
  for (CchEvidence e : {holding(), CchEvidence{}}) {
    e.unreliable = {"Only 7 groups", "Too many dimensions"};
    const CchVerdict v = decide_by_cch(e);
    CHECK(v.verdict == Verdict::unreliable);
    CHECK(v.reasons == e.unreliable);
  }
  CchEvidence e = holding();
  e.unreliable = {"Only 7 groups"};
  CHECK(decide_by_cch(e).outcome == CchOutcome::holds);
}

TEST_CASE("verdict names: both spellings, nothing else") {
  for (const Verdict v :
       {Verdict::distil, Verdict::do_not_distil, Verdict::inconclusive, Verdict::unreliable}) {
    std::string name(to_string(v));
    CHECK(parse_verdict(name) == v);
    std::replace(name.begin(), name.end(), '_', '-');
    CHECK(parse_verdict(name) == v);
  }
  for (const std::string name : {"", "Distil", "distill", "do not distil", "4"}) {
    CHECK(test::fault_code([&] { (void)parse_verdict(name); }) == "unknown-verdict");
  }
}

TEST_CASE("paired margin: difference, interval and p values belong together") {
  const test::XY xy = test::gaussian_rows(400, 1, 1, 0.7, 3);
  std::vector<int> codes(400);
  for (std::size_t i = 0; i < 400; ++i) codes[i] = xy.y(i, 0) > 0.0 ? 1 : 0;
  const Groups groups = Groups::singletons(400);
  const Measurement ts(Ksg1Options{}, xy.x, xy.y, groups, {});
  const Measurement sl(RossOptions{}, xy.y, test::labels_of(codes, 2), groups, {});
  const Margin m = paired_margin(ts, sl, {});
  CHECK(test::near(m.nats, ts.estimate().nats - sl.estimate().nats, kRounding));
  REQUIRE(m.interval95.has_value());
  CHECK(test::near((m.interval95->lo + m.interval95->hi) / 2.0, m.nats, kRounding));
  CHECK(test::near(*m.p_above + *m.p_below, 1.0, kRounding));
  // I = .337 against ln 2: a label that is the student's sign.
  CHECK(m.interval95->hi < 0.0);
  CHECK(*m.p_below < 0.025);

  std::string why;
  const test::XY few = test::gaussian_rows(20, 1, 1, 0.7, 3);
  const Measurement a(Ksg1Options{}, few.x, few.y, Groups::singletons(20), {});
  const Margin bare = paired_margin(a, a, {}, &why);
  CHECK(bare.nats == 0.0);
  CHECK_FALSE(bare.standard_error.has_value());
  CHECK_FALSE(bare.p_above.has_value());
  CHECK_FALSE(why.empty());
}

}  // namespace
}  // namespace cch
