#pragma once

#include <cstddef>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct CcaKsgOptions {
  std::size_t components = 16;  ///< q, principal components kept of each side before CCA
  std::size_t k = 4;            ///< neighbours of the KSG rungs
  std::size_t joint_pairs = 3;  ///< most canonical pairs that enter the joint KSG rung
};

Estimate cca_ksg(const Samples& x, const Samples& y, const Groups& groups,
                 const CcaKsgOptions& options, const Execution& exec);

}  // namespace cch
