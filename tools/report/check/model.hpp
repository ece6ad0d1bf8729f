#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/report/kit/field.hpp"

namespace cch::report {

/// "Feasible.", "Feasible with caution.", "Not feasible." and what follows for the question.
std::string check_sentence(const json& document);
/// "2 teachers, 752 rows in 31 groups, 2 classes; planted Gaussian and curved".
std::string check_lead(const json& document);
/// "✓ feasible", "? with caution", "✗ not feasible"; classes as those of rank's verdicts.
std::string check_verdict_words(const json& document);
std::string check_verdict_class(const json& document);

/// The entry of a family in an estimator of a teacher; null where it was not planted.
const json& family_of(const json& estimator, const std::string& name);
/// The deciding estimator of a teacher.
const json& deciding(const json& teacher);

/// "0.19", "none" of {nats, why_not}; "–" where nothing was searched.
std::string margin_words(const json& side);
/// "0.35 ± 0.02" of the planted margin nearest to the smallest one: what a ranking would report.
std::optional<double> forecast_error(const json& teacher);
/// Rows and groups needed for the wanted margin, in words; "" if none was wanted.
std::string needed_words(const json& document, const json& teacher);
/// The same with the teacher, the margin and the 95 % interval of the rows, in a sentence.
std::string needed_sentence(const json& document, const json& teacher);

/// "0.158 [0.131, 0.190]": a smallest margin of one number of rows; "none" where there is none, and
/// for an upper end without bound.
std::string size_margin_words(const json& size);
/// "0.31 at most 0.30 ± 0.02".
std::string consistency_words(const json& test);
/// Sentences on cost.
std::vector<std::string> cost_sentences(const json& document);
/// Sentences on what a plan does not know.
std::vector<std::string> plan_sentences(const json& document);
/// Sentences on rows, groups and ceilings.
std::vector<std::string> size_sentences(const json& document);

}  // namespace cch::report
