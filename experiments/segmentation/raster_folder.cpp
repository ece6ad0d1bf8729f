#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "cch/core/nearest_name.hpp"
#include "cch/data/npy.hpp"
#include "cch/data/sha256.hpp"
#include "cch/data/written_files.hpp"
#include "cch/experiments/segmentation_set.hpp"
#include "experiments/segmentation/label_codes.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

struct ReadArray {
  Array array;
  SourceInfo info;
};

ReadArray read_array(const fs::path& path) {
  const Bytes bytes = map_file(path.string());
  Array array = parse_npy(bytes, path.string());
  SourceInfo info{
      path.string(), sha256(bytes.view), array.shape(), std::string(to_string(array.dtype())), {}};
  return {std::move(array), std::move(info)};
}

std::vector<std::string> modality_names(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".npy") continue;
    if (name != "labels" && name != "groups" && name != "split") out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// N × H × W × C or N × H × W as N × C × H × W.
ModalityImages to_images(const std::string& name, const Array& array, const std::string& where,
                         const SegmentationSet& set) {
  const auto& shape = array.shape();
  const bool fits = (shape.size() == 3 || shape.size() == 4) && shape[0] == set.images &&
                    shape[1] == set.height && shape[2] == set.width;
  if (!fits) {
    refuse_data("size-mismatch", "modality '" + name + "' has another size than the labels",
                where + ": " + shape_text(shape),
                "labels are N x H x W = " +
                    shape_text(std::vector<std::size_t>{set.images, set.height, set.width}),
                "Store it as N x H x W x C on the grid of the labels");
  }
  ModalityImages out{name, shape.size() == 4 ? shape[3] : 1, {}};
  const std::size_t pixels = set.pixels();
  out.values.resize(set.images * out.channels * pixels);
  std::vector<double> row(array.cols());
  for (std::size_t n = 0; n < set.images; ++n) {
    array.to_doubles(n, 1, row);
    float* to = out.values.data() + n * out.channels * pixels;
    for (std::size_t p = 0; p < pixels; ++p) {
      for (std::size_t c = 0; c < out.channels; ++c) {
        to[c * pixels + p] = static_cast<float>(row[p * out.channels + c]);
      }
    }
  }
  return out;
}

void read_labels(const Array& array, const std::string& where, const LabelCodes& codes,
                 SegmentationSet& set) {
  if (array.shape().size() != 3 || !is_integer(array.dtype())) {
    refuse_data(
        "size-mismatch", "labels are no N x H x W array of whole numbers",
        where + ": " + shape_text(array.shape()) + " " + std::string(to_string(array.dtype())),
        "every pixel needs a class code", "Store codes 0, 1, … and 255 for no label");
  }
  set.images = array.shape()[0];
  set.height = array.shape()[1];
  set.width = array.shape()[2];
  set.labels.resize(set.images * set.pixels());
  std::vector<double> row(set.pixels());
  std::vector<float> stored(set.pixels());
  MaskValues values;
  for (std::size_t n = 0; n < set.images; ++n) {
    array.to_doubles(n, 1, row);
    std::copy(row.begin(), row.end(), stored.begin());
    detail::classes_of(stored, codes, where + ": image " + std::to_string(n),
                       std::span(set.labels).subspan(n * row.size(), row.size()), values);
  }
  detail::settle(values, codes, where, set);
}

std::vector<std::size_t> whole_numbers(const Array& array, std::size_t images,
                                       const std::string& where) {
  if (array.rows() != images || array.cols() != 1 || !is_integer(array.dtype())) {
    refuse_data("size-mismatch", "there is not one whole number for each image",
                where + ": " + shape_text(array.shape()),
                "there are " + std::to_string(images) + " images", "Store N whole numbers");
  }
  std::vector<double> values(images);
  array.to_doubles(0, images, values);
  std::vector<std::size_t> out;
  for (const double v : values) out.push_back(static_cast<std::size_t>(v));
  return out;
}

std::vector<std::string> class_names(const RasterFolder& folder, const SegmentationSet& set) {
  if (!folder.classes.empty()) return folder.classes;
  std::vector<std::string> out;
  std::ifstream in(fs::path(folder.path) / "classes.txt");
  for (std::string line; std::getline(in, line);) out.push_back(line);
  if (!out.empty()) return out;
  std::size_t most = 0;
  for (const std::uint8_t c : set.labels) {
    if (c != kIgnoreLabel) most = std::max<std::size_t>(most, c);
  }
  for (std::size_t c = 0; c <= most; ++c) out.push_back("class " + std::to_string(c));
  return out;
}

