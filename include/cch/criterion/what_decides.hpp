#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/criterion/teacher_chance.hpp"

// What more labelled rows would do to an open verdict (ours).

namespace cch {

/// The linear pilot's gains on a part of the labelled rows.
struct LearningPoint {
  std::size_t labelled = 0;
  MeasuredGain nats;
  std::optional<MeasuredGain> accuracy;
};

/// What the verdict is expected to be with more labelled rows.
struct FirmForecast {
  std::size_t labelled = 0;  ///< in all
  double p_distil = 0.0;     ///< that it is then firm and says so
  double p_do_not = 0.0;
  double expected_gain = 0.0;
};

struct WhatDecides {
  Scenario scenario = Scenario::same_rows;
  std::vector<LearningPoint> curve;    ///< a quarter and a half of the labelled rows; may be empty
  std::vector<FirmForecast> forecast;  ///< 2, 4 and 8 times the rows, as far as chances reach
};

/// The linear pilot of these teachers on a quarter and a half of the labelled rows: whole groups,
/// classes in their shares as far as groups allow, the quarter in the half. By teacher; a part that
/// the data do not allow is left out. `options.scenario` with its extra rows. Cost: under the
/// pilot's own. Bitwise equal for any number of threads.
std::vector<std::vector<LearningPoint>> learning_curves(const PilotInput& input,
                                                        const PilotOptions& options,
                                                        const Execution& exec);

/// Forecasts an open verdict for c = 2, 4 and 8 times the labelled rows, as long as the chance is
/// of the same basis. Now the gain is N(m, s²). With c times the rows the spread is s_c: that of
/// the same evidence with pilots' standard errors smaller by the root of the rows that they take
/// more (PilotOptions::max_rows, kNetworkPilotRows at most). The mean is then N(c^−κ m, τ² (s² −
/// s_c²)), and the chance that it passes a limit of verdicts is that of a firm one.
///
/// κ and τ are of the reference corpus, whose cells with 60 to 100 rows have others with 120 to 300
/// (kGainFalls, kMeanMoves; docs/how-often-right.md says how good the forecast was). The curve of
/// the linear pilot is shown beside it and does not enter. Of more unlabelled pairs nothing is
/// forecast: the corpus has no pairs that differ in their number alone.
WhatDecides what_decides(const TeacherChance& open, std::vector<LearningPoint> curve,
                         const ChanceLimits& limits);

inline constexpr double kGainFalls = 0.5;  ///< κ
inline constexpr double kMeanMoves = 0.5;  ///< τ
/// Labelled rows that a pilot of networks takes at most, unless told otherwise.
inline constexpr std::size_t kNetworkPilotRows = 1000;

}  // namespace cch
