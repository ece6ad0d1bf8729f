#include "experiments/segmentation/nifti.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "cch/core/error.hpp"

namespace cch::detail {
namespace {

constexpr std::size_t kFirstHeader = 348;       // NIfTI-1
constexpr std::size_t kSecondHeader = 540;      // NIfTI-2
constexpr std::uint64_t kMostInflation = 1032;  // bytes of a byte, by deflate

[[noreturn]] void refuse_nifti(const std::string& path, const std::string& why) {
  refuse_data("unreadable-file", "a NIfTI volume cannot be read", path, why,
              "Write it again, or take it out of the list");
}

bool is_packed(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

/// What a .gz holds, from its beginning on.
class Unpacker {
 public:
  Unpacker(std::span<const std::byte> packed, const std::string& path) : path_(path) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();
  }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  ~Unpacker() { inflateEnd(&stream_); }

  /// As many bytes as there are, at most `to` full.
  std::size_t take(std::span<std::byte> to) {
    stream_.next_out = reinterpret_cast<Bytef*>(to.data());
    stream_.avail_out = static_cast<uInt>(to.size());
    while (stream_.avail_out > 0 && !ended_) step();
    return to.size() - stream_.avail_out;
  }
  /// Reads to the end, where the checksum stands; what follows the values may be a few bytes.
  void finish() {
    std::array<std::byte, 4096> rest{};
    for (int i = 0; i < 256 && !ended_; ++i) (void)take(rest);
    if (!ended_) refuse_nifti(path_, "much follows its values: the header claims too few");
  }

 private:
  void step() {
    const int state = inflate(&stream_, Z_NO_FLUSH);
    if (state == Z_STREAM_END) {
      // Parts that were packed apart follow one another.
      if (stream_.avail_in > 2 && stream_.next_in[0] == 0x1f && stream_.next_in[1] == 0x8b) {
        inflateReset(&stream_);
      } else {
        ended_ = true;
      }
      return;
    }
    if (state == Z_BUF_ERROR) refuse_nifti(path_, "it is cut short");
    if (state != Z_OK) {
      refuse_nifti(path_, stream_.msg == nullptr ? "it cannot be unpacked" : stream_.msg);
    }
  }

  const std::string& path_;
  z_stream stream_{};
  bool ended_ = false;
};

/// Numbers of a header at their places.
class Fields {
 public:
  Fields(std::span<const std::byte> bytes, bool swapped) : bytes_(bytes), swapped_(swapped) {}

  template <class T>
  [[nodiscard]] T at(std::size_t place) const {
    std::array<std::byte, sizeof(T)> raw{};
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(place), sizeof(T), raw.begin());
    if (swapped_) std::reverse(raw.begin(), raw.end());
    return std::bit_cast<T>(raw);
  }

