#pragma once

#include <string>

#include "cch/documents/segmentation.hpp"
#include "cch/experiments/segmentation_set.hpp"
#include "tools/documents/segmentation_run.hpp"

namespace cch {

/// The section of pictures: test images of the first seed, what each sensor sees, the label, and
/// what the runs of the study in `folder` predict; then the images on which each set-up errs most.
/// Data Errors of parse_npy.
std::string segmentation_pictures(const documents::SegmentationDocument& document,
                                  const std::vector<documents::SegmentationRunDocument>& runs,
                                  const SegmentationSet& set, const std::string& folder);

}  // namespace cch
