#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_scenes.hpp"
#include "experiments/segmentation/scene.hpp"

namespace cch {
namespace {

using detail::Pixel;
using detail::Scene;

constexpr std::size_t kSensors = 4;  // rgb, depth, event, lidar
constexpr const char* kClassNames[] = {"ground", "sky",  "grass", "building", "tree",    "vehicle",
                                       "person", "sign", "water", "wall",     "bicycle", "rock"};
/// The signature of each class in each modality: numbers far apart, chosen by hand.
constexpr std::array<std::array<double, 3>, 12> kColour{{{.40, .40, .42},
                                                         {.55, .65, .85},
                                                         {.25, .50, .20},
                                                         {.60, .35, .30},
                                                         {.12, .32, .15},
                                                         {.75, .20, .20},
                                                         {.80, .65, .45},
                                                         {.90, .85, .15},
                                                         {.15, .25, .45},
                                                         {.70, .70, .65},
                                                         {.30, .15, .45},
                                                         {.35, .28, .22}}};
constexpr std::array<double, 12> kRelief{0, 0, .5, -.3, 1, -.8, .7, -.5, -1, .3, .9, -.6};
constexpr std::array<double, 12> kFlicker{0, 0, .6, -.5, .9, .3, -.9, .7, -.7, .4, -.3, -.6};
constexpr std::array<double, 12> kReflectivity{.3, 0, .7, .5, .9, 1, .6, .2, .05, .4, .8, .15};

/// A smooth field of mean 0 and about unit size: four waves of random direction and length.
class Field {
 public:
  Field(Random& random, double shortest, double longest) {
    for (auto& wave : waves_) {
      const double angle = random.uniform(0.0, 2.0 * std::numbers::pi);
      const double length = random.uniform(shortest, longest);
      wave = {2.0 * std::numbers::pi * std::cos(angle) / length,
              2.0 * std::numbers::pi * std::sin(angle) / length,
              random.uniform(0.0, 2.0 * std::numbers::pi)};
    }
  }
  [[nodiscard]] double operator()(double x, double y) const {
    double sum = 0.0;
    for (const auto& [kx, ky, phase] : waves_) sum += std::sin(kx * x + ky * y + phase);
    return sum / std::sqrt(2.0);
  }

 private:
  std::array<std::array<double, 3>, 4> waves_;
};

/// How much of the signature of a class a modality shows.
double strength(const SceneOptions& o, std::size_t sensor, std::size_t kind) {
  const double own[kSensors] = {o.rgb, o.depth, o.event, o.lidar};
  return own[sensor] * (kind % kSensors == sensor ? 1.0 : o.shared);
}

class Camera {
 public:
  Camera(const SceneOptions& o, const Scene& scene, Random& random)
      : o_(o),
        scene_(scene),
        random_(random),
        nuisance_(random, 6.0, 24.0),
        texture_(random, 3.0, 8.0),
        pixels_(o.height * o.width) {
    for (std::size_t y = 0; y < o.height; ++y) {
      for (std::size_t x = 0; x < o.width; ++x) {
        pixels_[y * o.width + x] =
            detail::look(scene, static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5,
                         static_cast<double>(o.height));
      }
    }
  }

  void labels(std::uint8_t* out) const {
    for (std::size_t i = 0; i < pixels_.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(pixels_[i].kind);
    }
  }

  void rgb(float* out) {
    const Field own(random_, 4.0, 16.0);
    const double light = scene_.night ? 0.18 : 1.0;
    const double grain = scene_.night ? 1.5 * o_.noise : o_.noise;
    for (std::size_t i = 0; i < pixels_.size(); ++i) {
      const Pixel& p = pixels_[i];
      const double s = strength(o_, 0, p.kind);
      const double clear = scene_.fog ? std::exp(-3.5 * p.range) : 1.0;
      const double shade = p.shade + 0.05 * texture_(x_of(i), y_of(i)) + noise_field(own, i);
      for (std::size_t c = 0; c < 3; ++c) {
        const double grey = 0.42;
        const double colour = grey + s * (kColour[p.kind][c] - grey) + shade;
        const double seen = clear * light * colour + (1.0 - clear) * 0.75 * light;
        out[c * pixels_.size() + i] = static_cast<float>(seen + 0.4 * grain * random_.normal());
      }
    }
  }

  void depth(float* out) {
    const Field own(random_, 4.0, 16.0);
    for (std::size_t i = 0; i < pixels_.size(); ++i) {
      const Pixel& p = pixels_[i];
      const double relief = 0.12 * strength(o_, 1, p.kind) * kRelief[p.kind];
      out[i] = static_cast<float>(p.range + relief + 0.5 * noise_field(own, i) +
                                  0.3 * o_.noise * (0.3 + p.range) * random_.normal());
    }
  }

