#include "experiments/segmentation/png.hpp"

#include <png.h>

#include <csetjmp>
#include <cstring>

#include "cch/core/error.hpp"
#include "cch/data/bytes.hpp"
#include "cch/experiments/png.hpp"

namespace cch {
namespace detail {
namespace {

/// What libpng reads from, and what it says when it stops.
struct Source {
  const png_byte* at = nullptr;
  std::size_t left = 0;
  char reason[128] = "";
  std::jmp_buf back;
};

void take(png_structp png, png_bytep to, png_size_t n) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (n > source->left) png_error(png, "the file ends too early");
  std::memcpy(to, source->at, n);
  source->at += n;
  source->left -= n;
}

[[noreturn]] void stop(png_structp png, png_const_charp reason) {
  auto* source = static_cast<Source*>(png_get_error_ptr(png));
  std::strncpy(source->reason, reason, sizeof source->reason - 1);
  std::longjmp(source->back, 1);
}

void ignore(png_structp, png_const_charp) {}

/// Reads the header and asks for the wanted layout. False: source.reason says why. Nothing with a
/// destructor lives between setjmp and libpng's jumps.
bool begin(png_structp png, png_infop info, Source& source, Palette palette) {
  if (setjmp(source.back) != 0) return false;
  png_set_read_fn(png, &source, take);
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_read_info(png, info);
  const int type = png_get_color_type(png, info);
  if (type == PNG_COLOR_TYPE_PALETTE && palette == Palette::colours) png_set_palette_to_rgb(png);
  png_set_packing(png);
  png_set_strip_alpha(png);
  if (png_get_bit_depth(png, info) == 16) png_set_swap(png);  // to little-endian
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  return true;
}

bool read_rows(png_structp png, Source& source, png_bytepp rows) {
  if (setjmp(source.back) != 0) return false;
  png_read_image(png, rows);
  png_read_end(png, nullptr);
  return true;
}

/// Frees libpng's structures however a function is left.
struct Reader {
  explicit Reader(Source& source)
      : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, stop, ignore)),
        info(png_create_info_struct(png)) {}
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  png_structp png;
  png_infop info;
};

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  refuse_data("unreadable-file", "a picture cannot be read", path, why,
              "Replace the file, or take it out of the list");
}

}  // namespace

PngImage read_png(const std::string& path, Palette palette) {
  const Bytes file = map_file(path);
  Source source;
  source.at = reinterpret_cast<const png_byte*>(file.view.data());
  source.left = file.size();
  Reader reader(source);
  if (!begin(reader.png, reader.info, source, palette)) refuse(path, source.reason);
  PngImage out;
  out.height = png_get_image_height(reader.png, reader.info);
  out.width = png_get_image_width(reader.png, reader.info);
  check_image_size(out.width, out.height, 1, path);
  out.channels = png_get_channels(reader.png, reader.info);
  const bool wide = png_get_bit_depth(reader.png, reader.info) == 16;
  if (wide) out.largest = 65535.0;
  const std::size_t row_bytes = png_get_rowbytes(reader.png, reader.info);
  std::vector<png_byte> bytes(row_bytes * out.height);
  std::vector<png_bytep> rows;
  for (std::size_t y = 0; y < out.height; ++y) rows.push_back(bytes.data() + y * row_bytes);
  if (!read_rows(reader.png, source, rows.data())) refuse(path, source.reason);
  out.values.resize(out.height * out.width * out.channels);
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    if (wide) {
      std::memcpy(&out.values[i], bytes.data() + 2 * i, 2);
    } else {
      out.values[i] = bytes[i];
    }
  }
  return out;
}

}  // namespace detail

std::string png_bytes(std::size_t height, std::size_t width, std::span<const std::uint8_t> rgb) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string out(size, '\0');
  if (png_image_write_to_memory(&image, out.data(), &size, 0, rgb.data(), 0, nullptr) == 0) {
    throw Error(ErrorKind::run,
                Fault{"cannot-write", "a picture could not be made", {}, image.message, {}});
  }
  out.resize(size);
  return out;
}

}  // namespace cch
