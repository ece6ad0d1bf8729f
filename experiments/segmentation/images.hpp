#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/experiments/segmentation_manifest.hpp"
#include "experiments/segmentation/image_files.hpp"
#include "experiments/segmentation/memory.hpp"

namespace cch::detail {

/// What the first image of a manifest tells of all.
struct FirstImage {
  std::vector<std::size_t> which;     ///< modalities of the manifest
  std::vector<std::size_t> channels;  ///< of each
  std::vector<StoredValues> stored;   ///< of each
  SetShape shape;
};

/// The label of a row, and the channels of all files of a modality, as the manifest and the size
/// want them. Data Error "size-mismatch" where they are not on `grid` (a height of 0: any).
Raster label_of_row(const Manifest& manifest, const ManifestRow& row, const ImageReading& reading,
                    const ImageSize& grid, ImageFiles& files);
Raster image_of_row(const Manifest& manifest, const ManifestRow& row, std::size_t modality,
                    const ImageSize& size, const ImageSize& grid, ImageFiles& files);

/// Names of classes of a set whose labels are read, up to the largest code where none are given.
std::vector<std::string> class_names_of(std::size_t most, const std::vector<std::string>& given);

/// Images, groups, splits and conditions of the rows, without values.
SegmentationSet described_set(const Manifest& manifest, const FirstImage& first);

/// Reads the first row; data Errors of read_images, and "file-not-found" of every row.
FirstImage first_image(const Manifest& manifest, const ImageReading& reading);

}  // namespace cch::detail
