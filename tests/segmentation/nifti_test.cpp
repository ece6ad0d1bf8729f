// Images as NIfTI volumes: values, kinds that are refused, files that lie, and tables of volumes.
#include <filesystem>
#include <limits>

#include "cch/experiments/segmentation_manifest.hpp"
#include "experiments/segmentation/nifti.hpp"
#include "experiments/segmentation/raster.hpp"
#include "support/test.hpp"
#include "tests/segmentation/image_bytes.hpp"

namespace cch {
namespace {

using detail::Raster;
using test::fault_code;
using test::NiftiParts;
using Values = std::vector<float>;

/// A volume of 3 × 2 pixels, `slices` and channels; values count up as they lie.
template <class T>
NiftiParts volume(std::int64_t slices, std::int64_t channels, std::int32_t type,
                  test::ByteOrder order = {}) {
  std::vector<T> values;
  for (int i = 0; i < 6 * slices * channels; ++i) values.push_back(static_cast<T>(i));
  NiftiParts out{{3, 2, slices}, type, 8 * static_cast<std::int32_t>(sizeof(T)), {}};
  if (channels > 1) out.dim.push_back(channels);
  out.order = order;
  out.data = order.values(values);
  return out;
}

void check_slice(const std::string& bytes, const std::string& name) {
  const test::TempFolder folder;
  const auto read = detail::read_nifti(folder.write(name, bytes));
  CHECK(read.head.slices == 4);
  const Raster slice = detail::nifti_slice(read, 1);
  CHECK(slice.channels == 2);
  CHECK(slice.height == 2);
  CHECK(slice.width == 3);
  CHECK(slice.values == Values{6, 7, 8, 9, 10, 11, 30, 31, 32, 33, 34, 35});
}

TEST_CASE("NIfTI: types, both orders of bytes and versions, packed and not") {
  check_slice(test::nifti(volume<std::uint8_t>(4, 2, 2)), "x.nii");
  check_slice(test::gzipped(test::nifti(volume<std::int8_t>(4, 2, 256))), "x.nii.gz");
  const test::ByteOrder big{true};
  check_slice(test::nifti(volume<std::int16_t>(4, 2, 4, big)), "x.nii");
  check_slice(test::nifti(volume<std::uint16_t>(4, 2, 512)), "x.nii");
  NiftiParts second = volume<std::int32_t>(4, 2, 8, big);
  second.version = 2;
  check_slice(test::nifti(second), "x.nii");
  second = volume<std::uint32_t>(4, 2, 768);
  second.version = 2;
  check_slice(test::gzipped(test::nifti(second)), "x.nii.gz");
  check_slice(test::nifti(volume<float>(4, 2, 16)), "x.nii");
  check_slice(test::nifti(volume<double>(4, 2, 64, big)), "x.nii");
  // Packed in two parts, one after the other.
  const std::string whole = test::nifti(volume<float>(4, 2, 16));
  check_slice(test::gzipped(whole.substr(0, 360)) + test::gzipped(whole.substr(360)), "x.nii.gz");
}

TEST_CASE("NIfTI: slope and intercept, and a file of one slice as an image") {
  const test::TempFolder folder;
  NiftiParts p = volume<std::int16_t>(1, 1, 4);
  p.slope = 0.5;
  p.intercept = -2.0;
  const std::string path = folder.write("x.nii", test::nifti(p));
  CHECK(detail::read_raster(path).values == Values{-2, -1.5, -1, -0.5, 0, 0.5});
  const std::string deep = folder.write("y.nii", test::nifti(volume<std::int16_t>(2, 1, 4)));
  CHECK(fault_code([&] { (void)detail::read_raster(deep); }) == "size-mismatch");
}

TEST_CASE("NIfTI: cut short, damaged, headers that claim too much or contradict themselves") {
  const test::TempFolder folder;
  const auto code = [&](const std::string& bytes, const std::string& name = "bad.nii") {
    const std::string path = folder.write(name, bytes);
    return fault_code([&] { (void)detail::read_nifti(path); });
  };
  const NiftiParts good = volume<std::int16_t>(4, 2, 4);
  const std::string whole = test::nifti(good);
  CHECK(code(whole) == "");
  for (const std::size_t n : {std::size_t{3}, std::size_t{347}, whole.size() - 1}) {
    CHECK(code(whole.substr(0, n)) == "unreadable-file");
  }
  const std::string packed = test::gzipped(whole);
  CHECK(code(packed, "bad.nii.gz") == "");
  for (const std::size_t n : {std::size_t{12}, packed.size() / 2, packed.size() - 3}) {
    CHECK(code(packed.substr(0, n), "bad.nii.gz") == "unreadable-file");
  }
  std::string flipped = packed;
  flipped[packed.size() - 6] = static_cast<char>(flipped[packed.size() - 6] ^ 1);  // checksum
  CHECK(code(flipped, "bad.nii.gz") == "unreadable-file");

  const auto with = [&](auto&& change) {
    NiftiParts p = good;
    change(p);
    return code(test::nifti(p));
  };
  CHECK(with([](auto& p) { p.dim = {1024, 1024, 1024, 2}; }) == "picture-too-large");  // 2 GB
  CHECK(with([](auto& p) { p.dim = {32767, 32767}; }) == "picture-too-large");
  CHECK(with([](auto& p) { p.dim = {512, 512, 100}; }) == "unreadable-file");
  CHECK(with([](auto& p) { p.dim = {3, -2, 4}; }) == "unreadable-file");
  CHECK(with([](auto& p) { p.dim = {3}; }) == "unreadable-file");
  CHECK(with([](auto& p) { p.dim = {1, 2, 2, 2, 2, 2}; }) == "unreadable-file");
  CHECK(with([](auto& p) { p.bits = 8; }) == "unreadable-file");
  CHECK(with([](auto& p) { p.type = 32; }) == "unreadable-file");  // complex
  CHECK(with([](auto& p) { p.mark = "ni1"; }) == "unreadable-file");
  CHECK(with([](auto& p) { p.mark = "xyz"; }) == "unreadable-file");
  NiftiParts second = good;
  second.version = 2;
  second.dim = {1 << 20, 1 << 20, 1 << 20, 1 << 20};
  CHECK(code(test::nifti(second)) == "picture-too-large");
}

/// Two volumes of 2 × 3 pixels and 4 slices with a label volume each.
struct VolumeFiles {
  test::TempFolder folder;
  std::string table;

