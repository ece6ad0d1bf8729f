#pragma once

#include <cstddef>
#include <cstdint>

#include "cch/core/execution.hpp"
#include "cch/experiments/segmentation_set.hpp"

namespace cch {

/// Procedural street scenes (ours): ground with patches of other ground, sky, and objects of four
/// shapes in front of one another, seen by four sensors in register:
///   rgb    3 channels: colour of the class and a texture; dark and noisy at night, washed out by
///   fog depth  1: range, 0 near to 1 far, with a relief of the class event  1: signed edges of
///   brightness and of what moves; a flicker of the class; no matter the
///             light
///   lidar  3: hit, range and reflectivity at a few pixels; fog takes hits away
/// What tells classes apart, apart from shape and place, is their signature in each modality:
/// colour, relief, flicker, reflectivity. Class c has the full signature in its own modality (c mod
/// 4, counting from the ground on) and `shared` of it in the others:
///   shared = 1  every modality tells all classes apart (redundant)
///   shared = 0  each class is distinguished by one modality alone (complementary)
/// Signatures go with `rgb`, `depth`, `event`, `lidar` (0: the modality knows shapes alone);
/// `nuisance` adds one field without meaning to all modalities alike, `noise` another to each.
struct SceneOptions {
  std::size_t images = 500;
  std::size_t test_images = 120;  ///< of them
  std::size_t height = 64;
  std::size_t width = 64;
  std::size_t classes = 8;  ///< 6 to 12
  std::size_t objects = 6;  ///< a scene, at most; more of them occlude one another
  double shared = 0.4;
  double rgb = 1.0;
  double depth = 1.0;
  double event = 1.0;
  double lidar = 1.0;
  double nuisance = 0.3;
  double noise = 0.15;
  double night = 0.3;     ///< share of images
  double fog = 0.2;       ///< share of images
  double moving = 0.5;    ///< share of objects
  double density = 0.25;  ///< share of pixels with a lidar hit
};

/// Usage Error "bad-scenes" for values without a meaning.
void check(const SceneOptions& options);

/// Draws a set; the last `test_images` are the test split. Every image has a stream of its own, so
/// the same seed gives the same bits for any number of threads, and the first images are the same
/// whatever their number. Cost O(N·H·W·objects).
SegmentationSet make_scenes(const SceneOptions& options, std::uint64_t seed, const Execution& exec);

}  // namespace cch
