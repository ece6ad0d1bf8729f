#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cch {

/// What becomes of arrays N × T × D, sequences of T steps.
enum class Pool : std::uint8_t {
  none,     ///< T·D columns, with a warning where the array looks like sequences
  flatten,  ///< T·D columns
  mean,     ///< D columns: the mean over the steps, padding left out
};

/// Usage Error "unknown-pool".
Pool parse_pool(const std::string& name);

/// Steps of each row that are no padding.
using Lengths = std::shared_ptr<const std::vector<std::size_t>>;

}  // namespace cch