 private:
  std::span<const std::byte> bytes_;
  bool swapped_;
};

struct RawHead {
  std::array<std::int64_t, 8> dim{};
  std::int32_t type = 0;
  std::int32_t bits = 0;
  double offset = 0.0;
  double slope = 0.0;
  double intercept = 0.0;
};

RawHead first_version(const Fields& f) {
  RawHead out;
  for (std::size_t i = 0; i < 8; ++i) out.dim[i] = f.at<std::int16_t>(40 + 2 * i);
  out.type = f.at<std::int16_t>(70);
  out.bits = f.at<std::int16_t>(72);
  out.offset = static_cast<double>(f.at<float>(108));
  out.slope = static_cast<double>(f.at<float>(112));
  out.intercept = static_cast<double>(f.at<float>(116));
  return out;
}

RawHead second_version(const Fields& f) {
  RawHead out;
  for (std::size_t i = 0; i < 8; ++i) out.dim[i] = f.at<std::int64_t>(16 + 8 * i);
  out.type = f.at<std::int16_t>(12);
  out.bits = f.at<std::int16_t>(14);
  out.offset = static_cast<double>(f.at<std::int64_t>(168));
  out.slope = f.at<double>(176);
  out.intercept = f.at<double>(184);
  return out;
}

/// Bytes of a type by its code; 0: not read.
std::size_t bytes_of(std::int32_t type) {
  switch (type) {
    case 2:    // uint8
    case 256:  // int8
      return 1;
    case 4:    // int16
    case 512:  // uint16
      return 2;
    case 8:    // int32
    case 768:  // uint32
    case 16:   // float32
      return 4;
    case 64:  // float64
      return 8;
    default:
      return 0;
  }
}

/// Axes, of which those beyond the fourth may make one of channels.
void read_axes(const RawHead& raw, NiftiHead& head, const std::string& path) {
  const std::int64_t axes = raw.dim[0];
  if (axes < 2 || axes > 7) refuse_nifti(path, std::to_string(axes) + " axes");
  std::array<std::size_t, 7> length{};
  length.fill(1);
  for (std::size_t i = 0; i < static_cast<std::size_t>(axes); ++i) {
    const std::int64_t n = raw.dim[i + 1];
    if (n < 1 || n > (std::int64_t{1} << 31)) {
      refuse_nifti(path, "axis " + std::to_string(i + 1) + " has length " + std::to_string(n));
    }
    length[i] = static_cast<std::size_t>(n);
  }
  head.width = length[0];
  head.height = length[1];
  head.slices = length[2];
  for (std::size_t i = 3; i < 7; ++i) {
    if (length[i] == 1) continue;
    if (head.channels > 1) refuse_nifti(path, "it has more than one axis beside x, y and z");
    head.channels = length[i];
  }
  check_image_size(head.width, head.height, 1, path);
  check_image_size(head.width * head.height, 1, head.channels, path);
  const std::size_t slice = head.width * head.height * head.channels * head.value_bytes();
  if (head.slices > kMostImageBytes / slice) {
    refuse_data("picture-too-large",
                std::to_string(head.slices) + " slices of " + std::to_string(slice) + " bytes",
                path, "a volume has at most " + std::to_string(kMostImageBytes),
                "Cut it into parts");
  }
}

NiftiHead parse_head(std::span<const std::byte> bytes, const std::string& path) {
  if (bytes.size() < kFirstHeader) refuse_nifti(path, "it is shorter than a header");
  NiftiHead head;
  const auto size_as = [&](bool swapped) { return Fields(bytes, swapped).at<std::int32_t>(0); };
  const auto is_size = [](std::int32_t n) { return n == 348 || n == 540; };
  head.swapped = !is_size(size_as(false)) && is_size(size_as(true));
  const std::int32_t size = size_as(head.swapped);
  if (!is_size(size)) refuse_nifti(path, "it does not begin as a NIfTI file");
  const bool second = size == static_cast<std::int32_t>(kSecondHeader);
  if (second && bytes.size() < kSecondHeader) refuse_nifti(path, "it is shorter than a header");
  const auto* mark = reinterpret_cast<const char*>(bytes.data() + (second ? 4 : 344));
  if (std::memcmp(mark, second ? "n+2" : "n+1", 4) != 0) {
    refuse_nifti(path, std::memcmp(mark, second ? "ni2" : "ni1", 4) == 0
                           ? "its values lie in another file (.img): store both as one .nii"
                           : "it has no mark of NIfTI (\"n+1\" or \"n+2\")");
  }
  const Fields fields(bytes, head.swapped);
  const RawHead raw = second ? second_version(fields) : first_version(fields);
  head.type = raw.type;
  if (head.value_bytes() == 0) {
    refuse_nifti(path, "values of type " + std::to_string(raw.type) +
                           "; whole numbers of 8, 16 and 32 bits and floats of 32 and 64 are read");
  }
  if (static_cast<std::size_t>(raw.bits) != 8 * head.value_bytes()) {
    refuse_nifti(path, "type and bits of its values contradict each other");
  }
  const auto least = static_cast<double>(second ? kSecondHeader : kFirstHeader);
  if (!(raw.offset >= least) || raw.offset > 1e9 || raw.offset != std::floor(raw.offset)) {
    refuse_nifti(path, "its values begin nowhere");
  }
  head.offset = static_cast<std::size_t>(raw.offset);
  if (std::isfinite(raw.slope) && raw.slope != 0.0 && std::isfinite(raw.intercept)) {
    head.slope = raw.slope;
    head.intercept = raw.intercept;
  }
  read_axes(raw, head, path);
  return head;
}

template <class T>
void copy_values(const NiftiVolume& volume, std::size_t first, std::span<float> to) {
  const NiftiHead& h = volume.head;
  const Fields fields(volume.bytes, h.swapped);
  const bool plain = h.slope == 1.0 && h.intercept == 0.0;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const T value = fields.at<T>((first + i) * sizeof(T));
    to[i] = plain ? static_cast<float>(value)
                  : static_cast<float>(h.slope * static_cast<double>(value) + h.intercept);
  }
}

