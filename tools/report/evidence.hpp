#pragma once

#include <string>
#include <string_view>

#include "tools/report/field.hpp"

namespace cch::report {

/// Which evidence made the verdicts of a document (its field decided_by).
enum class Rule { combined, pilot, cch, cch_prediction, unknown };
Rule rule_of(const json& document);

/// combined or pilot: a trained student has a say.
bool pilot_decides(const json& document);

/// The margin of the CCH on predictions, nats, with its interval; empty without it.
Value prediction_margin(const json& teacher);

/// The number that the verdict of a teacher hangs on first: the pilot's gain (combined, pilot), the
/// margin on predictions (cch-prediction) or on representations (cch). Nats.
Value deciding_value(const json& document, const json& teacher);
/// "pilot gain", "margin on predictions" or "margin".
std::string_view deciding_name(const json& document);

/// Whether a 95 % interval leaves out zero.
bool excludes_zero(const Value& value);

/// "4,000 rows", or "300 rows with a label, 3,700 without" where the teacher labels the others.
std::string rows_in_words(const json& document);

/// "same rows", "more labels", "unlabelled pairs"; any other word as it stands, "" for null.
std::string scenario_name(const json& document);
/// What the scenario means, in a sentence; "" where it is not one of the three.
std::string_view scenario_meaning(const json& document);

/// Whether every teacher of `teachers` has null under `key`.
bool all_null(const json& teachers, std::string_view key);

}  // namespace cch::report
