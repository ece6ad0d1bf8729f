#pragma once

#include <string>
#include <vector>

#include "cch/data/mask_values.hpp"
#include "cch/experiments/segmentation_set.hpp"

namespace cch::detail {

/// The class of each stored label of one image, kIgnoreLabel where it has none; `values` counts
/// what is stored. Data Error "label-outside-classes" (where: the file, or its image).
void classes_of(std::span<const float> stored, const LabelCodes& codes, const std::string& where,
                std::span<std::uint8_t> classes, MaskValues& values);

/// Takes labels of 0 and 255 alone as two classes, unless it was said what codes mean; else says
/// which share of the pixels is ignored. Returns true where it took them so. Data Error
/// "soft-mask".
bool settle(const MaskValues& values, const LabelCodes& codes, const std::string& where,
            SegmentationSet& set);

}  // namespace cch::detail
