#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accuracy_store.hpp"
#include "accuracy_task.hpp"

namespace cch::bench {

/// What is run.
struct AccuracyPlan {
  std::vector<AccuracyTask> tasks;
  std::vector<std::string> estimators;  ///< empty: auto and every catalog entry that fits a task
  std::vector<std::size_t> rows;        ///< empty: each task's own
  std::uint64_t seeds = 3;
  std::uint64_t first_seed = 1;
  std::string scale = "rank";
  double budget = 120.0;  ///< seconds a fit
  unsigned threads = 0;
  bool error_bars = false;  ///< also each fit's own standard error
};

/// Names of the estimators of the plan that take the task's variables.
std::vector<std::string> estimators_for(const AccuracyPlan& plan, const AccuracyTask& task);

/// The sizes of the plan at this task.
const std::vector<std::size_t>& rows_for(const AccuracyPlan& plan, const AccuracyTask& task);

/// Runs every fit of the plan that the store does not have and adds it. A fit that is still at work
/// when the budget ends is asked to stop; later seeds of the same task and estimator are not
/// started. (An estimator that never looks at its stop token runs to its end, and its number
/// counts.) With error bars, fits of the store that
/// lack theirs are run again; the budget holds for estimate and error bar together, and an error
/// bar that fails leaves the number. Errors of estimators become fits without a number. Progress
/// goes to stderr.
void run_plan(const AccuracyPlan& plan, FitStore& store);

}  // namespace cch::bench