void read_split(const fs::path& path, SegmentationSet& set,
                std::vector<std::pair<std::string, SourceInfo>>& inputs) {
  ReadArray read = read_array(path);
  const auto codes = whole_numbers(read.array, set.images, path.string());
  for (std::size_t n = 0; n < set.images; ++n) {
    if (codes[n] > 2) {
      refuse_data("bad-split", "split code " + std::to_string(codes[n]),
                  path.string() + ": image " + std::to_string(n),
                  "0 is train, 1 validation, 2 test", "Write one of them for each image");
    }
    set.split[n] = static_cast<Split>(codes[n]);
  }
  inputs.emplace_back("split", std::move(read.info));
}

template <class T>
FileContent array_file(const fs::path& path, const char* type,
                       const std::vector<std::size_t>& shape, const std::vector<T>& values) {
  return {path.string(), npy_bytes(type, shape, values.data(), values.size() * sizeof(T))};
}

}  // namespace

SegmentationSet read_raster_folder(const RasterFolder& folder,
                                   std::vector<std::pair<std::string, SourceInfo>>& inputs) {
  const fs::path root = folder.path;
  if (!fs::is_directory(root)) {
    refuse_data("dataset-missing", "there is no folder of rasters", root.string(),
                "the study trains on it", "Give the folder with labels.npy");
  }
  SegmentationSet set;
  ReadArray labels = read_array(root / "labels.npy");
  read_labels(labels.array, (root / "labels.npy").string(), folder.codes, set);
  inputs.emplace_back("labels", std::move(labels.info));
  const auto there = modality_names(root);
  for (const std::string& name : folder.modalities.empty() ? there : folder.modalities) {
    if (std::find(there.begin(), there.end(), name) == there.end()) {
      refuse_usage("unknown-modality", "there is no modality '" + name + "'",
                   (root / (name + ".npy")).string() + " is missing",
                   "Did you mean '" + nearest_name(name, there) + "'?");
    }
    ReadArray read = read_array(root / (name + ".npy"));
    set.modalities.push_back(to_images(name, read.array, read.info.source, set));
    inputs.emplace_back("modality " + name, std::move(read.info));
  }
  set.groups.resize(set.images);
  std::iota(set.groups.begin(), set.groups.end(), std::size_t{0});
  if (fs::exists(root / "groups.npy")) {
    ReadArray read = read_array(root / "groups.npy");
    set.groups = whole_numbers(read.array, set.images, read.info.source);
    inputs.emplace_back("groups", std::move(read.info));
  }
  set.split.assign(set.images, Split::train);
  if (fs::exists(root / "split.npy")) read_split(root / "split.npy", set, inputs);
  set.classes = class_names(folder, set);
  return set;
}

void write_raster_folder(const SegmentationSet& set, const std::string& path) {
  const fs::path root = path;
  make_folder(path);
  std::vector<FileContent> files;
  for (const ModalityImages& m : set.modalities) {
    std::vector<float> values(m.values.size());
    const std::size_t pixels = set.pixels();
    for (std::size_t n = 0; n < set.images; ++n) {
      for (std::size_t c = 0; c < m.channels; ++c) {
        for (std::size_t p = 0; p < pixels; ++p) {
          values[(n * pixels + p) * m.channels + c] = m.values[(n * m.channels + c) * pixels + p];
        }
      }
    }
    files.push_back(array_file(root / (m.name + ".npy"), "<f4",
                               {set.images, set.height, set.width, m.channels}, values));
  }
  files.push_back(
      array_file(root / "labels.npy", "|u1", {set.images, set.height, set.width}, set.labels));
  files.push_back(array_file(root / "groups.npy", "<i8", {set.images},
                             std::vector<std::int64_t>(set.groups.begin(), set.groups.end())));
  std::vector<std::int8_t> split;
  for (const Split s : set.split) split.push_back(static_cast<std::int8_t>(s));
  files.push_back(array_file(root / "split.npy", "|i1", {set.images}, split));
  std::string names;
  for (const std::string& name : set.classes) names += name + "\n";
  files.push_back({(root / "classes.txt").string(), names});
  write_files(files);
}

}  // namespace cch
