#pragma once

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"
#include "cch/experiments/training.hpp"

namespace cch::detail {

/// Convolves every channel of every row with a Gaussian of standard deviation sigma pixels, cut at
/// 4 sigma; black outside of the image. Cost O(N · pixels · sigma).
void blur_images(Matrix& images, const ImageShape& shape, double sigma, const Execution& exec);

}  // namespace cch::detail
