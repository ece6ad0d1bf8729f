// Pictures as PNG, and sets that are a table of files.
#include <png.h>

#include <fstream>

#include "cch/data/mask_values.hpp"
#include "cch/experiments/png.hpp"
#include "cch/experiments/segmentation_manifest.hpp"
#include "experiments/segmentation/png.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

using detail::Palette;
using test::fault_code;

/// A PNG of any kind that libpng's simplified interface writes.
std::string png(png_uint_32 format, png_uint_32 height, png_uint_32 width, const void* pixels,
                const void* colours = nullptr, png_uint_32 entries = 0) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = height;
  image.width = width;
  image.format = format;
  image.colormap_entries = entries;
  png_alloc_size_t size = 0;
  REQUIRE(png_image_write_to_memory(&image, nullptr, &size, 0, pixels, 0, colours) != 0);
  std::string out(size, '\0');
  REQUIRE(png_image_write_to_memory(&image, out.data(), &size, 0, pixels, 0, colours) != 0);
  return out;
}

const std::vector<std::uint8_t> kGrey{0, 1, 2, 255, 4, 5};

TEST_CASE("pictures: grey, colour and palette, 8 bits") {
  const test::TempFolder folder;
  const auto grey = detail::read_png(
      folder.write("g.png", png(PNG_FORMAT_GRAY, 2, 3, kGrey.data())), Palette::codes);
  CHECK(grey.height == 2);
  CHECK(grey.width == 3);
  CHECK(grey.channels == 1);
  CHECK(std::equal(kGrey.begin(), kGrey.end(), grey.values.begin()));

  const std::vector<std::uint8_t> rgb{10, 20, 30, 40, 50, 60};
  const auto colour = detail::read_png(folder.write("c.png", png(PNG_FORMAT_RGB, 1, 2, rgb.data())),
                                       Palette::codes);
  CHECK(colour.channels == 3);
  CHECK(std::equal(rgb.begin(), rgb.end(), colour.values.begin()));

  const std::vector<std::uint8_t> codes{2, 0, 1, 2};
  const std::vector<std::uint8_t> colours{1, 2, 3, 11, 12, 13, 21, 22, 23};
  const std::string path =
      folder.write("p.png", png(PNG_FORMAT_RGB_COLORMAP, 2, 2, codes.data(), colours.data(), 3));
  const auto as_codes = detail::read_png(path, Palette::codes);
  CHECK(as_codes.channels == 1);
  CHECK(std::equal(codes.begin(), codes.end(), as_codes.values.begin()));
  const auto as_colours = detail::read_png(path, Palette::colours);
  CHECK(as_colours.channels == 3);
  CHECK(as_colours.values[0] == 21);
  CHECK(as_colours.values[3] == 1);
}

/// The bytes of a chunk.
std::string chunk(const std::string& type, const std::string& data) {
  const auto big = [](std::uint64_t v) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((v >> shift) & 255U);
    return out;
  };
  const std::string body = type + data;
  const auto crc =
      ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big(data.size()) + body + big(crc);
}

/// A grey PNG with rows as given (a filter byte each), of any header.
std::string raw_png(std::uint32_t width, std::uint32_t height, char bits, const std::string& rows) {
  std::string head;
  for (const std::uint32_t v : {width, height}) {
    for (int shift = 24; shift >= 0; shift -= 8) head += static_cast<char>((v >> shift) & 255U);
  }
  head += bits;
  head += std::string(4, '\0');
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), static_cast<uLong>(rows.size()));
  packed.resize(size);
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", head) + chunk("IDAT", packed) + chunk("IEND", "");
}

TEST_CASE("pictures: 16 bits, and 2 bits that are unpacked but not scaled") {
  const test::TempFolder folder;
  const std::string wide = std::string(1, '\0') + '\x01' + '\x02' + '\xff' + '\xfe';
  const auto deep =
      detail::read_png(folder.write("w.png", raw_png(2, 1, 16, wide)), Palette::codes);
  CHECK(deep.largest == 65535.0);
  CHECK(deep.values == std::vector<std::uint16_t>{0x0102, 0xfffe});
  const std::string packed = std::string(1, '\0') + '\x1b';  // 0 1 2 3
  const auto few =
      detail::read_png(folder.write("f.png", raw_png(4, 1, 2, packed)), Palette::codes);
  CHECK(few.values == std::vector<std::uint16_t>{0, 1, 2, 3});
}

