#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cch/criterion/ranking.hpp"
#include "cch/documents/rank.hpp"
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

/// The greedy best set of teachers, as documents have it.
documents::BestSet best_set_document(const RankSettings& settings, const RankInputs& inputs,
                                     const RankResult& ranked, const Execution& exec,
                                     std::vector<Warning>& warnings);

/// Chances as documents have them.
std::vector<documents::ChanceOfGain> chances_document(const std::vector<TeacherChance>& chances);
documents::RowsForecast forecast_document(const WhatDecides& forecast);

}  // namespace cch