void copy_values_of(const NiftiVolume& volume, std::size_t first, std::span<float> to) {
  switch (volume.head.type) {
    case 2:
      return copy_values<std::uint8_t>(volume, first, to);
    case 256:
      return copy_values<std::int8_t>(volume, first, to);
    case 4:
      return copy_values<std::int16_t>(volume, first, to);
    case 512:
      return copy_values<std::uint16_t>(volume, first, to);
    case 8:
      return copy_values<std::int32_t>(volume, first, to);
    case 768:
      return copy_values<std::uint32_t>(volume, first, to);
    case 16:
      return copy_values<float>(volume, first, to);
    default:
      return copy_values<double>(volume, first, to);
  }
}

}  // namespace

std::size_t NiftiHead::value_bytes() const {
  return bytes_of(type);
}

bool is_nifti(const std::string& path) {
  return path.ends_with(".nii") || path.ends_with(".nii.gz");
}

NiftiHead nifti_head(const std::string& path) {
  const Bytes file = map_file(path);
  if (!is_packed(file.view)) return parse_head(file.view, path);
  std::array<std::byte, kSecondHeader> begin{};
  Unpacker unpacker(file.view, path);
  return parse_head(std::span(begin).first(unpacker.take(begin)), path);
}

NiftiVolume read_nifti(const std::string& path) {
  NiftiVolume out;
  out.file = map_file(path);
  const std::span<const std::byte> all = out.file.view;
  if (!is_packed(all)) {
    out.head = parse_head(all, path);
    const std::size_t end = out.head.offset + out.head.bytes();
    if (all.size() < end) {
      refuse_nifti(path, "it is cut short: " + std::to_string(all.size()) + " bytes instead of " +
                             std::to_string(end));
    }
    out.bytes = all.subspan(out.head.offset, out.head.bytes());
    return out;
  }
  out.head = nifti_head(path);
  if ((out.head.offset + out.head.bytes()) / kMostInflation > all.size()) {
    refuse_nifti(path, "it is cut short: its values need more bytes than it has");
  }
  Unpacker unpacker(all, path);
  std::vector<std::byte> skipped(out.head.offset);
  out.own.resize(out.head.bytes());
  if (unpacker.take(skipped) < skipped.size() || unpacker.take(out.own) < out.own.size()) {
    refuse_nifti(path, "it holds fewer values than its header claims");
  }
  unpacker.finish();
  out.bytes = out.own;
  out.file = {};
  return out;
}

Raster nifti_slice(const NiftiVolume& volume, std::size_t z) {
  const NiftiHead& h = volume.head;
  Raster out{h.channels, h.height, h.width, {}};
  const std::size_t pixels = h.height * h.width;
  out.values.resize(h.channels * pixels);
  for (std::size_t c = 0; c < h.channels; ++c) {
    copy_values_of(volume, (c * h.slices + z) * pixels,
                   std::span(out.values).subspan(c * pixels, pixels));
  }
  if (h.slope == 1.0 && h.intercept == 0.0) {
    if (h.type == 2) out.stored = {StoredAs::u8, 1.0F};
    if (h.type == 512) out.stored = {StoredAs::u16, 1.0F};
  }
  return out;
}

}  // namespace cch::detail
