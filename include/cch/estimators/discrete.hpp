#pragma once

#include <string>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"

namespace cch {

struct DiscreteOptions {
  bool bias_correction = true;  ///< Miller–Madow on the joint and both marginal entropies
};

/// Mutual information of two label variables, nats: plug-in Σ p_xy ln(p_xy / (p_x p_y)), minus the
/// Miller–Madow bias (m_xy − m_x − m_y + 1)/(2N), where m counts occupied cells (Miller 1955). The
/// per-row plug-in terms ln(p_xy / (p_x p_y)) are in `row_terms`. A warning is given when the
/// occupied joint cells exceed N/5. Cost O(N log N).
Estimate discrete(const ClassLabels& x, const ClassLabels& y, const Groups& groups,
                  const DiscreteOptions& options, const Execution& exec);

}  // namespace cch
