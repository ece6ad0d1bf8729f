#pragma once

#include <string>

#include "cch/experiments/segmentation_training.hpp"

namespace cch::detail {

/// The bytes of a .safetensors file of float32 tensors.
std::string weights_bytes(const SegmentationWeights& weights);
/// All tensors of a file as float32. Data Errors of the reader.
SegmentationWeights read_weights(const std::string& path);

std::string checkpoint_bytes(const SegmentationCheckpoint& checkpoint);
/// Nothing if there is no whole checkpoint.
std::optional<SegmentationCheckpoint> read_checkpoint(const std::string& path);

}  // namespace cch::detail
