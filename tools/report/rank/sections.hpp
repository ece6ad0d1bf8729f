#pragma once

#include <string>

#include "tools/report/rank/evidence.hpp"

namespace cch::report {

/// The sections of the report, in page order. Each gives a whole <section> of a ranking,
/// or "" when the document has nothing for it.

std::string headline_section(
    const RankDocument& document);  ///< verdict, reliability, what would change it
std::string chances_section(const RankDocument& document);  ///< by scenario and student
std::string warnings_section(const RankDocument& document);
std::string ranking_section(const RankDocument& document);  ///< evidence by level, forests, reasons
std::string order_section(const RankDocument& document);    ///< places and differences
std::string prediction_section(
    const RankDocument& document);  ///< pilot students, CCH on predictions
std::string agreement_section(
    const RankDocument& document);  ///< margins of every estimator side by side
std::string sensitivity_section(const RankDocument& document);  ///< estimator × preprocessing × k
std::string curves_section(const RankDocument& document);  ///< I(T;S) against 1/N and against k
std::string calibration_section(const RankDocument& document);  ///< planted bias
std::string per_class_section(const RankDocument& document);    ///< each class against all others
std::string null_section(const RankDocument& document);         ///< permutation tests
std::string controls_section(const RankDocument& document);     ///< teachers of known worth
std::string diagnostics_section(const RankDocument& document);
std::string data_section(const RankDocument& document);
std::string methods_section(const RankDocument& document);
std::string reproduce_section(const RankDocument& document);
/// JSON and CSV as links that hold them, as far as `room` bytes suffice.
std::string downloads_section(const RankDocument& document, std::size_t room);

/// Teachers that the headline's forest shows; more of them get a second forest in the ranking.
inline constexpr std::size_t kTeachersInHeadline = 8;
/// Teachers that have pictures of their own (curves, calibration, null).
inline constexpr std::size_t kTeachersWithPictures = 8;

/// " First 8 of 40 teachers; the JSON document has all." or "" where `most` suffice.
std::string first_only(std::size_t teachers, std::size_t most = kTeachersWithPictures);

/// The name of a teacher as a cell.
std::string teacher_cell(const std::string& name);

}  // namespace cch::report
