// Images, label images, and the tables and files of a set of them.

#include <algorithm>
#include <array>

#include "cch/experiments/png.hpp"
#include "cch/experiments/segmentation_manifest.hpp"
#include "experiments/segmentation/png.hpp"
#include "experiments/segmentation/raster.hpp"
#include "tests/data/files.hpp"
#include "tests/fuzz/target.hpp"

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

void read_image(const std::string& name, std::string_view text) {
  const std::string path = in_file(name, text);
  const detail::Raster image = detail::read_raster(path);
  static_cast<void>(detail::read_codes(path));
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
  return {
      {"png", [](std::string_view text) { read_image("x.png", text); }, pictures, 1000},
      {"raster-npy", [](std::string_view text) { read_image("x.npy", text); }, rasters, kByFile},
      {"manifest", read_image_table, manifests, kByFile}};
}

}  // namespace cch::fuzz
