#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/documents/compare.hpp"

namespace cch::report {

using documents::ComparedCriterion;
using documents::CompareDocument;
using documents::ComparedPair;
using documents::CriterionSlice;
using documents::PairControl;

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
ShownGain shown_gain(const GainSummary& gain, const std::string& metric);

/// Whether a criterion with this score was right about a pair of this sign.
enum class Word { hit, false_alarm, miss, rejection, open };
inline constexpr std::size_t kWords = 5;
Word word_of(const std::string& sign, double score);

/// The metrics of the pairs, in order of first appearance.
std::vector<std::string> metrics_in(const CompareDocument& document);

/// "gamma 0.25 · same-rows": the teacher with what tells it from others.
std::string teacher_words(const ComparedPair& pair);
/// "mfh-gamma · v 4 · 200 labelled · same-rows".
std::string unit_words(const ComparedPair& pair);
/// The same of one pair, after its study, without what all of them share; "" where that is
/// everything.
std::string unit_words_apart(const ComparedPair& pair, const std::vector<ComparedPair>& pairs);
/// "kl λ 0.5 T 1".
std::string loss_words(const ComparedPair& pair);

/// "0.93 [0.81, 1.00]", "0.93" without an interval, "–" for null.
std::string measured_words(const Measured& measured, int decimals, double factor = 1.0);
/// "14 of 18 (78 %)"; "–" of none.
std::string share_words(const MeasuredShare& share);
/// "[55, 91]", Wilson's interval of a share in per cent; "" without.
std::string wilson_words(const MeasuredShare& share);

/// "Prediction and gain agree in 14 of 18 decided pairs."
std::string compare_sentence(const CompareDocument& document);
/// "2 studies · 36 pairs: 12 gain, 10 lose, 14 undecided".
std::string compare_lead(const CompareDocument& document);

}  // namespace cch::report
