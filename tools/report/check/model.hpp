#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/documents/check.hpp"

namespace cch::report {

using documents::CheckDocument;
using documents::EstimatorForecast;
using documents::FamilyForecast;
using documents::TeacherForecast;

/// "Feasible.", "Feasible with caution.", "Not feasible." and what follows for the question.
std::string check_sentence(const CheckDocument& document);
/// "2 teachers, 752 rows in 31 groups, 2 classes; planted Gaussian and curved".
std::string check_lead(const CheckDocument& document);
/// "✓ feasible", "? with caution", "✗ not feasible"; classes as those of rank's verdicts.
std::string check_verdict_words(const CheckDocument& document);
std::string check_verdict_class(const CheckDocument& document);

/// A family of an estimator of a teacher; nullptr where it was not planted.
const FamilyForecast* family_of(const EstimatorForecast& estimator, const std::string& name);
/// The deciding estimator of a teacher.
const EstimatorForecast& deciding(const TeacherForecast& teacher);

/// The smallest margin in a family; empty for nullptr.
documents::Number smallest_margin(const FamilyForecast* family);
/// "0.19", "none"; "–" for nullptr.
std::string smallest_words(const FamilyForecast* family);
/// The same for margins below zero; "–" where they were not searched.
std::string against_words(const FamilyForecast* family);
/// "0.35 ± 0.02" of the planted margin nearest to the smallest one: what a ranking would report.
std::optional<double> forecast_error(const TeacherForecast& teacher);
/// Rows and groups needed for the wanted margin, in words; "" if none was wanted.
std::string needed_words(const CheckDocument& document, const TeacherForecast& teacher);
/// The same with the teacher, the margin and the 95 % interval of the rows, in a sentence.
std::string needed_sentence(const CheckDocument& document, const TeacherForecast& teacher);

/// "0.158 [0.131, 0.190]": a smallest margin of one number of rows; "none" where there is none, and
/// for an upper end without bound.
std::string size_margin_words(const documents::TriedSize& size);
/// "fitted-on-labels of audio": a leak and whose.
std::string leak_subject(const documents::LeakOutcome& check);
/// "0.31 at most 0.30 ± 0.02".
/// Which teachers the tests were about, where not all; "" otherwise.
std::string tried_words(const CheckDocument& document);
std::string consistency_words(const documents::ConsistencyOutcome& test);
/// Sentences on cost.
std::vector<std::string> cost_sentences(const CheckDocument& document);
/// Sentences on what a plan does not know.
std::vector<std::string> plan_sentences(const CheckDocument& document);
/// Sentences on rows, groups and ceilings.
std::vector<std::string> size_sentences(const CheckDocument& document);

}  // namespace cch::report
