#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/report/field.hpp"

namespace cch::report {

/// How gains of a metric are shown: shares in points of 100.
struct GainUnit {
  double factor = 1.0;
  std::string name;
};
GainUnit gain_unit(const std::string& metric);

/// A gain of a pair in the unit that it is shown in.
struct ShownGain {
  std::optional<double> mean;
  std::optional<double> standard_error;
  std::optional<double> low;  ///< 95 % interval
  std::optional<double> high;
};
ShownGain shown_gain(const json& gain, const std::string& metric);

/// Whether a criterion with this score was right about a pair of this sign.
enum class Word { hit, false_alarm, miss, rejection, open };
inline constexpr std::size_t kWords = 5;
Word word_of(const std::string& sign, double score);

/// The metrics of the pairs, in order of first appearance.
std::vector<std::string> metrics_in(const json& document);

/// "gamma 0.25 · same-rows": the teacher with what tells it from others.
std::string teacher_words(const json& pair);
/// "mfh-gamma · v 4 · 200 labelled · same-rows".
std::string unit_words(const json& pair);
/// The same of one pair, after its study, without what all of them share; "" where that is
/// everything.
std::string unit_words_apart(const json& pair, const std::vector<json>& pairs);
/// "kl λ 0.5 T 1".
std::string loss_words(const json& pair);

/// "0.93 [0.81, 1.00]", "0.93" without an interval, "–" for null.
std::string measured_words(const json& measured, int decimals, double factor = 1.0);
/// "14 of 18 (78 %)"; "–" of none.
std::string share_words(const json& share);
/// "[55, 91]", Wilson's interval of a share in per cent; "" without.
std::string wilson_words(const json& share);

/// "Prediction and gain agree in 14 of 18 decided pairs."
std::string compare_sentence(const json& document);
/// "2 studies · 36 pairs: 12 gain, 10 lose, 14 undecided".
std::string compare_lead(const json& document);

}  // namespace cch::report
