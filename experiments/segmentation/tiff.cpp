#include "experiments/segmentation/tiff.hpp"

#include <tiffio.h>

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>

#include "cch/core/error.hpp"
#include "cch/data/bytes.hpp"

namespace cch::detail {
namespace {

constexpr std::uint32_t kNoDataTag = 42113;  // of GDAL, text
constexpr int kMostDirectories = 1000;

/// A file in memory, and the first thing that libtiff says about it.
struct TiffSource {
  std::span<const std::byte> bytes;
  std::uint64_t at = 0;
  std::string reason;
};

TiffSource& source_of(thandle_t handle) {
  return *static_cast<TiffSource*>(handle);
}

tmsize_t read_some(thandle_t handle, void* to, tmsize_t n) {
  TiffSource& s = source_of(handle);
  const std::uint64_t left = s.bytes.size() - std::min<std::uint64_t>(s.at, s.bytes.size());
  const auto count = std::min<std::uint64_t>(static_cast<std::uint64_t>(n), left);
  if (count > 0) std::memcpy(to, s.bytes.data() + s.at, count);
  s.at += count;
  return static_cast<tmsize_t>(count);
}

tmsize_t write_none(thandle_t, void*, tmsize_t) {
  return 0;
}

toff_t seek_to(thandle_t handle, toff_t offset, int from) {
  TiffSource& s = source_of(handle);
  if (from == SEEK_CUR) offset += s.at;
  if (from == SEEK_END) offset += s.bytes.size();
  s.at = offset;
  return offset;
}

int close_none(thandle_t) {
  return 0;
}

toff_t size_of(thandle_t handle) {
  return source_of(handle).bytes.size();
}

int keep_reason(TIFF*, void* source, const char*, const char* format, std::va_list arguments) {
  std::string& reason = static_cast<TiffSource*>(source)->reason;
  if (reason.empty()) {
    char text[256];
    std::vsnprintf(text, sizeof text, format, arguments);
    reason = text;
  }
  return 1;
}

int ignore_warning(TIFF*, void*, const char*, const char*, std::va_list) {
  return 1;
}

/// An open file, closed however a function is left.
class TiffFile {
 public:
  TiffFile(TiffSource& source, const std::string& path) {
    TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
    TIFFOpenOptionsSetErrorHandlerExtR(options, keep_reason, &source);
    TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, nullptr);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, static_cast<tmsize_t>(kMostImageBytes));
    // "m": never mapped by libtiff, so that every access passes read_some.
    tiff_ = TIFFClientOpenExt(path.c_str(), "rm", &source, read_some, write_none, seek_to,
                              close_none, size_of, nullptr, nullptr, options);
    TIFFOpenOptionsFree(options);
  }
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;
  ~TiffFile() {
    if (tiff_ != nullptr) TIFFClose(tiff_);
  }
  [[nodiscard]] TIFF* get() const { return tiff_; }
  template <class T>
  [[nodiscard]] T field(std::uint32_t tag, T otherwise) const {
    T value{};
    return TIFFGetFieldDefaulted(tiff_, tag, &value) == 1 ? value : otherwise;
  }

 private:
  TIFF* tiff_ = nullptr;
};

/// What the header says of the pixels.
struct TiffHead {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t samples = 0;  ///< a pixel, with alpha
  std::size_t shown = 0;    ///< without
  std::size_t bits = 0;     ///< a sample
  std::uint16_t format = 0;
  std::uint16_t photometric = 0;
  bool apart = false;  ///< a plane a band

  [[nodiscard]] std::size_t bytes() const { return bits / 8; }
  /// Bands of one block.
  [[nodiscard]] std::size_t together() const { return apart ? 1 : samples; }
};

[[noreturn]] void refuse_tiff(const std::string& path, const std::string& why) {
  refuse_data("unreadable-file", "a TIFF cannot be read", path,
              why.empty() ? "it is damaged or cut short" : why,
              "Replace the file, or take it out of the list");
}

void check_one_picture(const TiffFile& file, const std::string& path) {
  int more = 0;
  while (more < kMostDirectories && TIFFReadDirectory(file.get()) == 1) {
    const auto kind = file.field<std::uint32_t>(TIFFTAG_SUBFILETYPE, 0);
    if ((kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) != 0) continue;
    ++more;
  }
  if (TIFFSetDirectory(file.get(), 0) != 1) refuse_tiff(path, "its header cannot be read again");
  if (more > 0) {
    refuse_data("size-mismatch", "a TIFF holds several pictures", path, "it is read as one image",
                "Store one picture a file, or a volume as .nii");
  }
}

