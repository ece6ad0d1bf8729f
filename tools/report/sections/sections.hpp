#pragma once

#include <string>

#include "tools/report/field.hpp"

namespace cch::report {

/// The rooms of the report, in page order. Each gives a whole <section> of a cch.rank/1 document,
/// or "" when the document has nothing for it.

std::string headline_section(const json& document);  ///< verdict, reliability, what would change it
std::string warnings_section(const json& document);
std::string ranking_section(const json& document);      ///< evidence by level, forests, reasons
std::string order_section(const json& document);        ///< places and differences
std::string prediction_section(const json& document);   ///< pilot students, CCH on predictions
std::string agreement_section(const json& document);    ///< margins of every estimator side by side
std::string sensitivity_section(const json& document);  ///< estimator × preprocessing × k
std::string curves_section(const json& document);       ///< I(T;S) against 1/N and against k
std::string calibration_section(const json& document);  ///< planted bias
std::string per_class_section(const json& document);    ///< each class against all others
std::string null_section(const json& document);         ///< permutation tests
std::string controls_section(const json& document);     ///< teachers of known worth
std::string diagnostics_section(const json& document);
std::string data_section(const json& document);
std::string methods_section(const json& document);
std::string reproduce_section(const json& document);
/// JSON and CSV as links that hold them, as far as `room` bytes suffice.
std::string downloads_section(const json& document, std::size_t room);

/// Teachers that the headline's forest shows; more of them get a second forest in the ranking.
inline constexpr std::size_t kTeachersInHeadline = 8;
/// Teachers that have pictures of their own (curves, calibration, null).
inline constexpr std::size_t kTeachersWithPictures = 8;

/// " First 8 of 40 teachers; the JSON document has all." or "" where `most` suffice.
std::string first_only(std::size_t teachers, std::size_t most = kTeachersWithPictures);

/// The name of a teacher as a cell.
std::string teacher_cell(const json& node, const char* key = "name");

}  // namespace cch::report
