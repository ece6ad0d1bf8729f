#pragma once

#include <string>

#include "cch/experiments/pairing.hpp"
#include "tools/documents/recorded.hpp"

namespace cch {

/// Names question and seed.
std::string unit_text(const documents::RecordedUnit& unit);

/// A run as it is paired; its texts name what is the same by equal JSON.
PairableRun pairable(const documents::RecordedRun& run);
/// What was known of a teacher, likewise.
TeacherCriteria criteria_of(const documents::CriteriaDocument& document);

}  // namespace cch
