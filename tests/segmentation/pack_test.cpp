// Packed images: the same values as of the files, in bounded memory, whole or not there.
#include <filesystem>
#include <fstream>
#include <set>

#include "cch/core/random.hpp"
#include "cch/experiments/png.hpp"
#include "cch/experiments/segmentation_pack.hpp"
#include "experiments/segmentation/augment.hpp"
#include "experiments/segmentation/packed.hpp"
#include "experiments/segmentation/packed_folder.hpp"
#include "support/test.hpp"
#include "tests/segmentation/image_bytes.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using test::fault_code;

constexpr std::size_t kRows = 6;
constexpr std::size_t kColumns = 10;

/// Four images of three sensors, 8 bits, 16 bits and floating-point; the last one's files are those
/// of the second.
struct PackedFiles {
  test::TempFolder folder;
  SegmentationTask task;

  PackedFiles() {
    Random random(3);
    std::string table = "image,rgb,ir,depth,label,split,group,light\n";
    for (std::size_t n = 0; n < 4; ++n) {
      const std::string k = std::to_string(n == 3 ? 1 : n);
      if (n < 3) write_image(k, random);
      table += std::to_string(n) + ",rgb" + k + ".png,ir" + k + ".npy,depth" + k + ".npy,label" +
               k + ".npy," + (n == 2 ? "test" : "train") + ",g" + std::to_string(n) + "," +
               (n == 0 ? "night" : "day") + "\n";
    }
    task.manifest = folder.write("set.csv", table);
    task.condition_column = "light";
  }
  void write_image(const std::string& k, Random& random) const {
    constexpr std::size_t kPixels = kRows * kColumns;
    std::vector<std::uint8_t> rgb(3 * kPixels);
    for (auto& v : rgb) v = static_cast<std::uint8_t>(random.below(256));
    std::vector<std::uint16_t> ir(kPixels);
    for (auto& v : ir) v = static_cast<std::uint16_t>(random.below(65536));
    std::vector<float> depth(2 * kPixels);
    for (auto& v : depth) v = static_cast<float>(random.normal());
    std::vector<std::uint8_t> label(kPixels);
    for (auto& v : label) v = static_cast<std::uint8_t>(random.below(3));
    label[7] = 255;
    (void)folder.write("rgb" + k + ".png", png_bytes(kRows, kColumns, rgb));
    (void)folder.write("ir" + k + ".npy", test::npy("<u2", "(6, 10)", test::raw(ir)));
    (void)folder.write("depth" + k + ".npy", test::npy("<f4", "(6, 10, 2)", test::raw(depth)));
    (void)folder.write("label" + k + ".npy", test::npy("|u1", "(6, 10)", test::raw(label)));
  }
  [[nodiscard]] std::string pack(const std::string& name, unsigned threads = 1) const {
    Execution exec;
    exec.threads = threads;
    (void)pack_images(task, folder.path(name), exec);
    return folder.path(name);
  }
};

SegmentationSet read(const SegmentationTask& task) {
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  return read_segmentation(task, 1, inputs, {});
}

SegmentationTask task_of(const std::string& folder) {
  SegmentationTask out;
  out.folder = folder;
  return out;
}

std::string bytes_of_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

