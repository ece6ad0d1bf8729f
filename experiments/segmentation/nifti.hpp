#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cch/data/bytes.hpp"
#include "experiments/segmentation/raster.hpp"

namespace cch::detail {

/// What the header of a NIfTI-1 or -2 file says: x fastest, then y, z and one further axis.
struct NiftiHead {
  std::size_t width = 0;     ///< x
  std::size_t height = 0;    ///< y
  std::size_t slices = 0;    ///< z
  std::size_t channels = 1;  ///< the axis after them: sequences, time, directions
  std::int32_t type = 0;     ///< code of the values' type
  std::size_t offset = 0;    ///< of the first value in the file
  double slope = 1.0;        ///< value = slope · stored + intercept
  double intercept = 0.0;
  bool swapped = false;  ///< bytes in the other order

  [[nodiscard]] std::size_t value_bytes() const;
  /// All values; below 2^31.
  [[nodiscard]] std::size_t bytes() const {
    return width * height * slices * channels * value_bytes();
  }
};

/// A volume, unpacked.
struct NiftiVolume {
  NiftiHead head;
  std::vector<std::byte> own;        ///< of a packed file
  Bytes file;                        ///< of one that is not
  std::span<const std::byte> bytes;  ///< the values, in either
};

/// Whether the name ends in .nii or .nii.gz.
bool is_nifti(const std::string& path);

/// The header alone; of a packed file its first bytes are unpacked.
///
/// Whole numbers of 8, 16 and 32 bits and floating-point ones of 32 and 64, both orders of bytes,
/// one file for header and values. Data Errors of map_file; "unreadable-file" (no NIfTI, another
/// type, a header that contradicts itself, truncated or damaged); "picture-too-large" for a slice
/// of more than 2^26 pixels or a volume of more than 2^30 bytes, before anything is allocated.
NiftiHead nifti_head(const std::string& path);
/// With the values: exactly as many as the header claims must be there. Of a packed file its
/// checksum must fit. Memory: that of the values.
NiftiVolume read_nifti(const std::string& path);
/// Slice z: rows along y, columns along x, nothing turned; values by slope and intercept.
Raster nifti_slice(const NiftiVolume& volume, std::size_t z);

}  // namespace cch::detail
