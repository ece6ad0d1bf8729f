// Pictures to cut patches from.
#include <png.h>

#include <fstream>

#include "cch/experiments/task.hpp"
#include "experiments/tasks/images.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"

namespace cch {
namespace {

/// A picture whose red is its row, whose green is its column and whose blue is `blue`.
void write_picture(const std::string& path, std::size_t height, std::size_t width, int blue) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_RGB;
  std::vector<png_byte> bytes;
  for (std::size_t r = 0; r < height; ++r) {
    for (std::size_t c = 0; c < width; ++c) {
      for (const std::size_t v : {r, c, static_cast<std::size_t>(blue)}) {
        bytes.push_back(static_cast<png_byte>(v));
      }
    }
  }
  REQUIRE(png_image_write_to_file(&image, path.c_str(), 0, bytes.data(), 0, nullptr) != 0);
}

TEST_CASE("pictures: colours lie channel after channel, from 0 to 1, in the order of names") {
  const test::TempFolder folder;
  write_picture(folder.path("b.png"), 30, 40, 255);
  write_picture(folder.path("a.png"), 28, 28, 0);
  std::string digest;
  const auto pictures = detail::read_pictures(folder.path(""), 28, digest);
  REQUIRE(pictures.size() == 2);
  CHECK(digest.size() == 64);
  CHECK(pictures[0].first == ImageShape{3, 28, 28});
  CHECK(pictures[1].first == ImageShape{3, 30, 40});
  const Matrix& b = pictures[1].second;
  CHECK(b(0, 5 * 40 + 7) == 5.0 / 255.0);
  CHECK(b(0, 30 * 40 + 5 * 40 + 7) == 7.0 / 255.0);
  CHECK(b(0, 2 * 30 * 40) == 1.0);
}

TEST_CASE("pictures: what cannot be used is refused by name") {
  const test::TempFolder folder;
  std::string digest;
  const auto code = [&](std::size_t least) {
    return test::fault_code([&] { detail::read_pictures(folder.path(""), least, digest); });
  };
  CHECK(code(28) == "dataset-missing");
  write_picture(folder.path("a.png"), 28, 20, 0);
  CHECK(code(28) == "picture-too-small");
  std::ofstream(folder.path("a.png")) << "no picture";
  CHECK(code(1) == "unreadable-file");
}

}  // namespace
}  // namespace cch