void check_kind(const TiffFile& file, const TiffHead& head, const std::string& path) {
  const bool whole = head.format == SAMPLEFORMAT_UINT || head.format == SAMPLEFORMAT_INT ||
                     head.format == SAMPLEFORMAT_VOID;
  const bool read =
      whole ? head.bits == 8 || head.bits == 16 || head.bits == 32
            : head.format == SAMPLEFORMAT_IEEEFP && (head.bits == 32 || head.bits == 64);
  if (!read) {
    refuse_tiff(path, "its samples have " + std::to_string(head.bits) + " bits of format " +
                          std::to_string(head.format) +
                          "; whole numbers of 8, 16 and 32 and floats of 32 and 64 are read");
  }
  if (head.photometric == PHOTOMETRIC_YCBCR || head.photometric == PHOTOMETRIC_LOGLUV ||
      head.photometric == PHOTOMETRIC_LOGL) {
    refuse_tiff(path, "its colours are coded (photometric " + std::to_string(head.photometric) +
                          "); store grey, bands, RGB or a palette");
  }
  if (file.field<std::uint32_t>(TIFFTAG_IMAGEDEPTH, 1) != 1) refuse_tiff(path, "it is a volume");
}

/// Bytes that one compressed byte gives at most; where no bound is known, more than any real file.
std::uint64_t most_expansion(std::uint16_t compression) {
  switch (compression) {
    case COMPRESSION_NONE:
      return 1;
    case COMPRESSION_PACKBITS:
      return 128;
    case COMPRESSION_LZW:
      return 4096;
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
      return 1100;
    default:
      return 40000;
  }
}

TiffHead head_of(const TiffFile& file, const TiffSource& source, const std::string& path) {
  TiffHead head;
  head.height = file.field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  head.width = file.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  head.samples = file.field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  head.bits = file.field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  head.format = file.field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  head.apart =
      file.field<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
  const auto compression = file.field<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  if (head.height == 0 || head.width == 0 || head.samples == 0)
    refuse_tiff(path, "it has no pixel");
  check_image_size(head.width, head.height, head.samples, path);
  // Coded colours of JPEG are decoded to RGB.
  head.photometric = file.field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  if (compression == COMPRESSION_JPEG && head.photometric == PHOTOMETRIC_YCBCR) {
    TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    head.photometric = PHOTOMETRIC_RGB;
  }
  check_kind(file, head, path);
  const auto needed = static_cast<std::uint64_t>(head.height) * head.width * head.samples *
                      static_cast<std::uint64_t>(head.bytes());
  if (needed / most_expansion(compression) > source.bytes.size()) {
    refuse_tiff(path, "it is cut short: its pixels need more bytes than it has");
  }
  head.shown = head.samples;
  std::uint16_t extra = 0;
  const std::uint16_t* kinds = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_EXTRASAMPLES, &extra, &kinds) == 1 && extra < head.samples) {
    for (; extra > 0 && kinds[extra - 1] != EXTRASAMPLE_UNSPECIFIED; --extra) --head.shown;
  }
  return head;
}

template <class T>
float as_float(const std::byte* at) {
  T value{};
  std::memcpy(&value, at, sizeof value);
  return static_cast<float>(value);
}

float sample_at(const std::byte* at, const TiffHead& head) {
  if (head.format == SAMPLEFORMAT_IEEEFP) {
    return head.bits == 32 ? as_float<float>(at) : as_float<double>(at);
  }
  const bool is_signed = head.format == SAMPLEFORMAT_INT;
  if (head.bits == 8) return is_signed ? as_float<std::int8_t>(at) : as_float<std::uint8_t>(at);
  if (head.bits == 16) return is_signed ? as_float<std::int16_t>(at) : as_float<std::uint16_t>(at);
  return is_signed ? as_float<std::int32_t>(at) : as_float<std::uint32_t>(at);
}

/// Copies what of a block of rows × columns lies in the picture.
void place_block(const std::vector<std::byte>& block, std::size_t columns, std::size_t top,
                 std::size_t left, std::size_t rows, std::size_t band, const TiffHead& head,
                 Raster& out) {
  const std::size_t together = head.together();
  const std::size_t high = std::min(rows, head.height - top);
  const std::size_t wide = std::min(columns, head.width - left);
  for (std::size_t k = 0; k < together && band + k < head.shown; ++k) {
    float* plane = out.values.data() + (band + k) * head.height * head.width;
    for (std::size_t y = 0; y < high; ++y) {
      for (std::size_t x = 0; x < wide; ++x) {
        const std::size_t sample = (y * columns + x) * together + k;
        plane[(top + y) * head.width + left + x] =
            sample_at(block.data() + sample * head.bytes(), head);
      }
    }
  }
}

