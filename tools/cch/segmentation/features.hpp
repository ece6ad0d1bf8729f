#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cch/experiments/segmentation_features.hpp"
#include "tools/cch/segment.hpp"

namespace cch {

/// Before anything is trained: usage Errors "unknown-stage", "empty-split" (--features-of names a
/// split without images).
void check_features(const TrainSettings& s, const SegmentationStudy& study,
                    const SegmentationSet& set);

/// Writes what every finished network makes of the images of each seed, for `cch rank`:
/// DIR/features/seed-S/{SETUP.npy (N × C × h × w), labels.npy (N × h × w), groups.npy, split.npy,
/// features.json}. Says how to rank them. A set-up without such features is named and left out.
void write_features(const TrainSettings& s, const SegmentationStudy& study,
                    const SegmentationPlan& plan, const RunStore& store,
                    const documents::StudyHead& head, SegmentationSets& sets, Terminal& terminal,
                    const Execution& exec);

}  // namespace cch