template <class A, class B>
bool equal(const A& a, const B& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

TEST_CASE("packed images have the values, labels and facts of the files, to the bit") {
  const PackedFiles files;
  const SegmentationSet held = read(files.task);
  const SegmentationSet packed = read(task_of(files.pack("p")));
  REQUIRE(packed.packed);
  CHECK(packed.records == std::vector<std::size_t>{0, 1, 2, 1});
  CHECK(packed.images == held.images);
  CHECK(packed.groups == held.groups);
  CHECK(packed.split == held.split);
  CHECK(packed.names == held.names);
  CHECK(packed.classes == held.classes);
  CHECK(packed.conditions == held.conditions);
  CHECK(packed.condition == held.condition);
  for (std::size_t n = 0; n < held.images; ++n) {
    for (std::size_t m = 0; m < 3; ++m) CHECK(equal(packed.image(m, n), held.image(m, n)));
    CHECK(equal(packed.label(n), held.label(n)));
    CHECK(packed.class_pixels(n) == held.class_pixels(n));
  }
}

TEST_CASE("packed images are normalised as others, up to the rounding of sums") {
  const PackedFiles files;
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  const SegmentationSet held = load_segmentation(files.task, 1, inputs, {});
  const SegmentationSet packed = load_segmentation(task_of(files.pack("p")), 1, inputs, {});
  constexpr double kSingle = 1e-6;  // values are stored in single precision
  for (std::size_t n = 0; n < held.images; ++n) {
    for (std::size_t m = 0; m < 3; ++m) {
      const auto a = packed.image(m, n);
      const auto b = held.image(m, n);
      for (std::size_t i = 0; i < a.size(); ++i) CHECK(test::near(a[i], b[i], kSingle));
    }
  }
  CHECK(inputs[0].second.sha256 != inputs[1].second.sha256);
}

TEST_CASE("packing: the same files for any number of threads, as large as was forecast") {
  const PackedFiles files;
  const fs::path one = files.pack("one");
  const fs::path three = files.pack("three", 3);
  std::size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(one)) {
    CHECK(bytes_of_file(entry.path()) == bytes_of_file(three / entry.path().filename()));
    ++compared;
  }
  CHECK(compared == 10);
  const PackForecast forecast = pack_forecast(files.task, 1);
  CHECK(forecast.images == 4);
  CHECK(forecast.records == 3);
  // 3 bytes, 2 and 2 · 4 of a pixel, its label, counts and moments of six channels; the forecast
  // leaves out headers of 128 bytes.
  CHECK(forecast.bytes == 3.0 * (60.0 * (3 + 2 + 8 + 1) + 1024 + 6 * 16));
  const double bytes = pack_images(files.task, files.folder.path("again"), {});
  CHECK(bytes == forecast.bytes + 6 * 128);
}

TEST_CASE("packing resampled images keeps their floating-point values") {
  PackedFiles files;
  files.task.size = {4, 7};
  const SegmentationSet held = read(files.task);
  const SegmentationSet packed = read(task_of(files.pack("p")));
  CHECK(packed.height == 4);
  CHECK(equal(packed.image(0, 2), held.image(0, 2)));
  CHECK(equal(packed.label(2), held.label(2)));
}

TEST_CASE("packing a mask of 0 and 255 makes two classes of it") {
  const PackedFiles files;
  for (const char* k : {"0", "1", "2"}) {
    std::vector<std::uint8_t> mask(60, 0);
    mask[3] = mask[30] = 255;
    (void)files.folder.write(std::string("label") + k + ".npy",
                             test::npy("|u1", "(6, 10)", test::raw(mask)));
  }
  const SegmentationSet packed = read(task_of(files.pack("p")));
  CHECK(packed.classes.size() == 2);
  CHECK(packed.label(0)[30] == 1);
  CHECK(packed.warnings[0].code == "two-valued-mask");
}

TEST_CASE("an image that cannot be packed leaves neither a set nor parts of files") {
  const PackedFiles files;
  const std::string place = files.pack("p");
  std::vector<float> depth(120, 0.0F);
  depth[5] = std::numeric_limits<float>::quiet_NaN();
  (void)files.folder.write("depth2.npy", test::npy("<f4", "(6, 10, 2)", test::raw(depth)));
  CHECK(fault_code([&] { (void)files.pack("p"); }) == "non-finite-value");
  CHECK_FALSE(is_packed_folder(place));
  for (const auto& entry : fs::directory_iterator(place)) {
    CHECK(entry.path().extension() != ".part");
  }
  (void)files.folder.write("depth2.npy", test::npy("|u1", "(6, 10, 2)", std::string(120, '\1')));
  CHECK(fault_code([&] { (void)files.pack("p"); }) == "");  // whole numbers are values, too
  (void)files.folder.write("ir2.npy", test::npy("<f4", "(6, 10)", std::string(240, '\0')));
  CHECK(fault_code([&] { (void)files.pack("p"); }) == "size-mismatch");
}

