#include "cch/criterion/decide.hpp"

#include "support/test.hpp"

namespace {

using namespace cch;

VerdictEvidence evidence(double lo, double hi, std::optional<CchOutcome> prediction) {
  VerdictEvidence e;
  e.pilot_gain = 0.5 * (lo + hi);
  e.pilot_interval = Interval{lo, hi};
  e.prediction = prediction;
  return e;
}

Verdict combined(double lo, double hi, std::optional<CchOutcome> prediction) {
  return decide(DecideBy::combined, evidence(lo, hi, prediction)).verdict;
}

}  // namespace

TEST_CASE("combined: the pilot decides unless the CCH on predictions contradicts it") {
  CHECK(combined(0.01, 0.05, CchOutcome::holds) == Verdict::distil);
  CHECK(combined(0.01, 0.05, CchOutcome::undecided) == Verdict::distil);
  CHECK(combined(0.01, 0.05, CchOutcome::fails) == Verdict::inconclusive);
  CHECK(combined(-0.05, -0.01, CchOutcome::fails) == Verdict::do_not_distil);
  CHECK(combined(-0.05, -0.01, CchOutcome::undecided) == Verdict::do_not_distil);
  CHECK(combined(-0.05, -0.01, CchOutcome::holds) == Verdict::inconclusive);
  CHECK(combined(-0.01, 0.05, CchOutcome::holds) == Verdict::inconclusive);
  CHECK(combined(-0.01, 0.05, CchOutcome::fails) == Verdict::inconclusive);
}

TEST_CASE("combined: a gain inside the region of practical equivalence is no reason to distil") {
  CHECK(combined(-0.0005, 0.0005, CchOutcome::undecided) == Verdict::do_not_distil);
  CHECK(combined(-0.0005, 0.0005, CchOutcome::holds) == Verdict::inconclusive);
  CHECK(combined(-0.0005, 0.0015, CchOutcome::fails) == Verdict::inconclusive);
  // Above 0 is a gain, however small.
  CHECK(combined(0.0001, 0.0005, CchOutcome::undecided) == Verdict::distil);
}

TEST_CASE("missing evidence never makes a firm verdict") {
  CHECK(combined(0.01, 0.05, std::nullopt) == Verdict::inconclusive);
  VerdictEvidence nothing;
  for (const auto by : {DecideBy::combined, DecideBy::cch_prediction, DecideBy::pilot}) {
    const Decision decision = decide(by, nothing);
    CHECK(decision.verdict == Verdict::inconclusive);
    CHECK_FALSE(decision.reasons.empty());
  }
}

TEST_CASE("the pure modes look at their own evidence only") {
  const VerdictEvidence e = evidence(0.01, 0.05, CchOutcome::fails);
  CHECK(decide(DecideBy::pilot, e).verdict == Verdict::distil);
  CHECK(decide(DecideBy::cch_prediction, e).verdict == Verdict::do_not_distil);
  VerdictEvidence representation = e;
  representation.representation.verdict = Verdict::distil;
  CHECK(decide(DecideBy::cch, representation).verdict == Verdict::distil);
}

TEST_CASE("a reason to distrust everything wins in every mode") {
  VerdictEvidence e = evidence(0.01, 0.05, CchOutcome::holds);
  e.unreliable = {"Only 3 groups."};
  for (const char* name : {"combined", "cch", "cch-prediction", "pilot"}) {
    const Decision decision = decide(parse_decide_by(name), e);
    CHECK(decision.verdict == Verdict::unreliable);
    CHECK(decision.reasons.front() == "Only 3 groups.");
    CHECK(to_string(parse_decide_by(name)) == name);
  }
  CHECK(test::fault_code([] { parse_decide_by("pilto"); }) == "unknown-decide-by");
}
