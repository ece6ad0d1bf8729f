#pragma once

#include <vector>

#include "cch/criterion/ranking.hpp"
#include "cch/experiments/chances.hpp"

namespace cch::detail {

/// What gains are measured in; usage Error "wrong-metric".
GainMetric metric_of(const RankInput& input, const ChanceOptions& options);

/// What a ChanceSource does (chances.hpp).
MeasuredChances measured_chances(const ChanceQuestion& question, const ChanceOptions& options,
                                 const ExtraRows& further, const Execution& exec,
                                 std::vector<Warning>& warnings);

}  // namespace cch::detail
