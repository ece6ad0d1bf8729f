#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cch/criterion/feasibility.hpp"
#include "cch/criterion/feasibility_checks.hpp"
#include "tools/cch/check/settings.hpp"
#include "tools/cch/inputs/rows.hpp"

namespace cch {

/// What `cch rank` and `cch train` would take on this machine.
struct CostForecast {
  std::optional<double> rank_seconds;
  std::string rank_how;  ///< in words; why not, where there is none
  double train_seconds = 0.0;
  std::string train_how;
};

/// One plan out of several, and what it gives.
struct PlanScenario {
  double share_of_entropy = 0.0;  ///< I(S;Y) / H(Y), or nats without classes
  std::size_t pairs = 0;
  std::optional<double> minimal_margin;
};

struct CheckResult {
  QuestionShape shape;
  PowerForecast power;
  ConsistencyReport consistency;
  LeakReport leaks;
  std::string split_reason;  ///< which value was taken for training rows
  Feasibility feasibility;
  CostForecast cost;
  std::vector<PlanScenario> scenarios;  ///< of a plan, the one that is reported among them
  std::vector<Warning> warnings;
};

/// With features.
CheckResult run_check(const CheckSettings& settings, const RankInputs& inputs,
                      const Execution& exec);
/// Without: one forecast in the middle, and the smallest margins at the corners of what a plan does
/// not know (what the student knows about the labels, how many directions are shared).
CheckResult run_plan(const CheckSettings& settings, const Execution& exec);

/// From what one planted measurement took on this machine: nothing more is run.
void forecast_ranking(const PowerForecast& power, const Execution& exec, CostForecast& cost);
/// What networks take in so many steps with so many operations, on one thread: the model behind
/// forecast_training.
double trained_seconds(double steps, double operations);
/// The part on networks alone: seconds = start + steps × (seconds a step) + operations / speed, of
/// the study that tools/bench/train_cost writes.
void forecast_training(const QuestionShape& shape, CostForecast& cost);

}  // namespace cch
