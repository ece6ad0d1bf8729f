#include "cch/data/datasets.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/data/idx.hpp"
#include "cch/data/image_views.hpp"
#include "cch/data/sha256.hpp"
#include "data/datasets_open.hpp"

namespace cch {

namespace {

namespace fs = std::filesystem;
using detail::Opened;

constexpr std::string_view kFashionFolder = "/usr/share/datasets/fashion-mnist";

struct ImageFolder {
  std::string folder;
  std::string part;    // "train" or "t10k"
  std::string action;  // what to do if files are missing
};

ImageFolder image_folder(std::string_view dataset) {
  if (dataset.starts_with("idx:")) {
    return {std::string(dataset.substr(4)), "train",
            "Put train-images-idx3-ubyte and train-labels-idx1-ubyte (plain or .gz) there"};
  }
  return {std::string(kFashionFolder), dataset == "fashion-mnist" ? "train" : "t10k",
          "Install it: apt-get install dataset-fashion-mnist"};
}

// The file of a part, plain or compressed; "" if there is none.
std::string find_idx(const ImageFolder& images, const std::string& kind) {
  for (const char* ending : {"", ".gz"}) {
    const fs::path path = fs::path(images.folder) / (images.part + "-" + kind + ending);
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) return path.string();
  }
  return {};
}

std::string require_idx(std::string_view dataset, const std::string& kind) {
  const ImageFolder images = image_folder(dataset);
  std::string path = find_idx(images, kind);
  if (!path.empty()) return path;
  refuse_data("dataset-missing", "the data set " + std::string(dataset) + " is not there",
              images.folder + "/" + images.part + "-" + kind, {}, images.action);
}

Opened open_image_labels(const SourceSpec& source) {
  const std::string path = require_idx(source.path, "labels-idx1-ubyte");
  const Bytes bytes = map_file(path);
  const IdxArray labels = parse_idx(bytes, path);
  if (labels.shape.size() != 1) {
    refuse_data("labels-not-1d", "labels need one value a row",
                path + ", shape " + shape_text(labels.shape), {},
                "Use files in the format of MNIST");
  }
  const auto raw = std::as_bytes(std::span(labels.values));
  Opened opened;
  opened.where = source.text;
  opened.array = Array::numeric({DType::u8, labels.shape, false, false},
                                own_bytes(std::vector<std::byte>(raw.begin(), raw.end())), path);
  opened.info = {source.text, sha256(bytes.view), labels.shape, "uint8", {}};
  return opened;
}

Opened open_image_view(const SourceSpec& source, const LoadOptions& options) {
  const std::string path = require_idx(source.path, "images-idx3-ubyte");
  const Bytes bytes = map_file(path);
  const IdxArray images = parse_idx(bytes, path, options.max_rows);
  if (images.shape.size() != 3 || images.shape[1] != kImageSide || images.shape[2] != kImageSide) {
    refuse_data("image-size", "images of shape " + shape_text(images.shape), path,
                "views are defined for images of 28 × 28 pixels",
                "Use files in the format of MNIST");
  }
  Execution exec;
  exec.threads = options.threads;
  Opened opened;
  opened.where = source.text;
  opened.computed = image_view(images.values, source.key, exec);
  opened.info = {
      source.text, sha256(bytes.view), {images.shape[0], opened.computed->cols()}, "float64", {}};
  return opened;
}

}  // namespace

bool is_dataset(std::string_view path) {
  return path == "fashion-mnist" || path == "fashion-mnist-test" || path.starts_with("idx:") ||
         path.starts_with("dir:");
}

std::vector<std::string> dataset_views(std::string_view dataset) {
  if (!dataset.starts_with("dir:")) {
    require_idx(dataset, "images-idx3-ubyte");
    std::vector<std::string> names = image_view_names();
    names.emplace_back("labels");
    return names;
  }
  const std::string folder(dataset.substr(4));
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".npy") names.push_back(it->path().stem().string());
  }
  if (error) {
    refuse_data("dataset-missing", "the folder cannot be listed: " + error.message(), folder, {},
                "Check the path");
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool dataset_found(std::string_view dataset) {
  try {
    return !dataset_views(dataset).empty();
  } catch (const Error&) {
    return false;
  }
}

namespace detail {

Opened open_dataset(const SourceSpec& source, Use use, const LoadOptions& options) {
  const std::string view = choose_key(dataset_views(source.path), source.key, source.path, "view");
  if (source.path.starts_with("dir:")) {
    const std::string file = (fs::path(source.path.substr(4)) / (view + ".npy")).string();
    return open_file({source.text, file, {}}, use, options);
  }
  if (view == "labels") return open_image_labels(source);
  return open_image_view(source, options);
}

}  // namespace detail

}  // namespace cch
