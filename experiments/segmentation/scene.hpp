#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_scenes.hpp"

// What stands in a drawn scene, before any sensor looks at it.

namespace cch::detail {

/// What stands in a scene.
struct Thing {
  std::size_t kind = 0;  // class
  double x = 0.0;        // middle of its foot
  double foot = 0.0;     // row of its foot
  double half_width = 0.0;
  double tall = 0.0;
  double range = 0.0;
  bool moves = false;
  double shade = 0.0;  // its own brightness

  [[nodiscard]] bool covers(double px, double py) const;
};

/// Everything of an image but what the sensors make of it.
struct Scene {
  double horizon = 0.0;
  bool night = false;
  bool fog = false;
  std::vector<Thing> things;                   // far to near
  std::vector<std::array<double, 5>> patches;  // flat ground: class, x, y, half axes
};

Scene draw_scene(const SceneOptions& options, Random& random);

/// What a pixel shows: its class, how far it is, whether it moves.
struct Pixel {
  std::size_t kind = 0;
  double range = 0.0;
  bool moves = false;
  double shade = 0.0;
};

/// At x columns and y rows from the upper left corner, of an image so high.
Pixel look(const Scene& scene, double x, double y, double height);

}  // namespace cch::detail