TEST_CASE("packed files that are cut, exchanged or listed wrongly are refused") {
  const PackedFiles files;
  const std::string place = files.pack("p");
  const auto code = [&] { return fault_code([&] { (void)read(task_of(place)); }); };
  CHECK(code() == "");
  const fs::path labels = fs::path(place) / "labels.npy";
  fs::resize_file(labels, fs::file_size(labels) - 1);
  CHECK(code() == "size-mismatch");
  (void)files.pack("p");
  fs::copy_file(fs::path(place) / "rgb.npy", fs::path(place) / "ir.npy",
                fs::copy_options::overwrite_existing);
  CHECK(code() == "size-mismatch");
  (void)files.pack("p");
  const fs::path list = fs::path(place) / "images.json";
  const std::string text = bytes_of_file(list);
  for (const std::string name : {"schema", "records", "modalities", "groups", "split", "classes"}) {
    std::string other = text;
    other.replace(other.find("\"" + name + "\""), name.size() + 2, "\"x\"");
    std::ofstream(list) << other;
    CHECK(code() == "result-damaged");
  }
  std::string other = text;
  other.replace(other.find("\"records\": 3"), 12, "\"records\": 4");
  std::ofstream(list) << other;
  CHECK(code() == "size-mismatch");
  SegmentationTask task = task_of(files.pack("p"));
  task.codes.said = true;
  CHECK(fault_code([&] { (void)read(task); }) == "bad-task");
}

TEST_CASE("a crop of a packed image is what is placed of the whole one, to the bit") {
  const PackedFiles files;
  const SegmentationSet set = read(task_of(files.pack("p")));
  const auto whole = set.image(2, 0);
  const auto codes = set.label(0);
  std::set<std::size_t> heights;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    detail::Augmentation how{0.5, 2.0, true, 3, 4};
    if (seed % 3 == 0) how.least = how.most = 1.0;
    if (seed % 5 == 0) how.crop_height = how.crop_width = 0;
    if (seed % 7 == 0) how.crop_height = 9;  // higher than the image
    const auto p = detail::draw_placement(kRows, kColumns, how, seed);
    const auto window = detail::window_of(kRows, kColumns, p);
    heights.insert(window.height);
    std::vector<float> part(2 * window.height * window.width);
    set.packed->read(2, set.records[0], window, part.data());
    std::vector<std::uint8_t> some(window.height * window.width);
    set.packed->read_labels(set.records[0], window, some.data());
    std::vector<float> a(p.height * p.width);
    std::vector<float> b(a.size());
    const std::size_t size = window.height * window.width;
    detail::place_plane(std::span(part).subspan(size, size), window, kRows, kColumns, p, a.data());
    detail::place_plane(whole.subspan(60, 60), {0, 0, kRows, kColumns}, kRows, kColumns, p,
                        b.data());
    CHECK(a == b);
    std::vector<std::uint8_t> c(a.size());
    std::vector<std::uint8_t> d(a.size());
    detail::place_labels(some, window, kRows, kColumns, p, c.data());
    detail::place_labels(codes, {0, 0, kRows, kColumns}, kRows, kColumns, p, d.data());
    CHECK(c == d);
  }
  CHECK(heights.size() > 3);  // some windows are smaller than the image
}

TEST_CASE("a crop without scales is a part of the image at whole pixels") {
  const PackedFiles files;
  const SegmentationSet set = read(task_of(files.pack("p")));
  const auto whole = set.image(0, 1);
  std::set<double> lefts;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto p = detail::draw_placement(kRows, kColumns, {1.0, 1.0, false, 3, 4}, seed);
    std::vector<float> out(12);
    detail::place_plane(whole.subspan(0, 60), {0, 0, kRows, kColumns}, kRows, kColumns, p,
                        out.data());
    lefts.insert(p.left);
    for (std::size_t i = 0; i < 12; ++i) {
      const std::size_t y = static_cast<std::size_t>(p.top) + i / 4;
      const std::size_t x = static_cast<std::size_t>(p.left) + i % 4;
      CHECK(out[i] == whole[y * kColumns + x]);
    }
  }
  CHECK(lefts.size() > 3);
}

}  // namespace
}  // namespace cch
