#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/report/rank/evidence.hpp"

namespace cch::report {

/// "distil", "do not distil", "inconclusive", "unreliable"; any other word as it stands.
std::string verdict_name(std::string_view verdict);
/// The class of marks and words of a verdict: its name when it is one of the four, else "other".
std::string verdict_class(std::string_view verdict);
/// ✓ ✗ ? !, so that a verdict never hangs on colour alone.
std::string_view verdict_symbol(std::string_view verdict);

/// "holds", "fails", "undecided" with "(trivially)" where it says nothing; "–" for null.
/// `outcome` is a cch.representation or cch.prediction object.
std::string outcome_name(const documents::RepresentationLevel& level);
std::string outcome_name(const std::optional<documents::PredictionOutcome>& level);

/// "a, b and 3 more".
std::string list_in_words(const std::vector<std::string>& names, std::size_t most);

/// The result of a ranking in one sentence.
std::string verdict_sentence(const RankDocument& document);

/// What decided the verdicts, in words ("CCH on representations", …).
std::string decision_rule(const RankDocument& document);

/// Messages of the warnings, apart from those that only say what was asked for or was not, concern
/// a control, or concern the margin on representations where it does not decide: these are notes.
struct Messages {
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
};
Messages messages_of(const std::vector<Warning>& warnings, bool representations_decide = true);
Messages messages_of(const RankDocument& document);

/// Controls whose verdict is "distil", by name.
std::vector<std::string> controls_to_distil(const RankDocument& document);

/// "holds (trivially) on representations, undecided on predictions": the CCH of one teacher at both
/// levels; "" without either.
std::string outcomes_in_words(const JudgedTeacher& teacher);

/// How far the evidence that decided can be trusted. "low": the first verdict is unreliable, there
/// are fewer than 20 groups, the pilot is missing where it should decide, a control came out as
/// distil under a trained student, or, where representations decide, the estimators disagree about
/// the sign or their expected bias could turn it. "high": nothing found; "moderate": anything else.
/// `reasons` has one sentence for each thing found.
struct Reliability {
  std::string word;
  std::vector<std::string> reasons;
};
Reliability reliability(const RankDocument& document);

/// How many rows (and groups) would decide an inconclusive verdict, if the number that keeps it
/// open stays where it is: half-widths shrink as 1/√N. "" where that number is missing, or rows are
/// not what is missing.
std::string rows_that_would_decide(const RankDocument& document, const JudgedTeacher& teacher);

/// What goes with the verdict sentence where the first-ranked teacher is inconclusive, else
/// nothing: the rows that would decide it, and which other scenario the teacher's own score speaks
/// for.
std::vector<std::string> what_would_decide(const RankDocument& document);

/// Sentences about what would turn the verdict on the first-ranked teacher, about the number that
/// decided it: the size of an error that would do it, then the rows that would decide about others,
/// the second vote of the combined rule, the largest I(S;Y) where representations decide, and the
/// runner-up.
std::vector<std::string> what_would_change_it(const RankDocument& document);

}  // namespace cch::report
