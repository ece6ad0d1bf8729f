#pragma once

#include "cch/criterion/feasibility.hpp"
#include "estimators/criterion/feasibility/margin_power.hpp"

namespace cch::detail {

/// What a check reports of one family by one estimator: the planted margins, the curve of verdicts
/// between them and what was read of the labels.
void describe_family(const Readings& readings, const FeasibilityOptions& options, FamilyPower& out);

}  // namespace cch::detail
