#pragma once

#include <cstddef>

namespace cch::detail {

/// A row and its distance from the query.
struct Neighbour {
  double distance;
  std::size_t row;
};

}  // namespace cch::detail
