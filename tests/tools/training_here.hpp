#pragma once

#include <iostream>

#include "cch/core/error.hpp"
#include "experiments/segmentation/backend.hpp"

namespace cch::test {

/// Whether networks can be trained; where they cannot, a line by which ctest skips the test.
inline bool training_here() {
  try {
    (void)cch::detail::segmentation_backend();
    return true;
  } catch (const Error& error) {
    std::cout << "cch-skip: " << error.what() << '\n';
    return false;
  }
}

}  // namespace cch::test
