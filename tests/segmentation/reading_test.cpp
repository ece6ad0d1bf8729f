// Files as images of one size, and the memory that a set needs.
#include <cmath>

#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_study.hpp"
#include "experiments/segmentation/memory.hpp"
#include "experiments/segmentation/raster.hpp"
#include "support/test.hpp"
#include "tests/segmentation/layout_folders.hpp"

namespace cch {
namespace {

using detail::Raster;
using detail::Resampling;
using test::fault_code;

constexpr double kFloatRounding = 1e-6;  // of values up to 1, three products and sums in float

Raster drawn(std::size_t channels, std::size_t height, std::size_t width) {
  Raster out{channels, height, width, {}};
  Random random(7);
  for (std::size_t i = 0; i < channels * height * width; ++i) {
    out.values.push_back(static_cast<float>(random.uniform()));
  }
  return out;
}

/// The value at a place of a plane as a sum over all pixels with triangular weights (bilinear).
double hat(const Raster& r, std::size_t c, double y, double x) {
  const auto h = static_cast<double>(r.height);
  const auto w = static_cast<double>(r.width);
  y = std::min(std::max(y, 0.0), h - 1.0);
  x = std::min(std::max(x, 0.0), w - 1.0);
  double sum = 0.0;
  for (std::size_t i = 0; i < r.height; ++i) {
    for (std::size_t j = 0; j < r.width; ++j) {
      const double weight = std::max(0.0, 1.0 - std::abs(y - static_cast<double>(i))) *
                            std::max(0.0, 1.0 - std::abs(x - static_cast<double>(j)));
      sum += weight * static_cast<double>(r.values[(c * r.height + i) * r.width + j]);
    }
  }
  return sum;
}

TEST_CASE("resizing: bilinear is the sum of hats, up, down and by one axis") {
  const Raster from = drawn(2, 5, 7);
  const std::vector<std::pair<std::size_t, std::size_t>> sizes{{3, 4}, {9, 11}, {5, 2}, {1, 7}};
  for (const auto& [height, width] : sizes) {
    const Raster to = resized(from, height, width, Resampling::bilinear);
    REQUIRE(to.values.size() == 2 * height * width);
    for (std::size_t i = 0; i < to.values.size(); ++i) {
      const auto y = static_cast<double>(i / width % height);
      const auto x = static_cast<double>(i % width);
      const double at_y = (y + 0.5) * 5.0 / static_cast<double>(height) - 0.5;
      const double at_x = (x + 0.5) * 7.0 / static_cast<double>(width) - 0.5;
      const double wanted = hat(from, i / (height * width), at_y, at_x);
      CHECK(test::near(static_cast<double>(to.values[i]), wanted, kFloatRounding));
    }
  }
  CHECK(resized(from, 5, 7, Resampling::bilinear).values == from.values);
}

TEST_CASE("resizing: nearest keeps codes, each as often as its area") {
  const Raster from{1, 2, 3, {1, 2, 3, 4, 5, 6}};
  const Raster twice = resized(from, 4, 6, Resampling::nearest);
  CHECK(twice.values ==
        std::vector<float>{1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6});
  CHECK(resized(twice, 2, 3, Resampling::nearest).values == from.values);
  CHECK(resized(from, 1, 1, Resampling::nearest).values == std::vector<float>{5});
}

TEST_CASE("columns cut off at the left") {
  const Raster from{2, 2, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  const Raster to = without_left(from, 2, "x");
  CHECK(to.width == 1);
  CHECK(to.values == std::vector<float>{3, 6, 9, 12});
  CHECK(fault_code([&] { (void)without_left(from, 3, "x"); }) == "size-mismatch");
}

TEST_CASE("an archive is an image if it holds one array") {
  const test::TempFolder folder;
  const std::string array = test::npy("<f4", "(1, 2)", test::raw(std::vector<float>{3, 4}));
  const std::string one = folder.write("one.npz", test::zip({{"arr_0.npy", array}}));
  CHECK(detail::read_raster(one).values == std::vector<float>{3, 4});
  const std::string two = folder.write("two.npz", test::zip({{"a.npy", array}, {"b.npy", array}}));
  CHECK(fault_code([&] { (void)detail::read_raster(two); }) == "size-mismatch");
}

TEST_CASE("memory: bytes of a set, and a refusal that names size") {
  const detail::SetShape shape{10, 20, 30, 4};
  CHECK(shape.bytes() == 10.0 * 20.0 * 30.0 * 17.0);
  CHECK_NOTHROW(detail::check_memory(shape, 2, 2.0 * shape.bytes(), "x"));
  CHECK_NOTHROW(detail::check_memory(shape, 1000, std::nullopt, "x"));
  try {
    detail::check_memory(shape, 3, 2.9 * shape.bytes(), "x");
    FAIL("nothing was refused");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    CHECK(error.faults()[0].code == "out-of-memory");
    CHECK(error.faults()[0].action.find("size = [H, W]") != std::string::npos);
    CHECK(error.faults()[0].why.find("3 times") != std::string::npos);
  }
  const auto free = detail::free_memory();
  REQUIRE(free.has_value());
  CHECK(*free > 1e6);
}

TEST_CASE("memory: a set that does not fit is refused from its first image") {
  const test::DeliverFolder deliver;
  SegmentationTask task;
  task.folder = deliver.root;
  task.layout = Layout::deliver;
  task.modalities = {"img"};
  task.size = {64, 64};
  const std::size_t too_many = 1'000'000'000;  // copies: 4.8e14 bytes
  CHECK(fault_code([&] { check_memory(task, too_many); }) == "out-of-memory");
  CHECK(fault_code([&] { check_memory(task, 1); }) == "");
  // Nothing of this size is ever made, so this is refused at once.
  task.size = {10'000'000, 10'000'000};
  std::vector<std::pair<std::string, SourceInfo>> inputs;
  CHECK(fault_code([&] { (void)read_segmentation(task, 1, inputs, {}); }) == "out-of-memory");
  CHECK(inputs.empty());
}

}  // namespace
}  // namespace cch
