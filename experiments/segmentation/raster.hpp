#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/experiments/segmentation_set.hpp"

namespace cch::detail {

/// Numbers of a file that give back its values: value = float(number / divisor) to the bit.
enum class StoredAs { u8, u16, f32 };
struct StoredValues {
  StoredAs type = StoredAs::f32;
  float divisor = 1.0F;
  bool operator==(const StoredValues&) const = default;
};

/// An image of a file: channels × height × width.
struct Raster {
  std::size_t channels = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<float> values;
  StoredValues stored = {};
};

enum class Palette {
  colours,  ///< a palette image becomes its colours
  codes,    ///< it stays the numbers of its colours, which is how label images are stored
};

/// No picture has more pixels, and none more bytes of values.
inline constexpr std::size_t kMostPixels = std::size_t{1} << 26;
inline constexpr std::size_t kMostImageBytes = std::size_t{1} << 30;
/// Data Error "picture-too-large" where float values of such an image would be above either.
void check_image_size(std::size_t width, std::size_t height, std::size_t channels,
                      const std::string& path);

/// By the ending of the name: .png (8 or 16 bits as 0..1), .tif and .tiff (tiff.hpp), .npy, or .npz
/// with one array (H × W or H × W × C, as stored), .nii and .nii.gz of one slice (nifti.hpp). Data
/// Errors of the readers; "unknown-format" for other endings; "size-mismatch" for arrays of other
/// shapes and for volumes.
Raster read_raster(const std::string& path);

/// Label codes of the same kinds of files, one a pixel: of a palette its indices (for colours its
/// colours), of several channels as one_code says.
Raster read_codes(const std::string& path, LabelChannels channels);
/// One code a pixel of all channels. Data Errors "label-coloured", "size-mismatch" where colours
/// are asked for and not 3 channels of 0 to 255 are there.
Raster one_code(Raster all, LabelChannels channels, const std::string& path);

/// Without the first `columns` columns. Data Error "size-mismatch" where none would be left.
Raster without_left(Raster raster, std::size_t columns, const std::string& path);

enum class Resampling { bilinear, nearest };

/// At another size. Output pixel (y, x) lies at ((y + ½)·H/height − ½, (x + ½)·W/width − ½) of the
/// H × W image; bilinear repeats the border, nearest takes the pixel under that point. Nothing is
/// smoothed before, as in the published loaders. Cost O(channels · height · width).
Raster resized(const Raster& raster, std::size_t height, std::size_t width, Resampling how);

}  // namespace cch::detail
