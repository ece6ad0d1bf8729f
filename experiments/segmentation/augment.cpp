#include "experiments/segmentation/augment.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

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

bool as_it_is(const Placement& p, std::size_t height, std::size_t width) {
  return p.step == 1.0 && p.top == 0.0 && p.left == 0.0 && !p.flip && p.height == height &&
         p.width == width;
}

/// First and one past the last source index along an axis, within 0 … n.
std::pair<std::size_t, std::size_t> source_range(const std::vector<double>& source, std::size_t n) {
  const auto [low, high] = std::minmax_element(source.begin(), source.end());
  const auto last = static_cast<double>(n);
  const double first = std::clamp(std::floor(*low), 0.0, last);
  const double end = std::clamp(std::floor(*high) + 2.0, first, last);
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(end)};
}

std::vector<double> placed_rows(const Placement& p) {
  return sources(p.height, p.step, p.top, false);
}
std::vector<double> placed_columns(const Placement& p) {
  return sources(p.width, p.step, p.left, p.flip);
}

}  // namespace

Placement draw_placement(std::size_t height, std::size_t width, const Augmentation& how,
                         std::uint64_t seed) {
  Random random(seed);
  Placement p;
  p.height = how.crop_height > 0 ? how.crop_height : height;
  p.width = how.crop_width > 0 ? how.crop_width : width;
  p.flip = random.uniform() < 0.5 && how.flip;
  const double scale = std::exp(random.uniform(std::log(how.least), std::log(how.most)));
  const bool cropped = p.height != height || p.width != width;
  const bool scaled = how.least != 1.0 || how.most != 1.0;
  if (!scaled && !cropped) return p;
  const auto h = static_cast<double>(height);
  const auto w = static_cast<double>(width);
  if (!scaled) {
    const double below = h - static_cast<double>(p.height);
    const double right = w - static_cast<double>(p.width);
    p.top = std::round(random.uniform() * below);
    p.left = std::round(random.uniform() * right);
    return p;
  }
  p.step = 1.0 / scale;
  // Of a larger image a window, of a smaller one a place within the border.
  p.top = random.uniform() *
          (cropped ? h - static_cast<double>(p.height) * p.step : h * (1.0 - p.step));
  p.left =
      random.uniform() * (cropped ? w - static_cast<double>(p.width) * p.step : w * (1.0 - p.step));
  return p;
}

Window window_of(std::size_t height, std::size_t width, const Placement& p) {
  const auto [top, below] = source_range(placed_rows(p), height);
  const auto [left, right] = source_range(placed_columns(p), width);
  return {top, left, below - top, right - left};
}

void place_plane(std::span<const float> from, const Window& window, std::size_t height,
                 std::size_t width, const Placement& p, float* to) {
  if (as_it_is(p, height, width)) {
    std::copy(from.begin(), from.end(), to);
    return;
  }
  const auto rows = taps_of(placed_rows(p));
  const auto cols = taps_of(placed_columns(p));
  const auto h = static_cast<std::ptrdiff_t>(height);
  const auto w = static_cast<std::ptrdiff_t>(width);
  const auto top = static_cast<std::ptrdiff_t>(window.top);
  const auto left = static_cast<std::ptrdiff_t>(window.left);
  const auto wide = static_cast<std::ptrdiff_t>(window.width);
  const auto value = [&](std::ptrdiff_t y, std::ptrdiff_t x) {
    return y < 0 || y >= h || x < 0 || x >= w
               ? 0.0F
               : from[static_cast<std::size_t>((y - top) * wide + x - left)];
  };
  for (std::size_t y = 0; y < p.height; ++y) {
    const Taps r = rows[y];
    for (std::size_t x = 0; x < p.width; ++x) {
      const Taps c = cols[x];
      const float above =
          (1.0F - c.second) * value(r.first, c.first) + c.second * value(r.first, c.first + 1);
      const float below = (1.0F - c.second) * value(r.first + 1, c.first) +
                          c.second * value(r.first + 1, c.first + 1);
      to[y * p.width + x] = (1.0F - r.second) * above + r.second * below;
    }
  }
}

void place_labels(std::span<const std::uint8_t> from, const Window& window, std::size_t height,
                  std::size_t width, const Placement& p, std::uint8_t* to) {
  const auto rows = placed_rows(p);
  const auto cols = placed_columns(p);
  for (std::size_t y = 0; y < p.height; ++y) {
    const auto sy = std::lround(rows[y]);
    for (std::size_t x = 0; x < p.width; ++x) {
      const auto sx = std::lround(cols[x]);
      const bool outside = sy < 0 || sx < 0 || sy >= static_cast<std::ptrdiff_t>(height) ||
                           sx >= static_cast<std::ptrdiff_t>(width);
      to[y * p.width + x] = outside
                                ? kIgnoreLabel
                                : from[(static_cast<std::size_t>(sy) - window.top) * window.width +
                                       static_cast<std::size_t>(sx) - window.left];
    }
  }
}

}  // namespace cch::detail
