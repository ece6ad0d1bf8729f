#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/experiments/segmentation_manifest.hpp"
#include "experiments/segmentation/memory.hpp"

namespace cch::detail {

/// What the first image of a manifest tells of all.
struct FirstImage {
  std::vector<std::size_t> which;     ///< modalities of the manifest
  std::vector<std::size_t> channels;  ///< of each
  SetShape shape;
};

/// Reads the first row; data Errors of read_images, and "file-not-found" of every row.
FirstImage first_image(const Manifest& manifest, const ImageReading& reading);

}  // namespace cch::detail
