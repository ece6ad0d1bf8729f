#include "experiments/segmentation/raster.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cch/core/error.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/npz.hpp"
#include "experiments/segmentation/nifti.hpp"
#include "experiments/segmentation/png.hpp"
#include "experiments/segmentation/tiff.hpp"

namespace cch::detail {
namespace {

Raster by_channel(const PngImage& png, double unit) {
  Raster out{png.channels, png.height, png.width, {}};
  const std::size_t pixels = out.height * out.width;
  out.values.resize(out.channels * pixels);
  for (std::size_t p = 0; p < pixels; ++p) {
    for (std::size_t c = 0; c < out.channels; ++c) {
      out.values[c * pixels + p] = static_cast<float>(png.values[p * out.channels + c] / unit);
    }
  }
  return out;
}

Raster from_png(const std::string& path) {
  const PngImage png = read_png(path, Palette::colours);
  Raster out = by_channel(png, png.largest);
  out.stored = {png.largest > 255.0 ? StoredAs::u16 : StoredAs::u8,
                static_cast<float>(png.largest)};
  return out;
}

/// The colour of each pixel as a number, in the first channel.
void code_colours(Raster& all, const std::string& path) {
  const std::size_t pixels = all.height * all.width;
  if (all.channels != 3) {
    refuse_data("size-mismatch", "a label of " + std::to_string(all.channels) + " channels", path,
                "label-colours names colours of red, green and blue",
                "Store labels as colours, or say label-codes");
  }
  for (std::size_t p = 0; p < pixels; ++p) {
    float code = 0.0F;
    for (std::size_t c = 0; c < 3; ++c) {
      const float part = all.values[c * pixels + p];
      if (!(part >= 0.0F && part <= 255.0F) || std::floor(part) != part) {
        refuse_data("size-mismatch", "a colour of " + std::to_string(part),
                    path + ": pixel " + std::to_string(p),
                    "colours of labels are whole numbers from 0 to 255", "Store 8 bits a channel");
      }
      code = code * 256.0F + part;
    }
    all.values[p] = code;
  }
}

/// Numbers as they are stored; of a palette its colours from 0 to 255, if these are asked for.
Raster tiff_codes(const std::string& path, Palette palette) {
  Raster out = read_tiff(path, Palette::codes);
  if (palette == Palette::codes || out.channels != 1) return out;
  out = read_tiff(path, palette);
  for (float& value : out.values) value = std::round(value * 255.0F);
  return out;
}

/// Colours would be taken for other classes by their first channel.
void check_one_code(const Raster& all, const std::string& path) {
  const std::size_t pixels = all.height * all.width;
  bool alike = true;   // all channels hold the code
  bool beside = true;  // the first does, the others are 0
  for (std::size_t at = pixels; at < all.values.size(); ++at) {
    alike = alike && all.values[at] == all.values[at % pixels];
    beside = beside && all.values[at] == 0.0F;
    if (alike || beside) continue;
    refuse_data("label-coloured",
                "a label has " + std::to_string(all.channels) + " channels that differ",
                path + ": pixel " + std::to_string(at % pixels),
                "a code a pixel is needed, and these look like colours",
                "Say label-colours = [\"#000000\", …], the colour of each class in turn");
  }
}

Array read_array(const std::string& path) {
  const Bytes bytes = map_file(path);
  if (std::filesystem::path(path).extension() == ".npy") return parse_npy(bytes, path);
  const NpzFile npz(bytes, path);
  const auto& keys = npz.keys();
  if (keys.size() != 1) {
    refuse_data("size-mismatch", "an archive holds " + std::to_string(keys.size()) + " arrays",
                path, "it is read as one image", "Store one array a file");
  }
  return npz.array(keys[0]);
}

Raster from_array(const std::string& path) {
  const Array array = read_array(path);
  const auto& shape = array.shape();
  if (shape.size() != 2 && shape.size() != 3) {
    refuse_data("size-mismatch", "an image is no H x W or H x W x C array",
                path + ": " + shape_text(shape), "every pixel needs its place",
                "Store rows, columns and channels");
  }
  Raster out{shape.size() == 3 ? shape[2] : 1, shape[0], shape[1], {}};
  std::vector<double> values(array.rows() * array.cols());
  array.to_doubles(0, array.rows(), values);
  const std::size_t pixels = out.height * out.width;
  out.values.resize(values.size());
  for (std::size_t p = 0; p < pixels; ++p) {
    for (std::size_t c = 0; c < out.channels; ++c) {
      out.values[c * pixels + p] = static_cast<float>(values[p * out.channels + c]);
    }
  }
  if (array.dtype() == DType::u8) out.stored = {StoredAs::u8, 1.0F};
  if (array.dtype() == DType::u16) out.stored = {StoredAs::u16, 1.0F};
  return out;
}

Raster from_volume(const std::string& path) {
  const NiftiVolume volume = read_nifti(path);
  if (volume.head.slices != 1) {
    refuse_data("size-mismatch", "a volume of " + std::to_string(volume.head.slices) + " slices",
                path, "one image is needed", "Give the label as a volume, too");
  }
  return nifti_slice(volume, 0);
}

enum class ImageKind { png, tiff, array, volume };

ImageKind kind_of(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (ending == ".png") return ImageKind::png;
  if (ending == ".tif" || ending == ".tiff") return ImageKind::tiff;
  if (ending == ".npy" || ending == ".npz") return ImageKind::array;
  if (is_nifti(path)) return ImageKind::volume;
  refuse_data("unknown-format", "images ending in '" + ending + "' are not read", path,
              "the ending says how a file is read",
              "Store it as .png, .tif, .npy, .npz, .nii or .nii.gz");
}

/// What output pixels of one axis read: two neighbours and the weight of the second.
struct Taps {
  std::size_t first = 0;
  std::size_t second = 0;
  float weight = 0.0F;
};

std::vector<Taps> taps_of(std::size_t from, std::size_t to, Resampling how) {
  const double step = static_cast<double>(from) / static_cast<double>(to);
  const auto last = static_cast<double>(from - 1);
  std::vector<Taps> out;
  for (std::size_t i = 0; i < to; ++i) {
    const double middle = (static_cast<double>(i) + 0.5) * step;
    if (how == Resampling::nearest) {
      const auto at = static_cast<std::size_t>(std::min(std::floor(middle), last));
      out.push_back({at, at, 0.0F});
      continue;
    }
    const double at = std::clamp(middle - 0.5, 0.0, last);
    const double below = std::floor(at);
    out.push_back({static_cast<std::size_t>(below),
                   static_cast<std::size_t>(std::min(below + 1.0, last)),
                   static_cast<float>(at - below)});
  }
  return out;
}

}  // namespace

void check_image_size(std::size_t width, std::size_t height, std::size_t channels,
                      const std::string& path) {
  const bool many = height != 0 && width > kMostPixels / height;
  if (!many && (channels == 0 || width * height <= kMostImageBytes / sizeof(float) / channels)) {
    return;
  }
  refuse_data("picture-too-large",
              std::to_string(width) + " x " + std::to_string(height) + " pixels" +
                  (channels > 1 ? " of " + std::to_string(channels) + " channels" : ""),
              path,
              "a picture has at most " + std::to_string(kMostPixels) + " and " +
                  std::to_string(kMostImageBytes / sizeof(float)) + " values",
              "Cut it into tiles");
}

Raster read_raster(const std::string& path) {
  switch (kind_of(path)) {
    case ImageKind::tiff:
      return read_tiff(path, Palette::colours);
    case ImageKind::array:
      return from_array(path);
    case ImageKind::volume:
      return from_volume(path);
    default:
      return from_png(path);
  }
}

Raster one_code(Raster all, LabelChannels channels, const std::string& path) {
  const std::size_t pixels = all.height * all.width;
  if (channels == LabelChannels::colours) code_colours(all, path);
  if (channels == LabelChannels::one) check_one_code(all, path);
  all.channels = 1;
  all.values.resize(pixels);
  all.stored = {};
  return all;
}

Raster read_codes(const std::string& path, LabelChannels channels) {
  const ImageKind kind = kind_of(path);
  const Palette palette = channels == LabelChannels::colours ? Palette::colours : Palette::codes;
  if (kind == ImageKind::tiff) return one_code(tiff_codes(path, palette), channels, path);
  if (kind != ImageKind::png) return one_code(read_raster(path), channels, path);
  return one_code(by_channel(read_png(path, palette), 1.0), channels, path);
}

Raster without_left(Raster raster, std::size_t columns, const std::string& path) {
  if (columns == 0) return raster;
  if (raster.width <= columns) {
    refuse_data("size-mismatch", std::to_string(raster.width) + " columns", path,
                "the first " + std::to_string(columns) + " are cut off, as the publishers do",
                "Take the images at their published size");
  }
  const std::size_t width = raster.width - columns;
  for (std::size_t row = 0; row < raster.channels * raster.height; ++row) {
    const auto from =
        raster.values.begin() + static_cast<std::ptrdiff_t>(row * raster.width + columns);
    std::copy_n(from, width, raster.values.begin() + static_cast<std::ptrdiff_t>(row * width));
  }
  raster.width = width;
  raster.values.resize(raster.channels * raster.height * width);
  return raster;
}

Raster resized(const Raster& raster, std::size_t height, std::size_t width, Resampling how) {
  if (raster.height == height && raster.width == width) return raster;
  const auto rows = taps_of(raster.height, height, how);
  const auto cols = taps_of(raster.width, width, how);
  Raster out{raster.channels, height, width, {}};
  out.values.reserve(raster.channels * height * width);
  for (std::size_t c = 0; c < raster.channels; ++c) {
    const float* plane = raster.values.data() + c * raster.height * raster.width;
    for (const Taps& y : rows) {
      const float* above = plane + y.first * raster.width;
      const float* below = plane + y.second * raster.width;
      for (const Taps& x : cols) {
        const float upper = above[x.first] + x.weight * (above[x.second] - above[x.first]);
        const float lower = below[x.first] + x.weight * (below[x.second] - below[x.first]);
        out.values.push_back(upper + y.weight * (lower - upper));
      }
    }
  }
  return out;
}

}  // namespace cch::detail
