#include "cch/criterion/teacher_chance.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include "cch/criterion/decide.hpp"
#include "estimators/criterion/fitted_chance.hpp"

namespace cch {
namespace {

std::string chance_words(double share) {
  if (share > 0.995) return "over 99 %";
  if (share < 0.005) return "below 1 %";
  return std::to_string(std::lround(100.0 * share)) + " %";
}

/// "With unlabelled pairs a linear student is expected to gain +0.021 nats (80 %: …), …".
std::string expectation(const TeacherChance& of) {
  const Chance& c = of.chance;
  return "With " + std::string(scenario_in_words(of.scenario)) + " a student (" + of.student_model +
         ") is expected to gain " + gain_in_words(c.expected_gain, of.metric) +
         " (80 %: " + gain_in_words(c.interval80.lo, of.metric, false) + " to " +
         gain_in_words(c.interval80.hi, of.metric, false) + "); the chance of a gain is " +
         chance_words(c.p_gain) + ", of more than " + worth_in_words(of.worthwhile, of.metric) +
         ' ' + chance_words(c.p_worthwhile) + ".";
}

bool only_regularises(const ChanceEvidence& of, const ChanceLimits& limits) {
  if (of.information_difference && *of.information_difference > limits.knows_more) return false;
  const auto& informed = of.network_informed ? of.network_informed : of.linear_informed;
  return informed && informed->value <= limits.informed * informed->standard_error;
}

Decision worth_it(const TeacherChance& of, const ChanceLimits& limits) {
  if (!only_regularises(of.evidence, limits)) return {Verdict::distil, {expectation(of)}};
  return {Verdict::inconclusive,
          {expectation(of),
           "But the teacher knows no more of the labels than the student, and its pilot is not "
           "shown to gain more than from soft labels without information, so the gain may be no "
           "more than their regularisation."}};
}

}  // namespace

ChanceLimits chance_limits(double risk) {
  if (!(risk > 0.0 && risk <= 0.25)) {
    refuse_usage("bad-risk", "a risk of " + std::to_string(risk) + " has no use",
                 "it is the share of firm verdicts that may be wrong",
                 "Give a number above 0, at most 0.25");
  }
  ChanceLimits out;
  out.risk = risk;
  out.gain = 1.0 - 2.0 * risk;
  out.too_small = 2.0 * risk;
  out.harms = 2.0 * risk;
  return out;
}

ChanceLimits limits_of(const Chance& chance, GainMetric metric, const ChanceLimits& limits) {
  ChanceLimits out = limits;
  if (!chance.in_range) return out;
  if (const auto corpus = detail::corpus_limits(metric, chance.networks, limits.risk)) {
    out.gain = corpus->gain;
    out.too_small = out.harms = corpus->worthwhile;
  }
  return out;
}

const TeacherChance* deciding_chance(const std::vector<TeacherChance>& chances) {
  const TeacherChance* best = nullptr;
  for (const TeacherChance& one : chances) {
    if (one.student_model != chances.front().student_model) continue;
    if (best == nullptr || one.chance.expected_gain > best->chance.expected_gain) best = &one;
  }
  return best;
}

Decision decide_by_chance(const std::vector<TeacherChance>& chances, const ChanceLimits& given) {
  const TeacherChance* of = deciding_chance(chances);
  if (of == nullptr) {
    return {Verdict::inconclusive, {"No pilot could run, so there is no chance to decide by."}};
  }
  const Chance& c = of->chance;
  const ChanceLimits limits = limits_of(c, of->metric, given);
  if (c.p_gain >= limits.gain && c.p_worthwhile >= limits.worthwhile) return worth_it(*of, limits);
  if (c.p_worthwhile > limits.too_small) {
    return {
        Verdict::inconclusive,
        {expectation(*of), "That decides nothing: distil needs a chance of a gain of at least " +
                               chance_words(limits.gain) + ", do not distil one of at most " +
                               chance_words(limits.too_small) + " that it is worth the trouble."}};
  }
  return {Verdict::do_not_distil,
          {expectation(*of),
           c.p_gain <= limits.harms ? "It harms." : "A gain, if any, is too small to pay."}};
}

std::string gain_in_words(double gain, GainMetric metric, bool unit) {
  const bool points = in_points(metric);
  const double shown = points ? 100.0 * gain : gain;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), points ? "%.1f" : "%.3f", std::abs(shown));
  const std::string digits = text.data();
  const bool zero = digits.find_first_not_of("0.") == std::string::npos;
  const std::string sign = zero ? "" : shown < 0.0 ? "−" : "+";
  return sign + digits + (!unit ? "" : points ? " points" : " nats");
}

std::string worth_in_words(double worthwhile, GainMetric metric) {
  const std::string words = gain_in_words(worthwhile, metric);
  return words.starts_with('+') ? words.substr(1) : words;
}

std::string_view scenario_in_words(Scenario scenario) {
  constexpr std::array<std::string_view, 3> words{"the labelled rows alone", "more labels",
                                                  "the unlabelled pairs"};
  return words[static_cast<std::size_t>(scenario)];
}

}  // namespace cch
