#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/experiments/segmentation_training.hpp"

namespace cch {

/// Where in a network features are taken: after the fusion of an encoder stage (1, 2, …) or, 0, in
/// front of the head's last map. Usage Error "unknown-stage" unless "head" or 1 … `stages`.
std::size_t parse_stage(std::string_view text, std::size_t stages);

/// What a network makes of images, one feature vector for each cell of its grid of h × w.
struct StageFeatures {
  std::size_t images = 0;
  std::size_t channels = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<float> values;  ///< images × channels × h × w
};

/// Features of these images of a normalised set, all modalities of the network there. The same bits
/// for any batching; one thread. Usage Error "no-head-features" for a selection at stage 0.
StageFeatures segmentation_features(const SegmentationSet& set, const TrainedSegmentation& network,
                                    const std::vector<std::size_t>& rows, std::size_t stage,
                                    const Execution& exec);

/// Labels of these images on a grid of h × w: that of the pixel in the middle of each cell, as the
/// losses on features take them (images × h × w).
std::vector<std::uint8_t> labels_on_grid(const SegmentationSet& set,
                                         const std::vector<std::size_t>& rows, std::size_t height,
                                         std::size_t width);

}  // namespace cch
