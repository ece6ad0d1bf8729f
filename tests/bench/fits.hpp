#pragma once

// Tasks with made-up truths and fits with made-up numbers: what is counted can be told by hand.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/bench/accuracy_run.hpp"
#include "tools/bench/accuracy_task.hpp"

namespace cch::test {

/// A task of the set "hidden-pairs" that draws nothing.
inline bench::AccuracyTask made_up_task(const std::string& name, double nats) {
  bench::AccuracyTask task;
  task.name = name;
  task.set = "hidden-pairs";
  task.rows = {100};
  task.truth = [nats] { return bench::Truth{nats, 0.0}; };
  return task;
}

/// Adds a fit of `ksg1` on the rank scale.
inline void add_fit(bench::FitStore& store, const std::string& task, std::uint64_t seed,
                    double nats, std::optional<double> standard_error = {}) {
  bench::Fit fit;
  fit.nats = nats;
  fit.standard_error = standard_error;
  fit.method = "ksg1";
  fit.budget = 120.0;
  store.add({task, "ksg1", 100, "rank", seed}, fit);
}

inline bench::AccuracyPlan plan_with(std::vector<bench::AccuracyTask> tasks, std::uint64_t seeds) {
  bench::AccuracyPlan plan;
  plan.tasks = std::move(tasks);
  plan.estimators = {"ksg1"};
  plan.seeds = seeds;
  return plan;
}

}  // namespace cch::test
