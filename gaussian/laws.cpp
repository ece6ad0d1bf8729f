#include "cch/gaussian/laws.hpp"

#include <cmath>

#include "cch/core/error.hpp"

namespace cch {
namespace {

Effect effect_of(double improvement) {
  if (improvement > 0.0) return Effect::helps;
  return improvement < 0.0 ? Effect::harms : Effect::neither;
}

bool helps(Effect effect) {
  return effect == Effect::helps;
}

/// Why the hypothesis and the exact risk differ.
void compare_cch(const LawReadings& laws, const DistillationMoments& m,
                 std::vector<std::string>& out) {
  if (laws.cch_holds && m.beta_s < 0.0) {
    out.push_back(
        "The CCH holds with a teacher that opposes the student (β_s < 0): an information has no "
        "sign.");
  }
  if (laws.cch_holds && !helps(laws.small_lambda_risk)) {
    out.push_back(
        "The CCH holds and the risk does not fall at small λ (β_e ≥ 1): without a bound on its "
        "scale a "
        "teacher overshoots the labels' noise; Var t ≤ Var y would rule that out.");
  }
  if (!laws.cch_holds && helps(laws.risk)) {
    out.push_back(helps(laws.direction)
                      ? "The CCH fails and distillation lowers the risk all the same: it is a "
                        "sufficient condition, not a necessary one."
                      : "The CCH fails and the risk falls by shrinkage alone, the direction gains "
                        "nothing: a teacher without information does the same.");
  }
}

void compare_small_with_this(const LawReadings& laws, std::vector<std::string>& out) {
  if (helps(laws.small_lambda_risk) && laws.risk == Effect::harms) {
    out.push_back(
        "A small λ lowers the risk, this λ is beyond the largest helpful one and raises it.");
  }
  if (helps(laws.small_lambda_direction) && laws.direction == Effect::harms) {
    out.push_back("A small λ improves the direction, this λ is too large and spoils it.");
  }
  if (laws.small_lambda_direction == Effect::harms && helps(laws.direction)) {
    out.push_back("A small λ spoils the direction, this λ is large enough to improve it.");
  }
}

void compare_risk_with_direction(const LawReadings& laws, std::vector<std::string>& out) {
  if (helps(laws.risk) && laws.direction == Effect::harms) {
    out.push_back(
        "The risk falls and the direction gets worse: squared error gains by shrinkage, accuracy "
        "does not.");
  }
  if (laws.risk == Effect::harms && helps(laws.direction)) {
    out.push_back(
        "The direction improves and the risk rises: the teacher's scale is wrong, which squared "
        "error sees and accuracy does not.");
  }
}

}  // namespace

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::helps:
      return "helps";
    case Effect::harms:
      return "harms";
    case Effect::neither:
      return "neither";
  }
  return "neither";
}

LawReadings read_laws(const DistillationRisk& risk, double lambda) {
  if (!(lambda > 0.0)) {
    refuse_usage("bad-lambda", "the laws need a λ above 0", "at λ = 0 nothing is distilled",
                 "Give a positive λ");
  }
  const DistillationMoments& m = risk.moments();
  LawReadings laws;
  laws.lambda = lambda;
  laws.cch_holds = risk.cch_margin() > 0.0;
  laws.small_lambda_risk = effect_of(1.0 - m.beta_e());
  laws.risk = effect_of(risk.gain(lambda));
  if (m.vs > 0.0) {
    laws.small_lambda_direction = effect_of(m.beta_s - m.beta_e());
    laws.direction = effect_of(risk.cosine(lambda) - risk.cosine(0.0));
  }
  compare_cch(laws, m, laws.disagreements);
  compare_small_with_this(laws, laws.disagreements);
  compare_risk_with_direction(laws, laws.disagreements);
  return laws;
}

}  // namespace cch
