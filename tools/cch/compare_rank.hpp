#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "tools/cch/compare_read.hpp"

namespace cch {

/// The teachers of a cch.rank/1 document with what it says about each, under names that start with
/// "cch rank: ". Null and infinite values have no score.
std::vector<RankedTeacher> ranked_teachers(const nlohmann::json& document);

}  // namespace cch
