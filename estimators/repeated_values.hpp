#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "cch/core/estimate.hpp"
#include "cch/core/samples.hpp"

namespace cch::detail {

/// From this share on ties are no accident of rounding, and formulas for continuous columns go
/// wrong (a constant column would "have" −3 nats by ross).
inline constexpr double kRepeatedShare = 0.05;

/// Largest share of a column's rows that hold a value which some other row holds too. Cost
/// O(D N log N).
double repeated_share(const Samples& x);

/// Share of rows that equal some other row in every column. Cost O(D N log N).
double repeated_rows_share(const Samples& x);

/// x with the normal scores of ranks in place of every column that has more than kRepeatedShare of
/// repeated values, equal values in an order that the seed draws. What is drawn lies between the
/// neighbours of a value, so the information that x has on anything else stays as it is. Cost
/// O(D N log N).
Samples with_ties_in_random_order(const Samples& x, std::uint64_t seed);

/// Streams for the ties of x and y: the same for either order of the two, and never one stream for
/// both, which would make equal columns share more than their values.
struct TieSeeds {
  std::uint64_t x = 0;
  std::uint64_t y = 0;
};
TieSeeds tie_seeds(const Samples& x, const Samples& y, std::uint64_t seed, std::size_t draw);

/// The warning "ties-in-random-order": `what` repeats in this share of its rows, and how many draws
/// the estimate is the mean of.
Warning tie_warning(const std::string& what, double share, std::size_t draws);

/// Mean over draws of what `estimate` makes of each, with its warning "ties-in-random-order";
/// diagnostics are those of the first draw.
Estimate mean_over_tie_draws(std::size_t draws, double share, const std::string& what,
                             const std::function<Estimate(std::size_t)>& estimate);

}  // namespace cch::detail
