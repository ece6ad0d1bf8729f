#include "experiments/segmentation/packed.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cch/core/error.hpp"

namespace cch::detail {
namespace {

template <class T>
T number_at(const std::byte* at) {
  T value{};
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Lets go of the pages of these bytes of a mapped file; what they hold is read again at need.
void let_go(const std::byte* first, std::size_t bytes) {
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(first) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(first) + bytes;
  static_cast<void>(::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED));
}

std::size_t numbers_of(StoredAs type) {
  return type == StoredAs::u8 ? 256 : type == StoredAs::u16 ? 65536 : 0;
}

float packed_value(std::size_t number, const StoredValues& stored) {
  return static_cast<float>(static_cast<double>(number) / static_cast<double>(stored.divisor));
}

/// Of one channel of a row of pixels.
template <class T, class Value>
void copy_row(const std::byte* row, std::size_t channels, std::size_t channel, std::size_t width,
              float* to, const Value& value) {
  for (std::size_t x = 0; x < width; ++x) {
    to[x] = value(number_at<T>(row + (x * channels + channel) * sizeof(T)));
  }
}

template <class T>
std::string numbers_as(const Raster& image, const StoredValues& as, const std::string& where) {
  const std::size_t pixels = image.height * image.width;
  std::vector<T> out(image.values.size());
  for (std::size_t p = 0; p < pixels; ++p) {
    for (std::size_t c = 0; c < image.channels; ++c) {
      const float v = image.values[c * pixels + p];
      if (!std::isfinite(v)) {
        refuse_data("non-finite-value", "an image contains NaN or infinite values", where,
                    "one of them makes every weight of the network NaN",
                    "Fill them, or leave the image out");
      }
      if constexpr (std::is_same_v<T, float>) {
        out[p * image.channels + c] = v;
      } else {
        const double number = std::round(static_cast<double>(v) * static_cast<double>(as.divisor));
        out[p * image.channels + c] = static_cast<T>(number);
      }
    }
  }
  return {reinterpret_cast<const char*>(out.data()), out.size() * sizeof(T)};
}

}  // namespace

std::size_t PackedModality::number_bytes() const {
  return stored.type == StoredAs::u8 ? 1 : stored.type == StoredAs::u16 ? 2 : 4;
}

PackedImages::PackedImages(const PackedImages& other, const Normalisation& normalisation)
    : parts_(other.parts_) {
  for (std::size_t m = 0; m < parts_->modalities.size(); ++m) {
    const PackedModality& modality = parts_->modalities[m];
    auto& channels = channels_.emplace_back(modality.channels);
    for (std::size_t c = 0; c < modality.channels; ++c) {
      Channel& channel = channels[c];
      channel.mean = normalisation.mean[m][c];
      channel.deviation = normalisation.deviation[m][c];
      for (std::size_t k = 0; k < numbers_of(modality.stored.type); ++k) {
        channel.of_number.push_back(static_cast<float>(
            (packed_value(k, modality.stored) - channel.mean) / channel.deviation));
      }
    }
  }
}

void PackedImages::read(std::size_t modality, std::size_t record, const Window& window,
                        float* to) const {
  const PackedModality& m = parts_->modalities[modality];
  const std::size_t pixel = m.channels * m.number_bytes();
  const std::byte* image =
      parts_->arrays[modality].view.data() + record * parts_->height * parts_->width * pixel;
  const bool normalised = !channels_.empty();
  for (std::size_t c = 0; c < m.channels; ++c) {
    for (std::size_t y = 0; y < window.height; ++y, to += window.width) {
      const std::byte* row = image + ((window.top + y) * parts_->width + window.left) * pixel;
      if (m.stored.type == StoredAs::f32) {
        copy_row<float>(row, m.channels, c, window.width, to, [&](float v) {
          if (!normalised) return v;
          const Channel& channel = channels_[modality][c];
          return static_cast<float>((v - channel.mean) / channel.deviation);
        });
        continue;
      }
      const float* table = normalised ? channels_[modality][c].of_number.data() : nullptr;
      const auto value = [&](std::size_t k) {
        return table != nullptr ? table[k] : packed_value(k, m.stored);
      };
      if (m.stored.type == StoredAs::u8) {
        copy_row<std::uint8_t>(row, m.channels, c, window.width, to, value);
      } else {
        copy_row<std::uint16_t>(row, m.channels, c, window.width, to, value);
      }
    }
  }
  if (window.height == 0) return;
  let_go(image + window.top * parts_->width * pixel, window.height * parts_->width * pixel);
}

void PackedImages::read_labels(std::size_t record, const Window& window, std::uint8_t* to) const {
  const std::byte* image = parts_->labels.view.data() + record * parts_->height * parts_->width;
  for (std::size_t y = 0; y < window.height; ++y) {
    const std::byte* row = image + (window.top + y) * parts_->width + window.left;
    for (std::size_t x = 0; x < window.width; ++x) {
      *to++ = parts_->classes[std::to_integer<std::size_t>(row[x])];
    }
  }
  if (window.height == 0) return;
  let_go(image + window.top * parts_->width, window.height * parts_->width);
}

std::array<std::uint64_t, 256> PackedImages::class_pixels(std::size_t record) const {
  std::array<std::uint64_t, 256> out{};
  for (std::size_t k = 0; k < 256; ++k) {
    out[parts_->classes[k]] += parts_->facts.counts[record * 256 + k];
  }
  return out;
}

std::span<const double> PackedImages::moments(std::size_t record) const {
  std::size_t channels = 0;
  for (const PackedModality& m : parts_->modalities) channels += m.channels;
  return std::span(parts_->facts.moments).subspan(record * channels * 2, channels * 2);
}

std::string packed_numbers(const Raster& image, const PackedModality& as,
                           const std::string& where) {
  if (image.stored != as.stored && as.stored.type != StoredAs::f32) {
    refuse_data("size-mismatch", "an image is stored in another type than the first one", where,
                "all of a modality are packed alike", "Store all images of a modality alike");
  }
  if (as.stored.type == StoredAs::u8) return numbers_as<std::uint8_t>(image, as.stored, where);
  if (as.stored.type == StoredAs::u16) return numbers_as<std::uint16_t>(image, as.stored, where);
  return numbers_as<float>(image, as.stored, where);
}

}  // namespace cch::detail
