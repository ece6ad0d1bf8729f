#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"
#include "cch/experiments/training.hpp"

namespace cch::detail {

/// Convolves every channel of every row with a Gaussian of standard deviation sigma pixels, cut at
/// 4 sigma; black outside of the image. Cost O(N · pixels · sigma).
void blur_images(Matrix& images, const ImageShape& shape, double sigma, const Execution& exec);

/// All .png files of a folder in the order of their names, as red, green and blue from 0 to 1;
/// `digest` becomes the hash of their bytes. Data Errors: "dataset-missing" (no folder, no
/// picture), "unreadable-file", "picture-too-small" (below `least` pixels on a side).
std::vector<std::pair<ImageShape, Matrix>> read_pictures(const std::string& folder,
                                                         std::size_t least, std::string& digest);

}  // namespace cch::detail
