// Images as TIFF: values, kinds that are refused, and files that lie.
#include "experiments/segmentation/tiff.hpp"
#include "experiments/segmentation/raster.hpp"
#include "support/test.hpp"
#include "tests/segmentation/image_bytes.hpp"

namespace cch {
namespace {

using detail::Raster;
using test::fault_code;
using test::TiffParts;
using Values = std::vector<float>;

/// Value of band c at (y, x), different everywhere.
template <class T>
T value_at(std::size_t c, std::size_t y, std::size_t x) {
  return static_cast<T>(50 * c + 7 * y + x);
}

Values wanted(std::size_t channels, std::size_t height, std::size_t width) {
  Values out;
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < width; ++x) out.push_back(value_at<float>(c, y, x));
    }
  }
  return out;
}

/// The picture of value_at, cut into the strips or tiles that the parts ask for.
template <class T>
TiffParts with_blocks(TiffParts t) {
  const std::size_t rows = t.rows > 0 ? t.rows : t.height;
  const std::size_t columns = t.tile_width > 0 ? t.tile_width : t.width;
  for (std::size_t band = 0; band < (t.apart ? t.samples : 1); ++band) {
    for (std::size_t top = 0; top < t.height; top += rows) {
      for (std::size_t left = 0; left < t.width; left += columns) {
        std::vector<T> block;
        const std::size_t end =
            t.tile_width > 0 ? top + rows : std::min<std::size_t>(top + rows, t.height);
        for (std::size_t y = top; y < end; ++y) {
          for (std::size_t x = left; x < left + columns; ++x) {
            for (std::size_t c = 0; c < (t.apart ? 1 : t.samples); ++c) {
              block.push_back(value_at<T>(band + c, y, x));
            }
          }
        }
        t.blocks.push_back(t.order.values(block));
      }
    }
  }
  return t;
}

TiffParts two_pixels() {
  TiffParts t;
  t.width = 2;
  t.height = 1;
  return t;
}

bool without_libtiff() {
  if (detail::reads_tiff()) return false;
  const test::TempFolder folder;
  const std::string path = folder.write("x.tif", "II*");
  CHECK(fault_code([&] { (void)detail::read_raster(path); }) == "no-libtiff");
  return true;
}

template <class T>
void check_tiff(const TiffParts& parts) {
  const test::TempFolder folder;
  const std::string path = folder.write("x.tif", test::tiff(with_blocks<T>(parts)));
  const Raster read = detail::read_raster(path);
  CHECK(read.channels == parts.samples);
  CHECK(read.height == parts.height);
  CHECK(read.width == parts.width);
  CHECK(read.values == wanted(parts.samples, parts.height, parts.width));
}

TEST_CASE(
    "TIFF: 8, 16 and 32 bits and floats, strips and tiles, bands together and apart, both "
    "orders of bytes, packed and not") {
  if (without_libtiff()) return;
  TiffParts t;
  t.width = 5;
  t.height = 3;
  check_tiff<std::uint8_t>(t);
  t.rows = 2;
  t.deflate = true;
  check_tiff<std::uint8_t>(t);
  t.samples = 4;
  t.bits = 16;
  t.order.big = true;
  check_tiff<std::uint16_t>(t);
  t.apart = true;
  t.format = 2;
  check_tiff<std::int16_t>(t);
  t.bits = 32;
  t.format = 3;
  check_tiff<float>(t);
  t.bits = 64;
  t.order.big = false;
  check_tiff<double>(t);
  t.bits = 32;
  t.format = 1;
  t.deflate = false;
  check_tiff<std::uint32_t>(t);
  t.width = 20;
  t.height = 18;
  t.tile_width = 16;
  t.rows = 16;
  check_tiff<std::uint32_t>(t);
  t.apart = false;
  t.samples = 2;
  t.bits = 8;
  t.deflate = true;
  check_tiff<std::uint8_t>(t);
}

TEST_CASE("TIFF: negative numbers, alpha that is dropped and bands that stay") {
  if (without_libtiff()) return;
  const test::TempFolder folder;
  TiffParts t = two_pixels();
  t.bits = 16;
  t.format = 2;
  t.blocks = {test::raw(std::vector<std::int16_t>{-3, 4})};
  CHECK(detail::read_raster(folder.write("a.tif", test::tiff(t))).values == Values{-3, 4});
  t.samples = 2;
  t.format = 1;
  t.blocks = {test::raw(std::vector<std::uint16_t>{1, 2, 3, 4})};
  t.extra = {2};  // alpha
  CHECK(detail::read_raster(folder.write("b.tif", test::tiff(t))).values == Values{1, 3});
  t.extra = {0};
  CHECK(detail::read_raster(folder.write("c.tif", test::tiff(t))).values == Values{1, 3, 2, 4});
}

/// LZW of TIFF: codes of 9 bits, the highest bit first. Cleared before they would need 10.
std::string lzw(const std::string& content) {
  constexpr std::uint32_t kClear = 256;
  constexpr std::uint32_t kEnd = 257;
  std::vector<std::uint32_t> codes;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (i % 200 == 0) codes.push_back(kClear);
    codes.push_back(static_cast<unsigned char>(content[i]));
  }
  codes.push_back(kEnd);
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const std::uint32_t code : codes) {
    held = held << 9U | code;
    for (bits += 9; bits >= 8; bits -= 8) out += static_cast<char>(held >> (bits - 8) & 255U);
  }
  return out + static_cast<char>(held << (8 - bits) & 255U);
}

