#pragma once

#include <string>

#include "cch/documents/segmentation.hpp"
#include "cch/experiments/segmentation_set.hpp"

namespace cch {

/// The section of pictures: test images of the first seed, what each sensor sees, the label, and
/// what the runs of the study in `folder` predict. Data Errors of parse_npy.
std::string segmentation_pictures(const documents::SegmentationDocument& document,
                                  const SegmentationSet& set, const std::string& folder);

}  // namespace cch