  VolumeFiles() {
    for (const std::string n : {"0", "1"}) {
      write("ct" + n, test::gzipped(test::nifti(volume<std::int16_t>(4, 2, 4))), ".nii.gz");
      std::vector<std::uint8_t> codes(24);
      for (std::size_t i = 0; i < 24; ++i) codes[i] = static_cast<std::uint8_t>(i % 3);
      write("seg" + n, test::nifti({{3, 2, 4}, 2, 8, test::raw(codes)}), ".nii");
    }
    table = folder.write("set.csv",
                         "image,ct,label,split\na,ct0.nii.gz,seg0.nii,train\n"
                         "b,ct1.nii.gz,seg1.nii,test\n");
  }
  void write(const std::string& name, const std::string& bytes, const std::string& ending) const {
    (void)folder.write(name + ending, bytes);
  }
  [[nodiscard]] SegmentationSet read(unsigned threads = 1) const {
    Execution exec;
    exec.threads = threads;
    std::string digest;
    return read_images(read_manifest(table), {{}, {}, {}, {}}, digest, exec);
  }
};

TEST_CASE("a table of volumes: an image a slice, the volume as group") {
  const VolumeFiles files;
  const SegmentationSet set = files.read();
  REQUIRE(set.images == 8);
  CHECK(set.names[5] == "b:1");
  CHECK(set.groups == std::vector<std::size_t>{0, 0, 0, 0, 1, 1, 1, 1});
  CHECK(set.split[3] == Split::train);
  CHECK(set.split[4] == Split::test);
  const auto slice = set.image(0, 1);
  CHECK(Values(slice.begin(), slice.end()) == Values{6, 7, 8, 9, 10, 11, 30, 31, 32, 33, 34, 35});
  CHECK(set.label(1)[1] == 1);
  const SegmentationSet again = files.read(3);
  CHECK(again.modalities[0].values == set.modalities[0].values);
  CHECK(again.labels == set.labels);
}

TEST_CASE("a table of volumes with something wrong") {
  const VolumeFiles files;
  files.write("seg1", test::nifti(volume<std::uint8_t>(3, 1, 2)), ".nii");
  CHECK(fault_code([&] { (void)files.read(); }) == "size-mismatch");
  std::filesystem::remove(files.folder.path("ct1.nii.gz"));
  CHECK(fault_code([&] { (void)files.read(); }) == "file-not-found");
}

TEST_CASE("images of unknown endings, and labels that are no whole numbers") {
  const test::TempFolder folder;
  const std::string path = folder.write("x.bmp", "BM");
  CHECK(fault_code([&] { (void)detail::read_raster(path); }) == "unknown-format");
  const VolumeFiles files;
  for (const float bad : {0.5F, std::numeric_limits<float>::quiet_NaN(), 1e30F}) {
    std::vector<float> codes(24, 0.0F);
    codes[7] = bad;
    files.write("seg1", test::nifti({{3, 2, 4}, 16, 32, test::raw(codes)}), ".nii");
    CHECK(fault_code([&] { (void)files.read(); }) == "label-outside-classes");
  }
}

}  // namespace
}  // namespace cch