TEST_CASE("pictures that are cut short, broken, no PNG or far too large are refused") {
  const test::TempFolder folder;
  const std::string whole = png(PNG_FORMAT_GRAY, 2, 3, kGrey.data());
  const auto code = [&](const std::string& bytes) {
    const std::string path = folder.write("bad.png", bytes);
    return fault_code([&] { detail::read_png(path, Palette::codes); });
  };
  CHECK(code(whole) == "");
  for (const std::size_t n :
       {std::size_t{4}, std::size_t{20}, whole.size() / 2, whole.size() - 14}) {
    CHECK(code(whole.substr(0, n)) == "unreadable-file");
  }
  std::string broken = whole;
  broken[whole.size() - 20] = static_cast<char>(broken[whole.size() - 20] ^ 1);
  CHECK(code(broken) == "unreadable-file");
  CHECK(code("no picture at all") == "unreadable-file");
  CHECK(code(raw_png(40000, 40000, 8, "x")) == "picture-too-large");
  CHECK(fault_code([&] { detail::read_png(folder.path("none.png"), Palette::codes); }) ==
        "file-not-found");
}

TEST_CASE("a picture that is written reads back") {
  const test::TempFolder folder;
  const std::vector<std::uint8_t> rgb{1, 2, 3, 250, 251, 252};
  const auto back = detail::read_png(folder.write("x.png", png_bytes(1, 2, rgb)), Palette::codes);
  CHECK(std::equal(rgb.begin(), rgb.end(), back.values.begin()));
}

/// Two images of 2 × 3 pixels with an RGB picture, an array and a label each.
struct Files {
  test::TempFolder folder;
  std::string table;

  Files() {
    std::filesystem::create_directory(folder.path("d"));
    for (const std::string n : {"0", "1"}) {
      std::vector<std::uint8_t> rgb(18, static_cast<std::uint8_t>(n == "0" ? 51 : 255));
      (void)folder.write("d/rgb" + n + ".png", png(PNG_FORMAT_RGB, 2, 3, rgb.data()));
      const std::vector<float> depth{0, 1, 2, 3, 4, 5};
      (void)folder.write("d/depth" + n + ".npy", test::npy("<f4", "(2, 3)", test::raw(depth)));
      const std::vector<std::uint8_t> label{1, 2, 0, 255, 1, 2};
      (void)folder.write("d/label" + n + ".png", png(PNG_FORMAT_GRAY, 2, 3, label.data()));
    }
    write(
        "a,d/rgb0.png,d/depth0.npy,d/label0.png,train,s\n"
        "b,d/rgb1.png,d/depth1.npy,d/label1.png,test,t\n");
  }
  void write(const std::string& rows) {
    table = folder.write("set.csv", "image,rgb,depth,label,split,group\n" + rows);
  }
  SegmentationSet read(const std::vector<std::string>& modalities = {}) const {
    std::string digest;
    return read_images(read_manifest(table), {modalities, {}, {1, {0, 255}}, {}}, digest, {});
  }
};

TEST_CASE(
    "a table of files: modalities, codes from 1 on with two that mean no label, groups, split") {
  const Files files;
  const SegmentationSet set = files.read();
  REQUIRE(set.modalities.size() == 2);
  CHECK(set.modalities[0].channels == 3);
  CHECK(set.modalities[1].channels == 1);
  CHECK(test::near(set.image(0, 0)[0], 0.2, 1e-7));
  CHECK(set.image(0, 1)[17] == 1.0F);
  CHECK(set.image(1, 1)[4] == 4.0F);
  CHECK(set.labels == std::vector<std::uint8_t>{0, 1, kIgnoreLabel, kIgnoreLabel, 0, 1, 0, 1,
                                                kIgnoreLabel, kIgnoreLabel, 0, 1});
  CHECK(set.split == std::vector<Split>{Split::train, Split::test});
  CHECK(set.groups == std::vector<std::size_t>{0, 1});
  CHECK(set.classes.size() == 2);
  CHECK(files.read({"depth"}).modalities.size() == 1);
}

