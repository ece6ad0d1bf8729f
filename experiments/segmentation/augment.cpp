#include "experiments/segmentation/augment.hpp"

#include <algorithm>
#include <cmath>

#include "cch/core/random.hpp"

namespace cch::detail {
namespace {

/// Where each output index reads from: two neighbours and the weight of the second.
struct Taps {
  std::ptrdiff_t first = 0;
  float second = 0.0F;
};

std::vector<double> sources(std::size_t n, double step, double offset, bool flip) {
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double at = static_cast<double>(flip ? n - 1 - i : i) + 0.5;
    out[i] = at * step + offset - 0.5;
  }
  return out;
}

std::vector<Taps> taps_of(const std::vector<double>& source) {
  std::vector<Taps> out;
  for (const double s : source) {
    const double below = std::floor(s);
    out.push_back({static_cast<std::ptrdiff_t>(below), static_cast<float>(s - below)});
  }
  return out;
}

bool as_it_is(const Placement& p) {
  return p.step == 1.0 && p.top == 0.0 && p.left == 0.0 && !p.flip;
}

}  // namespace

Placement draw_placement(std::size_t height, std::size_t width, double least, double most,
                         bool flips, std::uint64_t seed) {
  Random random(seed);
  Placement p;
  p.flip = random.uniform() < 0.5 && flips;
  const double scale = std::exp(random.uniform(std::log(least), std::log(most)));
  if (least == 1.0 && most == 1.0) return p;
  p.step = 1.0 / scale;
  // Of a larger image a window, of a smaller one a place within the border.
  p.top = random.uniform() * static_cast<double>(height) * (1.0 - p.step);
  p.left = random.uniform() * static_cast<double>(width) * (1.0 - p.step);
  return p;
}

void place_plane(std::span<const float> from, std::size_t height, std::size_t width,
                 const Placement& p, float* to) {
  if (as_it_is(p)) {
    std::copy(from.begin(), from.end(), to);
    return;
  }
  const auto rows = taps_of(sources(height, p.step, p.top, false));
  const auto cols = taps_of(sources(width, p.step, p.left, p.flip));
  const auto h = static_cast<std::ptrdiff_t>(height);
  const auto w = static_cast<std::ptrdiff_t>(width);
  const auto value = [&](std::ptrdiff_t y, std::ptrdiff_t x) {
    return y < 0 || y >= h || x < 0 || x >= w ? 0.0F : from[static_cast<std::size_t>(y * w + x)];
  };
  for (std::size_t y = 0; y < height; ++y) {
    const Taps r = rows[y];
    for (std::size_t x = 0; x < width; ++x) {
      const Taps c = cols[x];
      const float above =
          (1.0F - c.second) * value(r.first, c.first) + c.second * value(r.first, c.first + 1);
      const float below = (1.0F - c.second) * value(r.first + 1, c.first) +
                          c.second * value(r.first + 1, c.first + 1);
      to[y * width + x] = (1.0F - r.second) * above + r.second * below;
    }
  }
}

void place_labels(std::span<const std::uint8_t> from, std::size_t height, std::size_t width,
                  const Placement& p, std::uint8_t* to) {
  const auto rows = sources(height, p.step, p.top, false);
  const auto cols = sources(width, p.step, p.left, p.flip);
  for (std::size_t y = 0; y < height; ++y) {
    const auto sy = std::lround(rows[y]);
    for (std::size_t x = 0; x < width; ++x) {
      const auto sx = std::lround(cols[x]);
      const bool outside = sy < 0 || sx < 0 || sy >= static_cast<std::ptrdiff_t>(height) ||
                           sx >= static_cast<std::ptrdiff_t>(width);
      to[y * width + x] =
          outside ? kIgnoreLabel
                  : from[static_cast<std::size_t>(sy) * width + static_cast<std::size_t>(sx)];
    }
  }
}

}  // namespace cch::detail
