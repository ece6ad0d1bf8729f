#pragma once

#include "cch/core/samples.hpp"

namespace cch::detail {

/// From this share on ties are no accident of rounding, and formulas for continuous columns go
/// wrong (a constant column would "have" −3 nats by ross).
inline constexpr double kRepeatedShare = 0.05;

/// Largest share of a column's rows that hold a value which some other row holds too. Cost
/// O(D N log N).
double repeated_share(const Samples& x);

}  // namespace cch::detail
