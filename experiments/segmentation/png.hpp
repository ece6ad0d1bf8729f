#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "experiments/segmentation/raster.hpp"

namespace cch::detail {

/// A PNG as numbers: height × width × channels, rows from the top.
struct PngImage {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
  double largest = 255.0;  ///< 65535 for 16 bits
  std::vector<std::uint16_t> values;
};

/// 8 or 16 bits (fewer are unpacked, not scaled), grey, RGB or palette; alpha is dropped. Data
/// Errors of map_file; "unreadable-file" with libpng's reason (no PNG, truncated, broken checksum);
/// "picture-too-large" above 2^26 pixels, known from the header before anything is allocated.
PngImage read_png(const std::string& path, Palette palette);

}  // namespace cch::detail
