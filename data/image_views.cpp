#include "cch/data/image_views.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "cch/core/nearest_name.hpp"
#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "data/text.hpp"

namespace cch {

namespace {

constexpr std::size_t kSide = kImageSide;
constexpr std::size_t kPixels = kSide * kSide;
using Image = std::array<double, kPixels>;  // I(r, c) at r · 28 + c

Image to_image(std::span<const std::uint8_t> bytes) {
  Image image{};
  for (std::size_t i = 0; i < kPixels; ++i) image[i] = static_cast<double>(bytes[i]) / 255.0;
  return image;
}

struct Rectangle {
  std::string_view name;
  std::size_t row;
  std::size_t col;
  std::size_t height;
  std::size_t width;
};

constexpr std::array<Rectangle, 9> kRectangles = {{
    {"pixels", 0, 0, 28, 28},
    {"left", 0, 0, 28, 14},
    {"right", 0, 14, 28, 14},
    {"top", 0, 0, 14, 28},
    {"bottom", 14, 0, 14, 28},
    {"top-left", 0, 0, 14, 14},
    {"top-right", 0, 14, 14, 14},
    {"bottom-left", 14, 0, 14, 14},
    {"bottom-right", 14, 14, 14, 14},
}};

void crop(const Image& image, const Rectangle& part, std::span<double> out) {
  for (std::size_t r = 0; r < part.height; ++r) {
    for (std::size_t c = 0; c < part.width; ++c) {
      out[r * part.width + c] = image[(part.row + r) * kSide + part.col + c];
    }
  }
}

constexpr double kSigma = 2.0;
constexpr std::size_t kRadius = 8;  // 4σ

// g(d) = exp(−d²/2σ²) / Σ, d = 0..4σ.
std::array<double, kRadius + 1> gaussian_kernel() {
  std::array<double, kRadius + 1> g{};
  double sum = 0.0;
  for (std::size_t d = 0; d <= kRadius; ++d) {
    const auto x = static_cast<double>(d) / kSigma;
    g[d] = std::exp(-0.5 * x * x);
    sum += d == 0 ? g[d] : 2.0 * g[d];
  }
  for (double& value : g) value /= sum;
  return g;
}

// One direction of the separable filter: along columns (step 1) or rows (step 28).
void smooth(const Image& in, std::size_t step, Image& out) {
  static const std::array<double, kRadius + 1> g = gaussian_kernel();
  const std::size_t across = step == 1 ? kSide : 1;
  for (std::size_t line = 0; line < kSide; ++line) {
    for (std::size_t i = 0; i < kSide; ++i) {
      const std::size_t first = i < kRadius ? 0 : i - kRadius;
      const std::size_t last = std::min(kSide - 1, i + kRadius);
      double sum = 0.0;
      for (std::size_t j = first; j <= last; ++j) {
        sum += g[i > j ? i - j : j - i] * in[line * across + j * step];
      }
      out[line * across + i * step] = sum;
    }
  }
}

void blur(const Image& image, std::span<double> out) {
  Image once{};
  Image twice{};
  smooth(image, 1, once);
  smooth(once, kSide, twice);
  std::copy(twice.begin(), twice.end(), out.begin());
}

void downsample7(const Image& image, std::span<double> out) {
  for (std::size_t r = 0; r < kSide; ++r) {
    for (std::size_t c = 0; c < kSide; ++c) {
      out[r / 4 * 7 + c / 4] += image[r * kSide + c] / 16.0;
    }
  }
}

constexpr std::size_t kFrequencies = 8;

// F(u, v) = Σ_r Σ_c I(r, c) exp(−2πi (ur + vc)/28), summed over columns first.
void fourier(const Image& image, std::span<double> out) {
  static const auto wave = [] {
    std::array<std::array<double, 2>, kSide> table{};  // cos, −sin of 2πk/28
    for (std::size_t k = 0; k < kSide; ++k) {
      const double angle =
          2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(kSide);
      table[k] = {std::cos(angle), -std::sin(angle)};
    }
    return table;
  }();
  for (std::size_t v = 0; v < kFrequencies; ++v) {
    std::array<std::array<double, 2>, kSide> row{};
    for (std::size_t r = 0; r < kSide; ++r) {
      for (std::size_t c = 0; c < kSide; ++c) {
        const auto& w = wave[v * c % kSide];
        row[r][0] += image[r * kSide + c] * w[0];
        row[r][1] += image[r * kSide + c] * w[1];
      }
    }
    for (std::size_t u = 0; u < kFrequencies; ++u) {
      double re = 0.0;
      double im = 0.0;
      for (std::size_t r = 0; r < kSide; ++r) {
        const auto& w = wave[u * r % kSide];
        re += row[r][0] * w[0] - row[r][1] * w[1];
        im += row[r][0] * w[1] + row[r][1] * w[0];
      }
      out[u * kFrequencies + v] = std::log1p(std::hypot(re, im));
    }
  }
}

constexpr std::size_t kCells = 4;
constexpr std::size_t kBins = 9;

// Adds the gradient (dx, dy) to the two nearest of nine orientations, centres at 20° · b + 10°,
// modulo 180°.
void vote(double dx, double dy, double* histogram) {
  const double magnitude = std::hypot(dx, dy);
  if (magnitude == 0.0) return;
  double turn = std::atan2(dy, dx) / std::numbers::pi;  // in half turns
  if (turn < 0.0) turn += 1.0;
  const double place = turn * kBins - 0.5;
  const double floor = std::floor(place);
  const double share = place - floor;
  const auto low =
      static_cast<std::size_t>(static_cast<long>(floor) + static_cast<long>(kBins)) % kBins;
  histogram[low] += (1.0 - share) * magnitude;
  histogram[(low + 1) % kBins] += share * magnitude;
}

void normalise_blocks(std::span<double> cells) {
  constexpr double kEpsilon = 0.01;  // keeps empty blocks at 0 instead of 0/0
  for (std::size_t block = 0; block < 4; ++block) {
    const std::size_t first = block / 2 * 2 * kCells + block % 2 * 2;
    const std::array<std::size_t, 4> members = {first, first + 1, first + kCells,
                                                first + kCells + 1};
    double squares = kEpsilon * kEpsilon;
    for (const std::size_t cell : members) {
      for (std::size_t b = 0; b < kBins; ++b)
        squares += cells[cell * kBins + b] * cells[cell * kBins + b];
    }
    for (const std::size_t cell : members) {
      for (std::size_t b = 0; b < kBins; ++b) cells[cell * kBins + b] /= std::sqrt(squares);
    }
  }
}

// Central differences; at the border the outer neighbour is the pixel itself.
void hog(const Image& image, std::span<double> out) {
  for (std::size_t r = 0; r < kSide; ++r) {
    const std::size_t up = r == 0 ? r : r - 1;
    const std::size_t down = std::min(r + 1, kSide - 1);
    for (std::size_t c = 0; c < kSide; ++c) {
      const std::size_t left = c == 0 ? c : c - 1;
      const std::size_t right = std::min(c + 1, kSide - 1);
      const double dx = image[r * kSide + right] - image[r * kSide + left];
      const double dy = image[down * kSide + c] - image[up * kSide + c];
      vote(dx, dy, &out[(r / 7 * kCells + c / 7) * kBins]);
    }
  }
  normalise_blocks(out);
}

constexpr std::size_t kNoiseColumns = 32;

void noise(std::size_t row, std::span<double> out) {
  Random random(derive_seed(0, "noise view", row));
  for (double& value : out) value = random.normal();
}

std::size_t columns_of(const std::string& view) {
  for (const Rectangle& part : kRectangles) {
    if (part.name == view) return part.height * part.width;
  }
  if (view == "blur") return kPixels;
  if (view == "downsample7") return 49;
  if (view == "fourier") return kFrequencies * kFrequencies;
  if (view == "hog") return kCells * kCells * kBins;
  if (view == "noise") return kNoiseColumns;
  const auto& names = image_view_names();
  refuse_usage(
      "unknown-view", "there is no view '" + view + "'", {},
      "Did you mean " + nearest_name(view, names) + "? There are: " + detail::join_names(names));
}

void fill_row(const std::string& view, std::span<const std::uint8_t> bytes, std::size_t row,
              std::span<double> out) {
  if (view == "noise") return noise(row, out);
  const Image image = to_image(bytes);
  if (view == "blur") return blur(image, out);
  if (view == "downsample7") return downsample7(image, out);
  if (view == "fourier") return fourier(image, out);
  if (view == "hog") return hog(image, out);
  for (const Rectangle& part : kRectangles) {
    if (part.name == view) crop(image, part, out);
  }
}

}  // namespace

const std::vector<std::string>& image_view_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Rectangle& part : kRectangles) all.emplace_back(part.name);
    for (const char* name : {"blur", "downsample7", "fourier", "hog", "noise"})
      all.emplace_back(name);
    return all;
  }();
  return names;
}

Matrix image_view(std::span<const std::uint8_t> images, const std::string& view,
                  const Execution& exec) {
  const std::size_t n = images.size() / kPixels;
  Matrix out(n, columns_of(view));
  parallel_for(n, exec, [&](std::size_t i) {
    fill_row(view, images.subspan(i * kPixels, kPixels), i, out.row(i));
  });
  return out;
}

}  // namespace cch
