#pragma once

#include "cch/criterion/pilot.hpp"
#include "estimators/criterion/linear/pilot_fold.hpp"

namespace cch::detail {

/// All input faults of a pilot at its edge (cch/criterion/pilot.hpp).
void check_pilot(const PilotInput& input, const PilotOptions& options);

/// The rows that a pilot uses: whole groups up to max_rows, extra rows likewise. Fills rows,
/// extra_rows and a warning where rows were left out.
PilotTable make_table(const PilotInput& input, const PilotOptions& options, std::uint64_t seed,
                      PilotResult& result);

}  // namespace cch::detail
