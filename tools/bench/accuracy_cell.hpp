#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "accuracy_run.hpp"

namespace cch::bench {

/// The fits of one estimator on one task and size, over the seeds of the plan.
struct AccuracyCell {
  std::string estimator;
  std::vector<double> nats;       ///< of the seeds that gave a number
  std::set<std::string> methods;  ///< what ran
  std::set<std::string> codes;    ///< of the seeds that gave none
  std::set<std::string> reasons;
  std::size_t failed = 0;
  double seconds = 0.0;  ///< mean over all seeds

  [[nodiscard]] bool run() const { return !nats.empty() || failed > 0; }
  [[nodiscard]] double mean() const;
  [[nodiscard]] std::optional<double> sd() const;  ///< of at least two seeds
};

/// One task and size.
struct AccuracyRow {
  const AccuracyTask* task = nullptr;
  std::size_t n = 0;
  Truth truth;
  std::vector<AccuracyCell> cells;  ///< in the order of estimators_for()

  [[nodiscard]] const AccuracyCell* cell_of(const std::string& estimator) const;
  /// Whether the mean is above truth + 2 SE; nothing with less than two seeds.
  [[nodiscard]] std::optional<bool> above(const AccuracyCell& cell) const;
};

/// The rows of one set that have at least one fit.
std::vector<AccuracyRow> accuracy_rows(const AccuracyPlan& plan, const FitStore& store,
                                       const std::string& set);

}  // namespace cch::bench
