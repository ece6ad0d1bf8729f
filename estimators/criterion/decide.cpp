#include "cch/criterion/decide.hpp"

#include <array>

#include "cch/core/nearest_name.hpp"

namespace cch {
namespace {

constexpr std::array<std::string_view, 5> kNames{"combined", "cch", "cch-prediction", "pilot",
                                                 "chance"};

enum class PilotSays { gain, no_gain, nothing };

PilotSays read(const VerdictEvidence& e) {
  if (!e.pilot_interval) return PilotSays::nothing;
  const auto [lo, hi] = *e.pilot_interval;
  if (lo > 0.0) return PilotSays::gain;
  const bool equivalent = lo > -kPracticalEquivalence && hi < kPracticalEquivalence;
  return hi < 0.0 || equivalent ? PilotSays::no_gain : PilotSays::nothing;
}

std::string pilot_sentence(const VerdictEvidence& e) {
  if (!e.pilot_interval) return "There is no pilot for this teacher.";
  switch (read(e)) {
    case PilotSays::gain:
      return "The pilot student gained from this teacher on held-out rows.";
    case PilotSays::no_gain:
      return e.pilot_interval->hi < 0.0
                 ? "The pilot student lost by this teacher on held-out rows."
                 : "The pilot student's gain lies within ±0.001 nats: no practical difference.";
    case PilotSays::nothing:
      return "The pilot's interval includes zero.";
  }
  return {};
}

std::string prediction_sentence(const VerdictEvidence& e) {
  if (!e.prediction) return "There is no CCH on predictions for this teacher.";
  return "CCH on predictions " + (*e.prediction == CchOutcome::undecided
                                      ? std::string("is undecided.")
                                      : std::string(to_string(*e.prediction)) + ".");
}

Decision by_pilot(const VerdictEvidence& e) {
  switch (read(e)) {
    case PilotSays::gain:
      if (e.pilot_over_uninformed && e.pilot_over_uninformed->lo <= 0.0) {
        return {Verdict::inconclusive,
                {pilot_sentence(e),
                 "It is not shown to gain more than from its own soft labels (self-distillation) "
                 "or from "
                 "those of noise, so the gain may be no more than their regularisation."}};
      }
      return {Verdict::distil, {pilot_sentence(e)}};
    case PilotSays::no_gain:
      return {Verdict::do_not_distil, {pilot_sentence(e)}};
    case PilotSays::nothing:
      return {Verdict::inconclusive, {pilot_sentence(e)}};
  }
  return {};
}

Decision by_prediction(const VerdictEvidence& e) {
  Decision result{Verdict::inconclusive, {prediction_sentence(e)}};
  if (e.prediction == CchOutcome::holds) result.verdict = Verdict::distil;
  if (e.prediction == CchOutcome::fails) result.verdict = Verdict::do_not_distil;
  return result;
}

Decision by_both(const VerdictEvidence& e) {
  Decision result = by_pilot(e);
  result.reasons.push_back(prediction_sentence(e));
  const bool contradicted =
      (result.verdict == Verdict::distil && e.prediction == CchOutcome::fails) ||
      (result.verdict == Verdict::do_not_distil && e.prediction == CchOutcome::holds);
  if (!contradicted && (e.prediction || result.verdict == Verdict::inconclusive)) return result;
  result.verdict = Verdict::inconclusive;
  if (contradicted) result.reasons.emplace_back("The two disagree, so neither decides.");
  return result;
}

}  // namespace

DecideBy parse_decide_by(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<DecideBy>(i);
  }
  const std::vector<std::string> names(kNames.begin(), kNames.end());
  refuse_usage("unknown-decide-by", "there is no way to decide called '" + std::string(name) + "'",
               {}, "Did you mean '" + nearest_name(name, names) + "'?");
}

std::string_view to_string(DecideBy by) {
  return kNames[static_cast<std::size_t>(by)];
}

Decision decide(DecideBy by, const VerdictEvidence& e) {
  if (!e.unreliable.empty()) return {Verdict::unreliable, e.unreliable};
  switch (by) {
    case DecideBy::combined:
      return by_both(e);
    case DecideBy::cch:
      return {e.representation.verdict, e.representation.reasons};
    case DecideBy::cch_prediction:
      return by_prediction(e);
    case DecideBy::pilot:
      return by_pilot(e);
    case DecideBy::chance:
      return decide_by_chance(e.chances, e.limits);
  }
  return {};
}

}  // namespace cch
