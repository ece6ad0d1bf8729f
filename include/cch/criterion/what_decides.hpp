#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/criterion/teacher_chance.hpp"

// How many more rows would make an open verdict firm (ours).

namespace cch {

/// The linear pilot's gains on a part of the labelled rows.
struct LearningPoint {
  std::size_t labelled = 0;
  MeasuredGain nats;
  std::optional<MeasuredGain> accuracy;
};

/// The smallest number of rows that was found to be enough.
struct EnoughRows {
  std::size_t rows = 0;  ///< in all
  Verdict verdict = Verdict::inconclusive;
  Chance chance;  ///< forecast with these rows
};

struct WhatDecides {
  Scenario scenario = Scenario::same_rows;
  std::vector<LearningPoint> curve;  ///< a quarter and a half of the labelled rows; may be empty
  std::optional<EnoughRows> labelled;
  std::size_t most_labelled = 0;      ///< tried; 0: none lies in the range of the reference corpus
  std::optional<EnoughRows> further;  ///< unlabelled pairs, with the labelled rows that are there
  std::size_t most_further = 0;       ///< tried; 0 likewise, or in another scenario
};

/// The linear pilot of these teachers on a quarter and a half of the labelled rows: whole groups,
/// classes in their shares as far as groups allow, the quarter in the half. By teacher; a part that
/// the data do not allow is left out. `options.scenario` with its extra rows. Cost: under the
/// pilot's own. Bitwise equal for any number of threads.
std::vector<std::vector<LearningPoint>> learning_curves(const PilotInput& input,
                                                        const PilotOptions& options,
                                                        const Execution& exec);

/// Forecasts the chance with 1.5, 2, 3, 4, 6 and 8 times the labelled rows, and with 2 to 16 times
/// the unlabelled pairs, until the verdict is firm.
///
/// More labelled rows: every pilot's standard error falls with their root, up to as many rows as a
/// pilot takes (kLinearPilotRows, kNetworkPilotRows). The linear pilot's gain moves as its curve
/// says: v(t) = α + β (t − 1), t = n/rows, by least squares with weights 1/SE², β with a normal
/// prior around 0 of a third of the spread of gains (a curve of noise moves nothing); at c n rows v
/// is α + β (1/c − 1). What else was measured stays. More unlabelled pairs: as the corpus says
/// alone. So it is a forecast of what would be found if nothing surprising came, and no promise.
WhatDecides what_decides(const TeacherChance& open, std::vector<LearningPoint> curve,
                         const ChanceLimits& limits);

inline constexpr std::size_t kLinearPilotRows = 2000;   ///< PilotOptions::max_rows
inline constexpr std::size_t kNetworkPilotRows = 1000;  ///< ChanceOptions::max_rows

}  // namespace cch
