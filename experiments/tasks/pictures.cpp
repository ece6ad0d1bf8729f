#include <png.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "cch/core/error.hpp"
#include "cch/data/bytes.hpp"
#include "cch/data/sha256.hpp"
#include "experiments/tasks/images.hpp"

namespace cch::detail {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> png_files(const std::string& folder) {
  std::vector<fs::path> files;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".png") files.push_back(entry.path());
    }
  }
  if (files.empty()) {
    refuse_data("dataset-missing", "there are no pictures to cut patches from", folder,
                "'patches' is a folder of .png files",
                "Name a folder with pictures, or leave the key out for patches made here");
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::pair<ImageShape, Matrix> read_png(const fs::path& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  std::vector<png_byte> bytes;
  const Bytes file = map_file(path.string());
  if (png_image_begin_read_from_memory(&image, file.view.data(), file.size()) != 0) {
    image.format = PNG_FORMAT_RGB;
    bytes.resize(PNG_IMAGE_SIZE(image));
    const png_color black{0, 0, 0};
    if (png_image_finish_read(&image, &black, bytes.data(), 0, nullptr) == 0) bytes.clear();
  }
  if (bytes.empty()) {
    const std::string why = image.message;
    png_image_free(&image);
    refuse_data("unreadable-file", "a picture cannot be read", path.string(), why,
                "Replace the file, or take it out of the folder");
  }
  const ImageShape shape{3, image.height, image.width};
  const std::size_t pixels = shape.height * shape.width;
  Matrix out(1, 3 * pixels);
  for (std::size_t p = 0; p < pixels; ++p) {
    for (std::size_t c = 0; c < 3; ++c) out(0, c * pixels + p) = bytes[3 * p + c] / 255.0;
  }
  return {shape, std::move(out)};
}

}  // namespace

std::vector<std::pair<ImageShape, Matrix>> read_pictures(const std::string& folder,
                                                         std::size_t least, std::string& digest) {
  std::vector<std::pair<ImageShape, Matrix>> out;
  std::string hashes;
  for (const fs::path& path : png_files(folder)) {
    out.push_back(read_png(path));
    const ImageShape& shape = out.back().first;
    if (std::min(shape.height, shape.width) < least) {
      refuse_data("picture-too-small", "a picture is smaller than a patch",
                  path.string() + ": " + std::to_string(shape.width) + " x " +
                      std::to_string(shape.height) + " pixels",
                  "patches have " + std::to_string(least) + " pixels a side",
                  "Take it out of the folder");
    }
    hashes += path.filename().string() + sha256(map_file(path.string()).view);
  }
  digest = sha256(std::as_bytes(std::span(hashes)));
  return out;
}

}  // namespace cch::detail
