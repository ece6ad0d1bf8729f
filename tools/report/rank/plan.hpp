#pragma once

#include <string>

#include "tools/documents/plan.hpp"

namespace cch::report {

/// What would be ranked, for a terminal.
std::string render_rank_plan(const documents::RankPlan& plan);

}  // namespace cch::report
