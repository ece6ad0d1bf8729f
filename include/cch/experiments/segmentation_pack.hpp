#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/experiments/segmentation_study.hpp"

// Sets that are larger than memory: their images are decoded once and laid side by side in files
// that are mapped, of which training reads what a step needs.

namespace cch {

/// Whether the images of a task lie as files of a manifest or a published set.
bool can_be_packed(const SegmentationTask& task);

/// What packing takes.
struct PackForecast {
  std::size_t images = 0;
  std::size_t records = 0;  ///< images of other files than those before them
  std::size_t height = 0;
  std::size_t width = 0;
  double bytes = 0.0;   ///< of the folder, but for names
  double memory = 0.0;  ///< at once, of `threads` threads
};
/// From the first image: records · H · W · (Σ_m C_m · b_m + 1) bytes for numbers of b_m = 1, 2 or 4
/// bytes as the files store them (4 with a `size`, which resamples), with what is known of each
/// record. Errors of read_images.
PackForecast pack_forecast(const SegmentationTask& task, unsigned threads);

/// Writes DIR/MODALITY.npy (records × H × W × C), labels.npy, groups.npy, split.npy, classes.txt,
/// images.json (cch.images/1), images.counts and images.moments (.npy by another name). A value is
/// number / divisor. Rows with the same files share a record. Memory: one image a thread. Files
/// have other names until all are whole. Errors of read_images; run Error "cannot-write", also
/// before anything is written where the disk has less room than the forecast. Returns the bytes of
/// the arrays.
double pack_images(const SegmentationTask& task, const std::string& folder, const Execution& exec);

bool is_packed_folder(const std::string& folder);

/// The set of such a folder, whose images stay in its files. The input is the hash of the images
/// that were packed. `modalities` and `classes` as of RasterFolder. Data Errors "result-damaged",
/// "size-mismatch" where the files are not those of images.json.
SegmentationSet read_packed_folder(const RasterFolder& folder,
                                   std::vector<std::pair<std::string, SourceInfo>>& inputs);

/// Whether the publishers made the split of a packed set.
bool published_split(const std::string& folder);

}  // namespace cch
