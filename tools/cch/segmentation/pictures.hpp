#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cch/experiments/segmentation_set.hpp"

namespace cch {

/// Many set-ups make tables wider than a page.
std::string wide(const std::string& html);

/// The section of pictures: test images of the first seed, what each sensor sees, the label, and
/// what the runs of the study in `folder` predict. Data Errors of parse_npy.
std::string segmentation_pictures(const nlohmann::json& document, const SegmentationSet& set,
                                  const std::string& folder);

}  // namespace cch
