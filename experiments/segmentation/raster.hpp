#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cch::detail {

/// An image of a file: channels × height × width.
struct Raster {
  std::size_t channels = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<float> values;
};

/// .png (8 or 16 bits as 0..1), .npy, or .npz with one array (H × W or H × W × C, as stored). Data
/// Errors of the readers; "size-mismatch" for arrays of other shapes.
Raster read_raster(const std::string& path);

/// Label codes of a .png (of a palette its indices, of several channels the first), .npy or .npz.
Raster read_codes(const std::string& path);

/// Without the first `columns` columns. Data Error "size-mismatch" where none would be left.
Raster without_left(Raster raster, std::size_t columns, const std::string& path);

enum class Resampling { bilinear, nearest };

/// At another size. Output pixel (y, x) lies at ((y + ½)·H/height − ½, (x + ½)·W/width − ½) of the
/// H × W image; bilinear repeats the border, nearest takes the pixel under that point. Nothing is
/// smoothed before, as in the published loaders. Cost O(channels · height · width).
Raster resized(const Raster& raster, std::size_t height, std::size_t width, Resampling how);

}  // namespace cch::detail
