#pragma once

#include "cch/criterion/ranking.hpp"
#include "cch/experiments/chances.hpp"
#include "cch/experiments/network_pilot.hpp"

namespace cch::detail {

/// Rows beside the labelled ones of each scenario; empty where there are none.
struct FurtherRows {
  ExtraRows unlabelled;
  ExtraRows labelled;
};
FurtherRows further_rows(const RankInput& input, const ExtraRows& further);

/// The rows of a ranking as networks are trained on them.
struct RankDraw {
  StudyDraw draw;
  NetworkPilotRows rows;
};

/// Labelled rows, then those without a label, then further ones; of each at most options.max_rows,
/// whole groups. Columns are standardised on the labelled ones.
RankDraw rank_draw(const RankInput& input, const FurtherRows& further, const ChanceOptions& options,
                   std::uint64_t seed);

}  // namespace cch::detail
