// Images, label images, and the tables and files of a set of them.

#include <algorithm>
#include <array>
#include <stdexcept>

#include "cch/experiments/png.hpp"
#include "cch/experiments/segmentation_manifest.hpp"
#include "experiments/segmentation/nifti.hpp"
#include "experiments/segmentation/packed_folder.hpp"
#include "experiments/segmentation/png.hpp"
#include "experiments/segmentation/raster.hpp"
#include "experiments/segmentation/tiff.hpp"
#include "tests/data/files.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/segmentation/image_bytes.hpp"

namespace cch::fuzz {
namespace {

using Texts = std::vector<std::string>;

Texts pictures() {
  std::array<std::uint8_t, 4 * 3 * 3> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(7 * i);
  return {png_bytes(4, 3, values), png_bytes(1, 1, std::span(values).first(3))};
}

Texts rasters() {
  return {test::npy("<f4", "(2, 3)", test::raw(std::vector<float>{1, 2, 3, 4, 5, 6})),
          test::npy("|u1", "(2, 3, 2)", std::string(12, '\4'))};
}

Texts tiffs() {
  test::TiffParts plain;
  plain.width = 3;
  plain.height = 2;
  plain.rows = 1;
  plain.blocks = {"abc", "def"};
  test::TiffParts bands = plain;
  bands.samples = 2;
  bands.bits = 16;
  bands.apart = true;
  bands.rows = 2;
  bands.deflate = true;
  bands.order.big = true;
  bands.blocks = {std::string(12, '\3'), std::string(12, '\5')};
  test::TiffParts tile = plain;
  tile.tile_width = 16;
  tile.rows = 16;
  tile.bits = 32;
  tile.format = 3;
  tile.no_data = "-9999";
  tile.blocks = {std::string(1024, '\1')};
  test::TiffParts palette = plain;
  palette.photometric = 3;
  palette.colours.assign(768, 1000);
  return {test::tiff(plain), test::tiff(bands), test::tiff(tile), test::tiff(palette)};
}

Texts volumes() {
  test::NiftiParts second{{2, 2, 1, 2}, 16, 32, std::string(32, '\1'), 0.5, 1.0, 2};
  second.order.big = true;
  return {test::nifti({{3, 2, 2}, 4, 16, std::string(24, '\2')}), test::nifti(second)};
}

Texts packed_volumes() {
  Texts out = volumes();
  for (std::string& text : out) text = test::gzipped(text);
  return out;
}

void read_volume(const std::string& name, std::string_view text) {
  const std::string path = in_file(name, text);
  const auto volume = detail::read_nifti(path);
  for (std::size_t z = 0; z < std::min<std::size_t>(volume.head.slices, 4); ++z) {
    static_cast<void>(detail::nifti_slice(volume, z));
  }
}

Texts packed_heads() {
  detail::PackedHead head;
  head.records = 2;
  head.height = 3;
  head.width = 4;
  head.modalities = {{"rgb", 3, {detail::StoredAs::u8, 255.0F}}, {"depth", 1, {}}};
  head.classes = {"a", "b"};
  head.images_sha256 = "0123";
  head.record = {0, 1, 0};
  head.groups = {0, 1, 2};
  head.split = {Split::train, Split::validation, Split::test};
  head.names = {"x", "y", "z"};
  head.conditions = {"day", "night"};
  head.condition = {0, 1, kNoCondition};
  head.warnings = {{"ignored-pixels", "some"}};
  Texts out{detail::packed_head_text(head)};
  head.conditions.clear();
  head.condition.clear();
  out.push_back(detail::packed_head_text(head));
  return out;
}

void read_packed_head(std::string_view text) {
  const auto head = detail::parse_packed_head(text, "x");
  if (head.names.size() != head.record.size()) throw std::logic_error("an image without a name");
}

void read_image(const std::string& name, std::string_view text) {
  const std::string path = in_file(name, text);
  const detail::Raster image = detail::read_raster(path);
  try {
    static_cast<void>(detail::read_codes(path, LabelChannels::colours));
  } catch (const Error&) {  // what has no colours may still be an image
  }
  try {
    static_cast<void>(detail::read_codes(path, LabelChannels::one));
  } catch (const Error&) {
  }
  static_cast<void>(detail::resized(image, 3, 5, detail::Resampling::bilinear));
}

void read_image_table(std::string_view text) {
  const Manifest manifest = read_manifest(in_file("manifest.csv", text));
  for (const ManifestRow& row : manifest.rows) {
    if (row.modalities.size() != manifest.modalities.size()) {
      throw std::logic_error("a row without a file of every modality");
    }
  }
}

Texts manifests() {
  return {
      "image,rgb,depth,label,split,group\na,a.png,a_d.npy,a_l.png,train,x\nb,b.png,b_d.npy,"
      "b_l.png,test,y\n",
      "image,sar,label,split\n1,1.npy|1b.npy,1l.npy,val\n"};
}

}  // namespace

std::vector<Target> picture_targets() {
  constexpr std::size_t kByFile = 500;
  std::vector<Target> out{
      {"png", [](std::string_view text) { read_image("x.png", text); }, pictures, 1000},
      {"raster-npy", [](std::string_view text) { read_image("x.npy", text); }, rasters, kByFile},
      {"nifti", [](std::string_view text) { read_volume("x.nii", text); }, volumes, 1000},
      {"nifti-gz", [](std::string_view text) { read_volume("x.nii.gz", text); }, packed_volumes,
       1000},
      {"packed-images", read_packed_head, packed_heads, 2000},
      {"manifest", read_image_table, manifests, kByFile}};
  if (detail::reads_tiff()) {
    out.push_back({"tiff", [](std::string_view text) { read_image("x.tif", text); }, tiffs, 2000});
  }
  return out;
}

}  // namespace cch::fuzz
