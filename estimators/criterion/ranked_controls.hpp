#pragma once

#include <vector>

#include "cch/criterion/ranking.hpp"

namespace cch::detail {

/// The control teachers as inputs of a ranking of their own.
struct RankedControls {
  RankInput input;  ///< the same student, labels and groups, with the controls as teachers
  std::vector<Samples> scaled;              ///< their features on the ranking's scale
  Scenario scenario = Scenario::same_rows;  ///< that they are trained in
};

/// Controls of `input` in the scenario of the options. Unlabelled pairs get control features too;
/// further labelled rows cannot, as they have no student features, so controls then train in
/// same_rows, with a warning "controls-same-rows". `student` is the student on the ranking's scale:
/// its clone is equal to it to the last bit.
RankedControls ranked_controls(const RankInput& input, const Samples& student,
                               const RankOptions& options, const Execution& exec,
                               std::vector<Warning>& warnings);

}  // namespace cch::detail
