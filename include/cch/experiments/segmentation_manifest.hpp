#pragma once

#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/experiments/segmentation_set.hpp"

namespace cch {

/// One image of a set that lies as a file a modality.
struct ManifestRow {
  std::string image;                    ///< its name
  std::vector<std::string> modalities;  ///< files
  std::string label;                    ///< file
  Split split = Split::train;
  std::string group;
};

struct Manifest {
  std::vector<std::string> modalities;
  std::vector<ManifestRow> rows;
};

/// A table with the columns image, label, split (train, val, test) and, optional, group; every
/// other column is a modality. Paths are relative to the table. Errors of CsvTable;
/// "unknown-key" (a column is missing), "bad-split".
Manifest read_manifest(const std::string& path);

/// What label files hold: class codes from `first` on, and these for pixels without a label.
struct LabelCodes {
  int first = 0;
  std::vector<int> ignored{255};
};

/// Reads the images: .png (8 or 16 bits as 0..1) or .npy (H × W or H × W × C) a modality; labels
/// .png (codes, of a palette its indices) or .npy. `digest` becomes the hash of all their bytes.
/// Data Errors: "file-not-found" (all that are missing at once), "unreadable-file",
/// "picture-too-large", "size-mismatch", "label-outside-classes"; usage Error "unknown-modality".
SegmentationSet read_images(const Manifest& manifest, const std::vector<std::string>& modalities,
                            const std::vector<std::string>& classes, const LabelCodes& codes,
                            std::string& digest, const Execution& exec);

}  // namespace cch
