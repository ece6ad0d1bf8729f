#pragma once

#include <string>

#include "cch/documents/segmentation.hpp"

namespace cch::report {

/// A segmentation study as one HTML file: levels and gains, a map of mIoU over subsets, per-class
/// IoU. `pictures` is a section of its own (markup), which goes in where it is not too large.
std::string render_segmentation_html(const documents::SegmentationDocument& document,
                                     const std::string& pictures);

/// Levels and gains of every set-up for a terminal, and mIoU by what happens to the images.
std::string render_segmentation_table(const documents::SegmentationDocument& document);

/// The set-up that gains most over its baseline, with its interval, and whether that is above zero.
std::string segmentation_conclusion(const documents::SegmentationDocument& document);

}  // namespace cch::report