/// A run of at most 128 bytes as PackBits has it.
std::string run_of(const std::string& content) {
  return static_cast<char>(content.size() - 1) + content;
}

TEST_CASE("TIFF: coded by LZW and by PackBits, whole and cut short") {
  if (without_libtiff()) return;
  const test::TempFolder folder;
  TiffParts t;
  t.width = 20;
  t.height = 18;
  t.rows = 6;
  const TiffParts plain = with_blocks<std::uint8_t>(t);
  for (const bool by_lzw : {true, false}) {
    CAPTURE(by_lzw);
    TiffParts coded = plain;
    coded.coded = by_lzw ? 5 : 32773;
    for (std::string& block : coded.blocks) block = by_lzw ? lzw(block) : run_of(block);
    const std::string whole = test::tiff(coded);
    CHECK(detail::read_raster(folder.write("x.tif", whole)).values == wanted(1, 18, 20));
    coded.blocks.back().resize(coded.blocks.back().size() / 2);
    const std::string cut = folder.write("y.tif", test::tiff(coded));
    CHECK(fault_code([&] { (void)detail::read_raster(cut); }) == "unreadable-file");
  }
}

TEST_CASE("TIFF: a palette is colours of an image and codes of a label") {
  if (without_libtiff()) return;
  const test::TempFolder folder;
  TiffParts t = two_pixels();
  t.photometric = 3;
  t.blocks = {std::string("\x02\x01", 2)};
  t.colours.assign(768, 0);
  t.colours[2] = 65535;
  t.colours[256 + 1] = 13107;
  const std::string path = folder.write("p.TIFF", test::tiff(t));
  CHECK(detail::read_codes(path, LabelChannels::one).values == Values{2, 1});
  CHECK(detail::read_codes(path, LabelChannels::colours).values == Values{0xff0000, 0x003300});
  const Raster colours = detail::read_raster(path);
  CHECK(colours.channels == 3);
  CHECK(colours.values == Values{1.0F, 0.0F, 0.0F, 0.2F, 0.0F, 0.0F});
  t.format = 2;
  t.blocks = {std::string("\xff\x01", 2)};
  const std::string below = folder.write("n.tif", test::tiff(t));
  CHECK(fault_code([&] { (void)detail::read_raster(below); }) == "unreadable-file");
}

TEST_CASE("TIFF: values that the file calls no data are not learned from, unless they are codes") {
  if (without_libtiff()) return;
  const test::TempFolder folder;
  TiffParts t = two_pixels();
  t.bits = 16;
  t.format = 2;
  t.no_data = "-9999";
  t.blocks = {test::raw(std::vector<std::int16_t>{5, -9999})};
  const std::string path = folder.write("x.tif", test::tiff(t));
  CHECK(fault_code([&] { (void)detail::read_raster(path); }) == "no-data-value");
  CHECK(detail::read_codes(path, LabelChannels::one).values == Values{5, -9999});
  t.blocks = {test::raw(std::vector<std::int16_t>{5, 6})};
  CHECK(detail::read_raster(folder.write("y.tif", test::tiff(t))).values == Values{5, 6});
}

TEST_CASE("TIFF: cut short at any byte, headers that claim too much, other kinds of pixels") {
  if (without_libtiff()) return;
  const test::TempFolder folder;
  const auto code = [&](const std::string& bytes) {
    const std::string path = folder.write("bad.tif", bytes);
    return fault_code([&] { (void)detail::read_raster(path); });
  };
  TiffParts t;
  t.width = 16;
  t.height = 12;
  t.rows = 5;
  t = with_blocks<std::uint8_t>(t);
  const std::string whole = test::tiff(t);
  CHECK(code(whole) == "");
  for (std::size_t n = 1; n < whole.size(); n += 7) {
    CAPTURE(n);
    CHECK(code(whole.substr(0, n)) == "unreadable-file");
  }
  TiffParts packed = t;
  packed.deflate = true;
  packed.blocks[1] = "too little";
  CHECK(code(test::tiff(packed)) == "unreadable-file");
  TiffParts large = t;
  large.width = 46341;  // 2 GB
  large.height = 46341;
  CHECK(code(test::tiff(large)) == "picture-too-large");
  large.width = 4096;
  large.height = 4096;
  large.samples = 200;
  CHECK(code(test::tiff(large)) == "picture-too-large");
  large.samples = 1;
  CHECK(code(test::tiff(large)) == "unreadable-file");
  TiffParts other = t;
  other.bits = 4;
  CHECK(code(test::tiff(other)) == "unreadable-file");
  other = t;
  other.format = 3;  // of 8 bits
  CHECK(code(test::tiff(other)) == "unreadable-file");
  other = t;
  other.photometric = 6;
  CHECK(code(test::tiff(other)) == "unreadable-file");
  CHECK(code(test::tiff(t, true)) == "size-mismatch");  // two pictures
  CHECK(code("no picture") == "unreadable-file");
}

}  // namespace
}  // namespace cch
