#pragma once

#include <vector>

#include "cch/documents/run.hpp"
#include "tools/report/train/model.hpp"

namespace cch {

/// What is counted over all runs: done and failed ones, seeds, cost and weights by role, choices.
void count_over_runs(const std::vector<documents::RunDocument>& runs, report::TrainReport& out);

}  // namespace cch
