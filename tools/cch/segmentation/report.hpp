#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cch/experiments/segmentation_set.hpp"

namespace cch {

/// The page of a study: levels and gains, a map of mIoU over subsets, per-class IoU, and pictures
/// of test images of the first seed (input, label, prediction). Below 1 MB.
std::string segmentation_page(const nlohmann::json& document, const SegmentationSet& set,
                              const std::string& folder);

}  // namespace cch
