#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "cch/experiments/segmentation_manifest.hpp"
#include "experiments/segmentation/nifti.hpp"
#include "experiments/segmentation/raster.hpp"

namespace cch::detail {

/// A row of volumes becomes an image a slice, `NAME:0`, `NAME:1`, …, of one group: that of the row.
/// Rows whose files are missing stay as they are. Data Errors of nifti_head; "size-mismatch" where
/// files of a row have different numbers of slices.
Manifest with_slices(const Manifest& manifest);

/// Files of a run of rows that may lie in the same volumes, each of which is read once.
class ImageFiles {
 public:
  /// Of a volume its slice; else the whole file.
  Raster image(const std::string& path, std::optional<std::size_t> slice);
  Raster codes(const std::string& path, std::optional<std::size_t> slice, LabelChannels channels);
  /// SHA-256 of the file.
  const std::string& hash(const std::string& path);

 private:
  const NiftiVolume& volume(const std::string& path);

  std::map<std::string, NiftiVolume> volumes_;
  std::map<std::string, std::string> hashes_;
};

/// First rows of runs that share their volumes, and the number of rows as the last.
std::vector<std::size_t> runs_of(const Manifest& manifest);

}  // namespace cch::detail
