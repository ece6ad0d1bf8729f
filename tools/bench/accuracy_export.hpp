#pragma once

#include <cstddef>
#include <string>

#include "accuracy_run.hpp"

namespace cch::bench {

/// Folder of one draw below the export's: TASK/nN-seedS.
std::string export_folder(const std::string& task, std::size_t n, std::uint64_t seed);

/// Writes every task, size and seed of the plan that can run here as x.npy and y.npy (float64, N ×
/// D; class labels as int64, N) and truth.json (task, set, n, seed, dim_x, dim_y, labels,
/// truth_nats, truth_standard_error, version). Rows are as drawn: on no scale, whatever the plan's.
/// Files that are there are overwritten; truth.json comes last, so that a folder with it is whole.
/// Returns how many draws were written; throws std::runtime_error when a file cannot be.
std::size_t export_draws(const AccuracyPlan& plan, const std::string& folder);

}  // namespace cch::bench
