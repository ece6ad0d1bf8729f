#include "experiments/segmentation/scene.hpp"

#include <algorithm>
#include <cmath>

namespace cch::detail {
namespace {

constexpr double kSkyRange = 1.0;
/// Classes that lie flat on the ground, and those that stand on it.
constexpr std::size_t kFlat[] = {2, 8};
constexpr std::size_t kStanding[] = {3, 4, 5, 6, 7, 9, 10, 11};

struct Sizes {
  double half_width;
  double tall;
};

/// Of a thing at range 0, as shares of the image's height.
Sizes sizes_of(std::size_t kind) {
  switch (kind) {
    case 3:
      return {.24, .75};
    case 4:
    case 11:
      return {.20, .62};
    case 5:
      return {.22, .26};
    case 6:
      return {.07, .42};
    case 7:
      return {.11, .52};
    case 9:
      return {.34, .24};
    default:
      return {.14, .28};
  }
}

}  // namespace

bool Thing::covers(double px, double py) const {
  const double u = (px - x) / half_width;  // −1..1 inside
  const double v = (foot - py) / tall;     // 0 foot .. 1 top
  if (v < 0.0 || v > 1.0 || std::abs(u) > 1.0) return false;
  switch (kind) {
    case 4:  // a crown on a trunk
    case 11:
      return v < 0.3 ? std::abs(u) < 0.3 : u * u + std::pow((v - 0.62) / 0.38, 2) <= 1.0;
    case 7:  // a disc on a pole
      return v < 0.55 ? std::abs(u) < 0.3 : u * u + std::pow((v - 0.78) / 0.24, 2) <= 1.0;
    case 5:  // a body with a lower bonnet
      return v < 0.55 || std::abs(u) < 0.6;
    case 10:
      return v < 0.4 ? true : std::abs(u) < 0.35;
    default:
      return true;
  }
}

Scene draw_scene(const SceneOptions& o, Random& random) {
  const auto h = static_cast<double>(o.height);
  const auto w = static_cast<double>(o.width);
  Scene s;
  s.horizon = h * random.uniform(0.25, 0.45);
  s.night = random.uniform() < o.night;
  s.fog = random.uniform() < o.fog;
  std::vector<std::size_t> flat;
  for (const std::size_t c : kFlat) {
    if (c < o.classes) flat.push_back(c);
  }
  const std::size_t patches = 1 + random.below(3);
  for (std::size_t i = 0; i < patches; ++i) {
    s.patches.push_back({static_cast<double>(flat[random.below(flat.size())]),
                         random.uniform(0.0, w), random.uniform(s.horizon, h),
                         w * random.uniform(.15, .5), h * random.uniform(.08, .25)});
  }
  std::vector<std::size_t> standing;
  for (const std::size_t c : kStanding) {
    if (c < o.classes) standing.push_back(c);
  }
  const std::size_t count = o.objects / 2 + random.below(o.objects - o.objects / 2 + 1);
  for (std::size_t i = 0; i < count; ++i) {
    Thing t;
    t.kind = standing[random.below(standing.size())];
    t.range = random.uniform(0.05, 0.85);
    t.x = random.uniform(0.0, w);
    t.foot = s.horizon + (h - s.horizon) * (1.0 - t.range) * random.uniform(0.9, 1.0);
    const Sizes size = sizes_of(t.kind);
    const double scale = h * (1.0 - 0.65 * t.range) * random.uniform(0.85, 1.15);
    t.half_width = size.half_width * scale;
    t.tall = size.tall * scale;
    t.moves = random.uniform() < o.moving;
    t.shade = random.uniform(-0.08, 0.08);
    s.things.push_back(t);
  }
  std::stable_sort(s.things.begin(), s.things.end(),
                   [](const Thing& a, const Thing& b) { return a.range > b.range; });
  return s;
}

Pixel look(const Scene& s, double x, double y, double height) {
  for (auto t = s.things.rbegin(); t != s.things.rend(); ++t) {
    if (t->covers(x, y)) return {t->kind, t->range, t->moves, t->shade};
  }
  if (y < s.horizon) return {1, kSkyRange, false, 0.0};
  const double range = 0.95 * (1.0 - (y - s.horizon) / (height - s.horizon));
  for (const auto& [kind, px, py, a, b] : s.patches) {
    const double u = (x - px) / a;
    const double v = (y - py) / b;
    if (u * u + v * v <= 1.0) return {static_cast<std::size_t>(kind), range, false, 0.0};
  }
  return {0, range, false, 0.0};
}

}  // namespace cch::detail