/// The set of Files with the given pixels as label of both images.
SegmentationSet with_labels(Files& files, const std::vector<std::uint8_t>& label,
                            const LabelCodes& codes = {}) {
  for (const std::string n : {"0", "1"}) {
    (void)files.folder.write("d/label" + n + ".png", png(PNG_FORMAT_GRAY, 2, 3, label.data()));
  }
  std::string digest;
  return read_images(read_manifest(files.table), {{}, {}, codes, {}}, digest, {});
}

std::vector<std::string> warning_codes(const SegmentationSet& set) {
  std::vector<std::string> out;
  for (const Warning& warning : set.warnings) out.push_back(warning.code);
  return out;
}

TEST_CASE("a mask of 0 and 255 has two classes, unless 255 was said to be no label") {
  Files files;
  const std::vector<std::uint8_t> mask{0, 255, 255, 0, 0, 255};
  SegmentationSet set = with_labels(files, mask);
  CHECK(std::vector(set.labels.begin(), set.labels.begin() + 6) ==
        std::vector<std::uint8_t>{0, 1, 1, 0, 0, 1});
  CHECK(set.classes.size() == 2);
  CHECK(warning_codes(set) == std::vector<std::string>{"two-valued-mask"});
  CHECK(set.warnings[0].message.find("50.0 %") != std::string::npos);
  check(set, "test");

  LabelCodes ignored;
  ignored.said = true;
  set = with_labels(files, mask, ignored);
  CHECK(set.labels[1] == kIgnoreLabel);
  CHECK(warning_codes(set) == std::vector<std::string>{"ignored-pixels"});
  CHECK(fault_code([&] { check(set, "test"); }) == "one-class");
}

TEST_CASE("codes of classes as they are listed") {
  Files files;
  const LabelCodes codes{0, {7}, {255, 0, 3}, true};
  const SegmentationSet set = with_labels(files, {0, 255, 3, 7, 0, 255}, codes);
  CHECK(std::vector(set.labels.begin(), set.labels.begin() + 6) ==
        std::vector<std::uint8_t>{1, 0, 2, kIgnoreLabel, 1, 0});
  CHECK(warning_codes(set) == std::vector<std::string>{"ignored-pixels"});
  CHECK(set.warnings[0].message.find("16.7 %") != std::string::npos);
  CHECK(fault_code([&] {
          with_labels(files, {0, 255, 3, 7, 1, 0}, codes);
        }) == "label-outside-classes");
}

TEST_CASE("labels as colours: classes by their colours, and never by the first channel alone") {
  Files files;
  const auto read = [&files](const std::vector<std::uint8_t>& rgb, const LabelCodes& codes) {
    for (const std::string n : {"0", "1"}) {
      (void)files.folder.write("d/label" + n + ".png", png(PNG_FORMAT_RGB, 2, 3, rgb.data()));
    }
    std::string digest;
    return read_images(read_manifest(files.table), {{}, {}, codes, {}}, digest, {});
  };
  const std::vector<std::uint8_t> colours{255, 0, 0, 255, 255, 0,   0, 0, 255,
                                          255, 0, 0, 255, 255, 255, 0, 0, 255};
  const LabelCodes codes{
      0, {0xffffff}, {0xff0000, 0xffff00, 0x0000ff}, true, LabelChannels::colours};
  const SegmentationSet set = read(colours, codes);
  CHECK(std::vector(set.labels.begin(), set.labels.begin() + 6) ==
        std::vector<std::uint8_t>{0, 1, 2, 0, kIgnoreLabel, 2});
  REQUIRE(warning_codes(set) == std::vector<std::string>{"ignored-pixels"});
  CHECK(set.warnings[0].message.find("(code #ffffff)") != std::string::npos);
  CHECK(fault_code([&] { read(colours, {}); }) == "label-coloured");
  LabelCodes fewer = codes;
  fewer.listed.pop_back();
  try {
    (void)read(colours, fewer);
    FAIL("a colour without a class was taken");
  } catch (const Error& error) {
    CHECK(error.faults().front().code == "label-outside-classes");
    CHECK(error.faults().front().problem == "label #0000ff");
  }
  // A published layout says that the first channel holds the code.
  LabelCodes first{0, {255}, {}, true, LabelChannels::first};
  CHECK(read(std::vector<std::uint8_t>{1, 9, 9, 0, 9, 9, 1, 0, 0, 0, 1, 1, 1, 9, 9, 0, 3, 3}, first)
            .labels[0] == 1);
  // Grey as colours, and a code beside zeros, are codes.
  const std::vector<std::uint8_t> grey{1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 2, 2, 2, 1, 1, 1};
  const std::vector<std::uint8_t> beside{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0};
  CHECK(read(grey, {}).labels == read(beside, {}).labels);
  CHECK(read(grey, {}).labels[4] == 2);
  const std::vector<std::uint8_t> code{0, 1, 0, 1, 0, 1};
  CHECK(fault_code([&] { with_labels(files, code, codes); }) == "size-mismatch");
}

