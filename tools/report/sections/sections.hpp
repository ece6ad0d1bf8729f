#pragma once

#include <string>

#include "tools/report/field.hpp"

namespace cch::report {

/// The rooms of the report, in page order. Each gives a whole <section> of a cch.rank/1 document,
/// or "" when the document has nothing for it.

std::string headline_section(const json& document);  ///< verdict, reliability, what would change it
std::string warnings_section(const json& document);
std::string ranking_section(const json& document);     ///< table, forests, reasons, differences
std::string prediction_section(const json& document);  ///< CCH on predictions, pilot students
std::string controls_section(const json& document);    ///< planted bias, control teachers
std::string agreement_section(const json& document);   ///< margins of every estimator side by side
std::string diagnostics_section(const json& document);
std::string data_section(const json& document);
std::string methods_section(const json& document);
std::string reproduce_section(const json& document);
/// JSON and CSV as links that hold them, as far as `room` bytes suffice.
std::string downloads_section(const json& document, std::size_t room);

/// The forest of margins over the first `most` teachers.
std::string margin_figure(const json& document, const std::string& id, std::size_t most,
                          double wide);

/// Teachers that the headline's forest shows; more of them get a second forest in the ranking.
inline constexpr std::size_t kTeachersInHeadline = 8;

}  // namespace cch::report
