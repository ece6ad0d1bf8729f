#pragma once

#include <vector>

#include "cch/criterion/ranking.hpp"

namespace cch::detail {

/// The control teachers as inputs of a ranking of their own.
struct RankedControls {
  RankInput input;  ///< the same student, labels and groups, with the controls as teachers
  Scenario scenario = Scenario::same_rows;  ///< that they are trained in
};

/// Controls of `input` in the scenario of the options. Unlabelled pairs get control features too;
/// further labelled rows cannot, as they have no student features, so controls then train in
/// same_rows, with a warning "controls-same-rows".
RankedControls ranked_controls(const RankInput& input, const RankOptions& options,
                               const Execution& exec, std::vector<Warning>& warnings);

/// The control's features on the ranking's scale. The clone is `student`, which is on that scale:
/// equal to the last bit, and sharing its values.
Samples scaled_control(const Modality& control, const Samples& student, Scale scale,
                       const Execution& exec);

}  // namespace cch::detail
