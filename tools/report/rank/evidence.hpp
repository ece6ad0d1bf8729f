#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "cch/documents/rank.hpp"

namespace cch::report {

using documents::JudgedTeacher;
using documents::RankDocument;
using documents::Value;

/// Which evidence made the verdicts of a document (its field decided_by).
enum class Rule { chance, combined, pilot, cch, cch_prediction, unknown };
Rule rule_of(const RankDocument& document);

/// combined or pilot: a trained student has a say.
bool pilot_decides(const RankDocument& document);

/// chance: what students are expected to gain, by all evidence.
bool chance_decides(const RankDocument& document);

/// The margin on representations decides alone (or nothing that is known).
bool margins_decide(const RankDocument& document);

/// The gain of the pilot with a teacher, nats; empty without a pilot.
Value pilot_gain(const JudgedTeacher& teacher);

/// The margin of the CCH on predictions, nats, with its interval; empty without it.
Value prediction_margin(const JudgedTeacher& teacher);

/// The number that the verdict of a teacher hangs on first: the expected gain with its 80 %
/// interval (chance, in the unit of the metric), the pilot's gain (combined, pilot), the margin on
/// predictions (cch-prediction) or on representations (cch). Nats.
Value deciding_value(const RankDocument& document, const JudgedTeacher& teacher);
/// "pilot gain", "margin on predictions" or "margin".
std::string_view deciding_name(const RankDocument& document);

/// Whether a 95 % interval leaves out zero.
bool excludes_zero(const Value& value);

/// "4,000 rows", or "300 rows with a label, 3,700 without" where the teacher labels the others.
std::string rows_in_words(const RankDocument& document);

/// "same rows", "more labels", "unlabelled pairs"; any other word as it stands, "" for null.
std::string scenario_name(const RankDocument& document);
/// What the scenario means, in a sentence; "" where it is not one of the three.
std::string_view scenario_meaning(const RankDocument& document);

/// Whether one of the teachers has something.
template <class Has>
bool any_teacher(const RankDocument& document, Has&& has) {
  return std::any_of(document.teachers.begin(), document.teachers.end(), has);
}
/// Whether the pilot measures squared errors.
bool real_labels(const RankDocument& document);
/// Whether a student was trained with one of them.
bool any_pilot(const RankDocument& document);

}  // namespace cch::report
