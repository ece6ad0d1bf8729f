#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cch/experiments/segmentation_set.hpp"

namespace cch::detail {

/// What one image goes through, the same for every modality and the labels: source position of
/// output pixel (y, x) is ((y + 0.5)·step + top − 0.5, (x' + 0.5)·step + left − 0.5), x' mirrored
/// where `flip`.
struct Placement {
  double step = 1.0;  ///< 1/scale
  double top = 0.0;
  double left = 0.0;
  bool flip = false;
};

/// A scale from `least` to `most` (log-uniform), a crop or border at random, a flip by half.
/// least = most = 1 and no flip: the image as it is.
Placement draw_placement(std::size_t height, std::size_t width, double least, double most,
                         bool flips, std::uint64_t seed);

/// One plane H × W: bilinear, 0 outside (the mean of normalised images).
void place_plane(std::span<const float> from, std::size_t height, std::size_t width,
                 const Placement& placement, float* to);
/// Labels: nearest, kIgnoreLabel outside.
void place_labels(std::span<const std::uint8_t> from, std::size_t height, std::size_t width,
                  const Placement& placement, std::uint8_t* to);

}  // namespace cch::detail
