#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tools/cch/inputs/rows.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// What `cch rank --dry-run` found, schema cch.rank-plan/1: the inputs as they would be used and
/// the estimators that would be taken. Nothing is estimated.
nlohmann::json rank_plan(const RankSettings& settings, const RankInputs& inputs,
                         const std::string& command_line);

/// The same for people.
std::string render_rank_plan(const nlohmann::json& plan);

}  // namespace cch