TEST_CASE("values between 0 and 255 at the edges of a mask are pointed out") {
  const MaskValues edges{{0, 500}, {20, 3}, {77, 3}, {130, 3}, {190, 3}, {240, 3}, {255, 400}};
  CHECK(fault_code([&] { refuse_soft_mask(edges, "mask"); }) == "soft-mask");
  // Codes of many classes beside the usual mark of no label are none.
  MaskValues classes{{0, 500}, {255, 400}};
  for (int c = 1; c < 151; ++c) classes[c] = 3;
  CHECK(fault_code([&] { refuse_soft_mask(classes, "mask"); }) == "");
  // Nor are classes that hold most of the pixels.
  CHECK(fault_code([&] {
          refuse_soft_mask({{0, 9}, {1, 90}, {2, 90}, {3, 9}, {4, 9}, {210, 9}, {255, 9}}, "m");
        }) == "");
}

TEST_CASE("a table of files with something wrong") {
  Files files;
  CHECK(fault_code([&] { files.read({"detph"}); }) == "unknown-modality");
  files.write("a,d/rgb0.png,d/depth0.npy,d/label0.png,learn,s\n");
  CHECK(fault_code([&] { files.read(); }) == "bad-split");
  files.write(
      "a,d/rgb0.png,d/none.npy,d/label0.png,train,s\n"
      "b,d/gone.png,d/depth1.npy,d/label1.png,test,t\n");
  try {
    files.read();
    FAIL("nothing was refused");
  } catch (const Error& error) {
    CHECK(error.faults().size() == 2);
    CHECK(error.faults()[0].code == "file-not-found");
  }
  const std::vector<float> large(12, 0.0F);
  (void)files.folder.write("d/large.npy", test::npy("<f4", "(3, 4)", test::raw(large)));
  files.write(
      "a,d/rgb0.png,d/depth0.npy,d/label0.png,train,s\n"
      "b,d/rgb1.png,d/large.npy,d/label1.png,test,t\n");
  CHECK(fault_code([&] { files.read(); }) == "size-mismatch");
  files.table = files.folder.write("set.csv", "image,rgb,split\na,d/rgb0.png,train\n");
  CHECK(fault_code([&] { files.read(); }) == "unknown-key");
  (void)files.folder.write("d/label1.png", png(PNG_FORMAT_GRAY, 2, 3, kGrey.data()));
  std::string digest;
  Files other;
  CHECK(fault_code([&] {
          read_images(read_manifest(other.table), {{}, {}, {1, {255}}, {}}, digest, {});
        }) == "label-outside-classes");
}

TEST_CASE("a table of files: the hash of the inputs knows split and groups") {
  Files files;
  const auto digest = [&](const std::string& rows) {
    files.write(rows);
    std::string out;
    (void)read_images(read_manifest(files.table), {{}, {}, {1, {0, 255}}, {}}, out, {});
    return out;
  };
  const std::string a = "a,d/rgb0.png,d/depth0.npy,d/label0.png,train,s\n";
  const std::string b = "b,d/rgb1.png,d/depth1.npy,d/label1.png,test,";
  CHECK(digest(a + b + "t\n") == digest(a + b + "t\n"));
  CHECK(digest(a + b + "t\n") != digest(a + b + "s\n"));
  CHECK(digest(a + b + "t\n") != digest(a + b.substr(0, b.find("test")) + "train,t\n"));
}

}  // namespace
}  // namespace cch
