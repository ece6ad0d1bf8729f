#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"

namespace cch {

/// Height and width of the images that views are computed of.
inline constexpr std::size_t kImageSide = 28;

/// Names of the views, in the order of this list. I(r, c) is the grey value / 255 at row r, column
/// c.
///
/// pixels (784), left, right, top, bottom (392: halves of 14 pixels), top-left, top-right,
/// bottom-left, bottom-right (196: quarters); blur (784: Gaussian, σ = 2 pixels, cut at 4σ, black
/// outside); downsample7 (49: means of 4 × 4 blocks); fourier (64: ln(1 + |F(u, v)|), u, v = 0..7,
/// the lowest frequencies of the discrete Fourier transform); hog (144: histograms of oriented
/// gradients, 4 × 4 cells of 7 × 7 pixels × 9 unsigned orientations; blocks of 2 × 2 cells are
/// divided by √(|v|² + .01²)); noise (32 standard normal columns drawn from the row number: no
/// information about anything).
const std::vector<std::string>& image_view_names();

/// A view of N images of 28 × 28 bytes; one row an image. Row i depends on image i (for noise: on
/// i) alone. Usage Error "unknown-view". Cost O(N) with about 10⁴ operations an image.
Matrix image_view(std::span<const std::uint8_t> images, const std::string& view,
                  const Execution& exec);

}  // namespace cch
