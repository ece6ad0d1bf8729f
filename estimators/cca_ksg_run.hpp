#pragma once

#include <vector>

#include "cch/core/estimate.hpp"
#include "estimators/cca/ladder.hpp"

namespace cch::detail {

/// cca_ksg together with what a delete-block jackknife of it needs: the prepared ladder and the
/// rungs that were taken. `chosen` is empty when a side is constant.
struct CcaKsgRun {
  CcaKsgRun(const Samples& x, const Samples& y, const Groups& groups, const CcaKsgOptions& options,
            const Execution& exec);

  CcaLadder ladder;
  std::vector<Rung> chosen;
  Estimate estimate;
};

}  // namespace cch::detail