  void event(float* out) {
    const Field own(random_, 4.0, 16.0);
    for (std::size_t i = 0; i < pixels_.size(); ++i) {
      const Pixel& p = pixels_[i];
      const double flicker = strength(o_, 2, p.kind) * kFlicker[p.kind];
      double edge = 0.0;
      if (x_of(i) > 0.0) {
        const Pixel& left = pixels_[i - 1];
        const bool differs = left.kind != p.kind || std::abs(left.range - p.range) > 0.15;
        if (differs)
          edge = (p.moves || left.moves ? 1.0 : 0.4) * (p.range < left.range ? 1.0 : -1.0);
      }
      out[i] = static_cast<float>(edge + 0.5 * flicker + noise_field(own, i) +
                                  (scene_.night ? 1.2 : 0.8) * o_.noise * random_.normal());
    }
  }

  void lidar(float* out) {
    const Field own(random_, 4.0, 16.0);
    const std::size_t n = pixels_.size();
    std::fill_n(out, 3 * n, 0.0F);
    for (std::size_t i = 0; i < n; ++i) {
      const Pixel& p = pixels_[i];
      const double back = scene_.fog ? std::exp(-2.0 * p.range) : 1.0;
      const bool hit = random_.uniform() < o_.density * back && p.kind != 1;
      if (!hit) continue;
      const double s = strength(o_, 3, p.kind);
      out[i] = 1.0F;
      out[n + i] = static_cast<float>(p.range + 0.1 * o_.noise * random_.normal());
      out[2 * n + i] = static_cast<float>(0.5 + s * (kReflectivity[p.kind] - 0.5) +
                                          noise_field(own, i) + 0.4 * o_.noise * random_.normal());
    }
  }

 private:
  [[nodiscard]] double x_of(std::size_t i) const { return static_cast<double>(i % o_.width); }
  [[nodiscard]] double y_of(std::size_t i) const { return static_cast<double>(i / o_.width); }
  /// The nuisance of all modalities and a field of this one.
  [[nodiscard]] double noise_field(const Field& own, std::size_t i) const {
    return 0.3 * o_.nuisance * nuisance_(x_of(i), y_of(i)) + 0.5 * o_.noise * own(x_of(i), y_of(i));
  }

  const SceneOptions& o_;
  const Scene& scene_;
  Random& random_;
  Field nuisance_;
  Field texture_;
  std::vector<Pixel> pixels_;
};

[[noreturn]] void refuse(const std::string& problem, const std::string& action) {
  refuse_usage("bad-scenes", problem, "no scene can be drawn so", action);
}

}  // namespace

void check(const SceneOptions& o) {
  if (o.classes < 6 || o.classes > 12) refuse("scenes have 6 to 12 classes", "Change 'classes'");
  if (o.height < 16 || o.width < 16 || o.height > 1024 || o.width > 1024) {
    refuse("scenes are 16 to 1024 pixels high and wide", "Change 'height' and 'width'");
  }
  if (o.test_images == 0 || o.test_images >= o.images) {
    refuse("scenes need training and test images", "Give 'images' above 'test-images' above 0");
  }
  if (o.objects == 0) refuse("a scene without objects lacks most classes", "Give 'objects' from 1");
  for (const double share : {o.shared, o.night, o.fog, o.moving, o.density}) {
    if (!(share >= 0.0 && share <= 1.0)) {
      refuse("a share is outside of 0..1", "Change shared, night, fog, moving or density");
    }
  }
  for (const double size : {o.rgb, o.depth, o.event, o.lidar, o.nuisance, o.noise}) {
    if (!(size >= 0.0 && size <= 100.0)) {
      refuse("a strength is outside of 0..100",
             "Change rgb, depth, event, lidar, nuisance or noise");
    }
  }
}

SegmentationSet make_scenes(const SceneOptions& o, std::uint64_t seed, const Execution& exec) {
  check(o);
  SegmentationSet set;
  set.images = o.images;
  set.height = o.height;
  set.width = o.width;
  set.classes.assign(kClassNames, kClassNames + o.classes);
  set.labels.resize(o.images * set.pixels());
  for (const auto& [name, channels] :
       {std::pair<const char*, std::size_t>{"rgb", 3}, {"depth", 1}, {"event", 1}, {"lidar", 3}}) {
    set.modalities.push_back(
        {name, channels, std::vector<float>(o.images * channels * set.pixels())});
  }
  set.conditions = {"day", "night", "fog", "night and fog"};
  set.condition.resize(o.images);
  parallel_for(o.images, exec, [&](std::size_t n) {
    Random random(derive_seed(seed, "scene", n));
    const Scene scene = detail::draw_scene(o, random);
    set.condition[n] = (scene.night ? 1U : 0U) + (scene.fog ? 2U : 0U);
    Camera camera(o, scene, random);
    const auto at = [&](std::size_t m) {
      return set.modalities[m].values.data() + n * set.modalities[m].channels * set.pixels();
    };
    camera.labels(set.labels.data() + n * set.pixels());
    camera.rgb(at(0));
    camera.depth(at(1));
    camera.event(at(2));
    camera.lidar(at(3));
  });
  for (std::size_t n = 0; n < o.images; ++n) {
    set.groups.push_back(n);
    set.split.push_back(n + o.test_images >= o.images ? Split::test : Split::train);
  }
  return set;
}

}  // namespace cch
