#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "experiments/segmentation/packed.hpp"

namespace cch::detail {

/// What one image goes through, the same for every modality and the labels: source position of
/// output pixel (y, x) is ((y + 0.5)·step + top − 0.5, (x' + 0.5)·step + left − 0.5), x' mirrored
/// where `flip`.
struct Placement {
  double step = 1.0;  ///< 1/scale
  double top = 0.0;
  double left = 0.0;
  bool flip = false;
  std::size_t height = 0;  ///< of the output
  std::size_t width = 0;
};

/// How images are changed at random. A crop of 0: the size of the image.
struct Augmentation {
  double least = 1.0;  ///< scale
  double most = 1.0;
  bool flip = false;
  std::size_t crop_height = 0;
  std::size_t crop_width = 0;
};

/// A scale from `least` to `most` (log-uniform), a place at random for the crop, within the scaled
/// image or, where that is smaller, the image within the crop; a flip by half. Without scales a
/// crop begins at a whole pixel. least = most = 1, no crop and no flip: the image as it is.
Placement draw_placement(std::size_t height, std::size_t width, const Augmentation& how,
                         std::uint64_t seed);

/// What of a height × width image a placement reads; nothing of one that it misses.
Window window_of(std::size_t height, std::size_t width, const Placement& placement);

/// One plane of the window of a height × width image: bilinear, 0 outside of the image (the mean of
/// normalised images).
void place_plane(std::span<const float> from, const Window& window, std::size_t height,
                 std::size_t width, const Placement& placement, float* to);
/// Labels: nearest, kIgnoreLabel outside.
void place_labels(std::span<const std::uint8_t> from, const Window& window, std::size_t height,
                  std::size_t width, const Placement& placement, std::uint8_t* to);

}  // namespace cch::detail
