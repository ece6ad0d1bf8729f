#pragma once

#include <optional>
#include <vector>

namespace cch {

/// The value in the middle, or the mean of the two there; nothing of none.
std::optional<double> median_of(std::vector<double> values);

}  // namespace cch
