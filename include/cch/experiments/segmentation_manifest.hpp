#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/experiments/segmentation_set.hpp"

namespace cch {

/// One image of a set that lies as files.
struct ManifestRow {
  std::string image;  ///< its name
  /// Files of each modality; the channels of several follow one another.
  std::vector<std::vector<std::string>> modalities;
  std::string label;  ///< file
  Split split = Split::train;
  std::string group;
  std::string condition = {};  ///< empty: unknown
  /// Where the files are volumes: which slice.
  std::optional<std::size_t> slice = std::nullopt;
};

struct Manifest {
  std::vector<std::string> modalities;
  std::vector<ManifestRow> rows;
  std::size_t left = 0;  ///< columns that are cut off at the left of every image and label
};

/// A table with the columns image, label, split (train, val, test) and, optional, group; every
/// other column is a modality, but the one of the conditions that images were taken under, if it is
/// named. Paths are relative to the table. Errors of CsvTable; "unknown-key" (a column is missing),
/// "bad-split".
Manifest read_manifest(const std::string& path, const std::string& condition_column = {});

/// Rows and columns of every image of a set; 0: as they are stored, all alike.
struct ImageSize {
  std::size_t height = 0;
  std::size_t width = 0;
};

/// How a manifest is read.
struct ImageReading {
  std::vector<std::string> modalities;  ///< picked, in this order; empty: all
  std::vector<std::string> classes;     ///< names; empty: "class 0", … up to the largest code
  LabelCodes codes;
  ImageSize size;
};

/// Endings of the names of image files that this build reads: with libtiff .tif and .tiff, too.
std::vector<std::string> image_endings();

/// Reads the images: .png (8 or 16 bits as 0..1), .tif (GeoTIFF too, as stored), .npy or .npz (H ×
/// W or H × W × C), .nii or .nii.gz; labels likewise as codes, of a palette its indices. A row of
/// volumes becomes an image a slice (the third axis), all of the row's group, which without a
/// column is the volume. With a size every file is brought to it as it is read, bilinear the
/// modalities, nearest the labels. `digest` becomes the hash of all their bytes, of the split and
/// of the groups. Memory: N·H·W·(4·C + 1) bytes, for which there must be room before anything but
/// the first image is read. Data Errors: "file-not-found" (all that are missing at once),
/// "out-of-memory", "unreadable-file", "picture-too-large", "no-libtiff", "no-data-value",
/// "unknown-format", "size-mismatch", "label-outside-classes", "soft-mask"; usage Error
/// "unknown-modality".
SegmentationSet read_images(const Manifest& manifest, const ImageReading& reading,
                            std::string& digest, const Execution& exec);

}  // namespace cch
