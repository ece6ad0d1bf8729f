#pragma once

#include <map>
#include <string>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/criterion/ranking.hpp"
#include "tools/cch/fault_collector.hpp"
#include "tools/cch/inputs/files.hpp"
#include "tools/cch/rank/settings.hpp"

namespace cch {

/// What --teacher-kind and --teacher-saw-rows say, by the name of each teacher that has outputs.
/// `faults` gets what they say wrongly: a teacher that is not there or is named twice, no answer to
/// whether it saw these rows, an answer for features, the scenario more-labels.
std::map<std::string, StoredOutputs> stored_teachers(const RankSettings& settings,
                                                     FaultCollector& faults);

/// Puts log-ratios in the place of outputs. Errors: those of log_ratios, and usage
/// "outputs-need-classes"; of all teachers at once.
void take_outputs(const RankSettings& settings, RankFiles& files);

/// Matched rows: a data Error "outputs-permuted" of all teachers whose columns are in another order
/// than the classes. Warnings: "outputs-at-chance" (likeliest columns are no better than the
/// commonest class), "teacher-saw-rows".
std::vector<Warning> look_at_outputs(const RankInput& input);

}  // namespace cch
