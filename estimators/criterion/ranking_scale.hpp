#pragma once

#include <vector>

#include "cch/criterion/ranking.hpp"

namespace cch::detail {

/// The variables of a ranking on one scale, estimated from there on.
struct Scaled {
  Samples student;
  std::vector<Samples> teachers;
  Variable labels;
};

/// Applies the scale to every modality and to real-valued labels; tied values of all of them come
/// in one warning.
Scaled put_on_scale(const RankInput& input, Scale scale, std::vector<Warning>& warnings,
                    const Execution& exec);

}  // namespace cch::detail
