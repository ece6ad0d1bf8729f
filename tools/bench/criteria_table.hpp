#pragma once

#include <string>
#include <vector>

#include "tools/bench/criteria_cell.hpp"

namespace cch::bench {

/// Markdown: for every scenario and outcome how often distillation helped and harmed, the AUROC of
/// each criterion for the sign of the true gain with a 95 % bootstrap interval over data sets, and
/// the firm "holds" of the prediction-level CCH where it harmed. Results of one (set, teacher,
/// student, n, scenario) are averaged over seeds; a cell counts as + or − where |mean gain| > 2
/// standard errors over seeds; one with fewer than three seeds is left out. Independent of the
/// order of `results`.
std::string criteria_table(const std::vector<CellResult>& results);

}  // namespace cch::bench
