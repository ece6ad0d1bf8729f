#pragma once

// Small scenes, and a training of them that takes a second.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/experiments/segmentation_study.hpp"

namespace cch::test {

inline SegmentationSet small_scenes(std::size_t images) {
  SceneOptions o;
  o.images = images;
  o.test_images = 6;
  o.height = o.width = 32;
  o.classes = 6;
  o.night = o.fog = 0.0;
  SegmentationSet set = make_scenes(o, 2, {});
  normalise(set, normalisation_of(set));
  return set;
}

inline SegmentationJob small_job(std::size_t epochs) {
  SegmentationJob job;
  job.network.widths = {8, 12, 16, 16};
  job.network.heads = {1, 2, 2, 2};
  job.network.head_width = 16;
  job.optimisation.learning_rate = 5e-3;
  job.optimisation.epochs = epochs;
  job.optimisation.warm_up = 1;
  job.optimisation.batch = 4;
  job.modalities = {"rgb", "depth", "event", "lidar"};
  return job;
}

inline bool same(const SegmentationWeights& a, const SegmentationWeights& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.name == y.name && x.values == y.values;
  });
}

/// The same set where the labels of training images outside `rows` are others.
inline SegmentationSet relabelled(SegmentationSet set, const std::vector<std::size_t>& rows) {
  for (const std::size_t n : set.rows(Split::train)) {
    if (std::find(rows.begin(), rows.end(), n) != rows.end()) continue;
    const auto first = set.labels.begin() + static_cast<std::ptrdiff_t>(n * set.pixels());
    std::for_each(first, first + static_cast<std::ptrdiff_t>(set.pixels()),
                  [](std::uint8_t& code) { code = static_cast<std::uint8_t>((code + 1) % 6); });
  }
  return set;
}

}  // namespace cch::test
