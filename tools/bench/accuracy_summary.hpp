#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "accuracy_cell.hpp"

namespace cch::bench {

enum class Source {
  catalog,    ///< this library
  beside,     ///< another program on the same draws
  reference,  ///< another program's number for the task, on draws of its own
};

/// One estimator over the tasks of a set.
struct EstimatorSummary {
  std::string name;
  Source source = Source::catalog;
  std::vector<double> errors;  ///< mean − truth of each task and size that has a number, nats
  Share above_by_spread;       ///< tasks and sizes whose mean is above truth + 2 SE (over seeds)
  Share above_by_own;          ///< fits above truth + 2 SE by their own error bar
  double seconds = 0.0;        ///< mean of a fit
  std::size_t failed = 0;      ///< fits without a number
  std::size_t cut = 0;         ///< fits whose training was ended early
  std::size_t fits = 0;

  [[nodiscard]] double mean_absolute() const;
  [[nodiscard]] double mean_signed() const;
  /// The error below which a share p of the tasks lies, by linear interpolation; needs one error.
  [[nodiscard]] double quantile(double p) const;
};

/// Catalog estimators that ran, then those beside, then references; each in order of appearance.
std::vector<EstimatorSummary> summaries_of(const std::vector<AccuracyRow>& rows);

/// The task's number of another program, if there is one.
std::optional<double> reference_of(const AccuracyTask& task, const std::string& name);

/// Names of the groups of tasks, in order; none where tasks are in no group.
std::vector<std::string> groups_of(const std::vector<AccuracyRow>& rows);

/// Mean of |estimate − truth| over the single draws of a group, in bits, as published errors are.
struct GroupError {
  double bits = 0.0;
  std::size_t draws = 0;
};
std::optional<GroupError> group_error(const std::vector<AccuracyRow>& rows,
                                      const std::string& group, const std::string& estimator);

}  // namespace cch::bench
