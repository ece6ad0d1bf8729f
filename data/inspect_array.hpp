#pragma once

#include <cstddef>
#include <string>

#include "cch/data/array.hpp"
#include "cch/data/inspect.hpp"

namespace cch::detail {

/// The facts of one array; of numbers that take more than `bytes`, those of rows spread evenly over
/// it. `where` names it in faults.
ArrayFacts inspect_array(const Array& whole, const std::string& key, const std::string& where,
                         std::size_t bytes);

}  // namespace cch::detail
