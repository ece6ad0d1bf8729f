#pragma once

#include "experiments/torch/segmentation/network.hpp"

namespace cch::training {

/// See train_segmentation.
SegmentationFit fit_segmentation(const SegmentationSet& set, const SegmentationJob& job,
                                 const Execution& exec);

}  // namespace cch::training
