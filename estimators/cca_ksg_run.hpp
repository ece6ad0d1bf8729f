#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cch/core/estimate.hpp"
#include "estimators/cca/ladder.hpp"

namespace cch::detail {

/// cca_ksg together with what its error bar needs: the pairs that were read. `readings` is empty
/// when a side is constant.
struct CcaKsgRun {
  struct Held {
    Rung rung;
    HeldOutPairs pairs;
  };

  CcaKsgRun(const Samples& x, const Samples& y, const Groups& groups, const CcaKsgOptions& options,
            const Execution& exec);

  /// The estimate on these rows alone (ascending), with the canonical directions and rungs as they
  /// are: the mean over all directions of what the rows held out there say, weighted by
  /// their number; directions in which they have too few neighbours outside their group are left
  /// out. Readings on disjoint rows are independent given the directions, whose own error moves a
  /// held-out reading to second order only.
  [[nodiscard]] double value_on(std::span<const std::size_t> rows, const Execution& exec) const;

  /// What fitting the directions does to the estimate, which value_on does not show: jackknife
  /// replicates for each of the first two directions.
  [[nodiscard]] std::vector<std::vector<double>> fit_replicates(const Execution& exec) const;

  std::size_t k;
  Groups groups;
  CcaLadder ladder;
  std::vector<Held> readings;  ///< one a direction
  double loss = 0.0;           ///< CcaLadder::learning_loss, part of every value
  Estimate estimate;
};

}  // namespace cch::detail
