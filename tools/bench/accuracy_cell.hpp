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
  bool beside = false;                            ///< of another program
  std::vector<double> nats;                       ///< of the seeds that gave a number
  std::vector<std::optional<double>> own_errors;  ///< beside nats: each fit's own standard error
  std::size_t cut = 0;                            ///< fits whose training was ended early
  std::set<std::string> methods;                  ///< what ran
  std::set<std::string> codes;                    ///< of the seeds that gave none
  std::set<std::string> reasons;
  std::size_t failed = 0;
  double seconds = 0.0;  ///< mean over all seeds

  [[nodiscard]] bool run() const { return !nats.empty() || failed > 0; }
  [[nodiscard]] double mean() const;
  [[nodiscard]] std::optional<double> sd() const;         ///< of at least two seeds
  [[nodiscard]] std::optional<double> own_error() const;  ///< mean of the own standard errors
};

/// How many of how many.
struct Share {
  std::size_t count = 0;
  std::size_t of = 0;
};

/// One task and size.
struct AccuracyRow {
  const AccuracyTask* task = nullptr;
  std::size_t n = 0;
  Truth truth;
  std::vector<AccuracyCell> cells;  ///< in the order of estimators_for(), then those beside

  [[nodiscard]] const AccuracyCell* cell_of(const std::string& estimator) const;
  /// Whether the mean is above truth + 2 SE, SE² = SD²/seeds + that of the truth; nothing with less
  /// than two seeds.
  [[nodiscard]] std::optional<bool> above(const AccuracyCell& cell) const;
  /// Fits that are above truth + 2 SE, SE² = the fit's own + that of the truth, of those that have
  /// an own one.
  [[nodiscard]] Share above_by_own(const AccuracyCell& cell) const;
};

/// "0.4133 ± 0.0021 (2 of 3: *code*)": mean ± SD over seeds and what is missing; † for training
/// that was ended early; "–" for what was not run.
std::string cell_text(const AccuracyCell* cell);

/// "name (version)" of the other programs in the rows.
std::vector<std::string> versions_beside(const std::vector<AccuracyRow>& rows);

/// The rows of one set that have at least one fit.
std::vector<AccuracyRow> accuracy_rows(const AccuracyPlan& plan, const FitStore& store,
                                       const std::string& set);

}  // namespace cch::bench
