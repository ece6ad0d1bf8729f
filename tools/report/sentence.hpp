#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/report/field.hpp"

namespace cch::report {

/// "distil", "do not distil", "inconclusive", "unreliable"; any other word as it stands.
std::string verdict_name(std::string_view verdict);
/// The class of marks and words of a verdict: its name when it is one of the four, else "other".
std::string verdict_class(std::string_view verdict);
/// ✓ ✗ ? !, so that a verdict never hangs on colour alone.
std::string_view verdict_symbol(std::string_view verdict);

/// "holds", "fails", "undecided" with "(trivially)" where it says nothing; "–" for null.
/// `outcome` is a cch.representation or cch.prediction object.
std::string outcome_name(const json& outcome);

/// "a, b and 3 more".
std::string list_in_words(const std::vector<std::string>& names, std::size_t most);

/// The result of a ranking in one sentence.
std::string verdict_sentence(const json& document);

/// What decided the verdicts, in words ("CCH on representations", …).
std::string decision_rule(const json& document);

/// How far the result can be trusted: "high" when nothing below is found, "low" when the
/// first-ranked verdict is unreliable, there are fewer than 20 groups or the estimators disagree
/// about its sign; "moderate" otherwise. `reasons` has one sentence for each thing found.
struct Reliability {
  std::string word;
  std::vector<std::string> reasons;
};
Reliability reliability(const json& document);

/// Sentences about what would turn the verdict on the first-ranked teacher: the size of an error
/// that would do it, the rows that would decide it (half-widths shrink as 1/√N), the largest
/// I(S;Y).
std::vector<std::string> what_would_change_it(const json& document);

}  // namespace cch::report
