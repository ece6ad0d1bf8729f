#pragma once

#include <vector>

#include "cch/documents/rank.hpp"
#include "cch/experiments/pairing.hpp"

namespace cch {

/// The teachers of a ranking with what it says about each, under names that start with
/// "cch rank: ". Null and infinite values have no score.
std::vector<RankedTeacher> ranked_teachers(const documents::RankDocument& document);

}  // namespace cch
