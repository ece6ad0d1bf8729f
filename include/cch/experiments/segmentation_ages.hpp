#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cch/experiments/segmentation_study.hpp"

// Networks of one modality each, before a study is trained: what `cch rank` takes features of.

namespace cch {

/// How far the encoders are trained that features are taken of: not at all, a part of the study's
/// epochs, all of them.
enum class EncoderAge { random, brief, trained };
std::string_view to_string(EncoderAge age);
/// Usage Error "unknown-age" that names the nearest.
EncoderAge parse_encoder_age(std::string_view name);

/// Share of the training images whose labels no encoder sees: the ranking is about them.
inline constexpr double kRankedShare = 0.5;

/// Epochs of the age brief where nothing else is said: a tenth of the study's, one at least.
std::size_t usual_brief_epochs(const SegmentationStudy& study);

/// The training on fewer epochs: rates rise and fall as they do over all, no image is held out, the
/// last weights count and no teacher is calibrated. All epochs: as it is.
SegmentationOptimisation shortened(SegmentationOptimisation training, std::size_t epochs);

/// A set-up for each modality, called like it, of the study's first seed; kRankedShare of the
/// training images stands in the place of the test images, which are not looked at. At the age
/// trained they are trained as the study says; at brief for so many epochs, rates and warm-up
/// shortened with them, and the last weights count. The first weights are the same for all. Usage
/// Error "bad-study" for fewer than two modalities or more brief epochs than the study has.
SegmentationStudy study_of_age(const SegmentationStudy& study,
                               const std::vector<std::string>& modalities, EncoderAge age,
                               std::size_t brief_epochs);

/// The network of a set-up before its first step. With pretrained weights they are in its encoder.
TrainedSegmentation first_network(const SegmentationStudy& study, std::size_t setup,
                                  const SegmentationSet& set);

/// How far two orders of the same names agree.
struct OrderAgreement {
  bool same_first = false;
  double pairs = 1.0;  ///< share of pairs that stand in the same order in both; 1 of one name
};
OrderAgreement compare_orders(const std::vector<std::string>& first,
                              const std::vector<std::string>& second);

}  // namespace cch
