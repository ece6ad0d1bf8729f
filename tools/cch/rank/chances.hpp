#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"
#include "cch/experiments/best_set.hpp"
#include "tools/cch/inputs/rows.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// Refuses chances that cannot be measured, before anything is.
void check_chances(const RankSettings& settings, const RankInputs& inputs);

/// The options of a ranking, with what measures the chances where they decide; `tell` gets a line
/// for each that has become firm.
RankOptions chance_options(const RankSettings& settings, const RankInputs& inputs,
                           const Execution& exec,
                           std::function<void(const std::string& line)> tell = {});
/// The same of a ranking that trains no networks, in its own scenario.
RankOptions quick_options(const RankSettings& settings, const Execution& exec);

/// The greedy best set of teachers.
BestSet asked_best_set(const RankSettings& settings, const RankInputs& inputs,
                       const RankResult& ranked, const Execution& exec);

}  // namespace cch
