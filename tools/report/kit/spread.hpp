#pragma once

#include <cstddef>
#include <vector>

namespace cch::report {

/// At most `most` of `count` places, evenly spread, with the first and the last.
std::vector<std::size_t> spread(std::size_t count, std::size_t most);

/// The same, with one that must be among them in the place of its nearest.
std::vector<std::size_t> spread_with(std::size_t count, std::size_t most, std::size_t wanted);

/// About `most` of `count` places, or all: a fixed sequence that does not keep step with any axis.
std::vector<std::size_t> thinned(std::size_t count, std::size_t most);

}  // namespace cch::report
