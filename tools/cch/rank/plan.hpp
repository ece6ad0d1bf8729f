#pragma once

#include <string>

#include "cch/documents/plan.hpp"
#include "tools/cch/inputs/rows.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// What `cch rank --dry-run` found. Nothing is estimated.
documents::RankPlan rank_plan(const RankSettings& settings, const RankInputs& inputs,
                              const std::string& command_line);

}  // namespace cch