void read_blocks(const TiffFile& file, const TiffHead& head, const TiffSource& source,
                 const std::string& path, Raster& out) {
  const bool tiled = TIFFIsTiled(file.get()) != 0;
  const std::size_t rows =
      tiled ? file.field<std::uint32_t>(TIFFTAG_TILELENGTH, 0)
            : std::min<std::size_t>(file.field<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, 0xffffffffU),
                                    head.height);
  const std::size_t columns = tiled ? file.field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0) : head.width;
  if (rows == 0 || columns == 0) refuse_tiff(path, "its blocks have no size");
  check_image_size(columns, rows, head.together(), path);
  const std::size_t row_bytes = columns * head.together() * head.bytes();
  const std::size_t full = rows * row_bytes;
  const tmsize_t said = tiled ? TIFFTileSize(file.get()) : TIFFStripSize(file.get());
  if (said != static_cast<tmsize_t>(full)) refuse_tiff(path, source.reason);
  std::vector<std::byte> block(full);
  std::uint32_t number = 0;
  for (std::size_t band = 0; band < head.samples; band += head.together()) {
    for (std::size_t top = 0; top < head.height; top += rows) {
      for (std::size_t left = 0; left < head.width; left += columns, ++number) {
        const auto wanted =
            static_cast<tmsize_t>(tiled ? full : std::min(rows, head.height - top) * row_bytes);
        const tmsize_t got = tiled ? TIFFReadEncodedTile(file.get(), number, block.data(), wanted)
                                   : TIFFReadEncodedStrip(file.get(), number, block.data(), wanted);
        if (got != wanted) refuse_tiff(path, source.reason);
        place_block(block, columns, top, left, rows, band, head, out);
      }
    }
  }
}

/// Numbers of a palette as its colours.
Raster coloured(const Raster& codes, const TiffFile& file, const TiffHead& head,
                const std::string& path) {
  std::uint16_t* red = nullptr;
  std::uint16_t* green = nullptr;
  std::uint16_t* blue = nullptr;
  if (head.format == SAMPLEFORMAT_INT) refuse_tiff(path, "its palette is asked for signed numbers");
  if (head.bits > 16 || TIFFGetField(file.get(), TIFFTAG_COLORMAP, &red, &green, &blue) != 1) {
    refuse_tiff(path, "its palette has no colours");
  }
  Raster out{3, codes.height, codes.width, {}};
  const std::size_t pixels = codes.height * codes.width;
  out.values.resize(3 * pixels);
  for (std::size_t p = 0; p < pixels; ++p) {
    const auto code = static_cast<std::size_t>(codes.values[p]);
    std::size_t channel = 0;
    for (const std::uint16_t* map : {red, green, blue}) {
      out.values[channel++ * pixels + p] = static_cast<float>(map[code] / 65535.0);
    }
  }
  return out;
}

void refuse_no_data(const TiffFile& file, const Raster& raster, const std::string& path) {
  std::uint32_t length = 0;
  const char* text = nullptr;
  if (TIFFGetField(file.get(), kNoDataTag, &length, &text) != 1 || text == nullptr) return;
  const std::string marked(text, ::strnlen(text, length));
  char* end = nullptr;
  const auto value = static_cast<float>(std::strtod(marked.c_str(), &end));
  if (end == marked.c_str() || std::isnan(value)) return;  // NaN is refused in every format
  const auto count = std::count(raster.values.begin(), raster.values.end(), value);
  if (count == 0) return;
  refuse_data("no-data-value", std::to_string(count) + " values are " + marked, path,
              "the file says that this means no data, and a network would learn from it",
              "Fill them, cut the image, or take the mark away if it means nothing");
}

}  // namespace

bool reads_tiff() {
  return true;
}

Raster read_tiff(const std::string& path, Palette palette) {
  const Bytes bytes = map_file(path);
  TiffSource source{bytes.view, 0, {}};
  const TiffFile file(source, path);
  if (file.get() == nullptr) refuse_tiff(path, source.reason);
  check_one_picture(file, path);
  source.reason.clear();  // of directories that nobody asked for
  const TiffHead head = head_of(file, source, path);
  Raster out{head.shown, head.height, head.width, {}};
  out.values.resize(out.channels * head.height * head.width);
  read_blocks(file, head, source, path, out);
  if (palette == Palette::codes) return out;
  if (head.photometric == PHOTOMETRIC_PALETTE && head.shown == 1) {
    return coloured(out, file, head, path);
  }
  refuse_no_data(file, out, path);
  if (head.format != SAMPLEFORMAT_IEEEFP && head.format != SAMPLEFORMAT_INT) {
    if (head.bits == 8) out.stored = {StoredAs::u8, 1.0F};
    if (head.bits == 16) out.stored = {StoredAs::u16, 1.0F};
  }
  return out;
}

}  // namespace cch::detail
