#include "cch/data/datasets.hpp"

#include <algorithm>
#include <complex>
#include <filesystem>
#include <numbers>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/data/idx.hpp"
#include "cch/data/image_views.hpp"
#include "cch/data/source.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::kRounding;
using test::near;

namespace {

constexpr std::size_t kPixels = kImageSide * kImageSide;

std::vector<std::uint8_t> random_images(std::size_t n) {
  Random random(7);
  std::vector<std::uint8_t> images(n * kPixels);
  for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
  return images;
}
double grey(const std::vector<std::uint8_t>& images, std::size_t i, std::size_t r, std::size_t c) {
  return images[i * kPixels + r * kImageSide + c] / 255.0;
}
std::string gzip(const std::string& content) {
  const auto checksum =
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  return std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10) + test::deflated(content) +
         test::little(checksum, 4) + test::little(content.size(), 4);
}
std::string idx_refusal(const std::string& file) {
  return test::fault_code([&] { parse_idx(test::to_bytes(file), "x"); });
}

}  // namespace

TEST_CASE("idx: plain and compressed, whole and in part") {
  const std::string file = test::idx({3, 2, 1}, "abcdef");
  for (const std::string& form : {file, gzip(file)}) {
    const IdxArray whole = parse_idx(test::to_bytes(form), "x");
    CHECK(whole.shape == std::vector<std::size_t>{3, 2, 1});
    CHECK(whole.values == std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'});
    CHECK(parse_idx(test::to_bytes(form), "x", 2).values.size() == 4);
  }
}

TEST_CASE("idx: malformed files") {
  const std::string file = test::idx({3, 2, 1}, "abcdef");
  CHECK(idx_refusal(file + "g") == "size-mismatch");
  CHECK(idx_refusal(file.substr(0, file.size() - 1)) == "truncated");
  CHECK(idx_refusal(file.substr(0, 6)) == "truncated");
  CHECK(idx_refusal(test::idx({3, 2}, "abcdef")) == "bad-magic");
  CHECK(idx_refusal(std::string("\0\0\x0D\1\0\0\0\0", 8)) == "unsupported-dtype");
  CHECK(idx_refusal(test::idx({4000000000U, 28, 28}, "abc")) == "shape-overflow");
  std::string damaged = gzip(file);
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  CHECK(idx_refusal(damaged) == "bad-gzip");
  CHECK(idx_refusal(gzip(file).substr(0, 20)) == "bad-gzip");
}

TEST_CASE("views: crops are pixels") {
  const auto images = random_images(2);
  const Matrix right = image_view(images, "right", {});
  const Matrix corner = image_view(images, "bottom-left", {});
  const Matrix pixels = image_view(images, "pixels", {});
  CHECK(right.cols() == 392);
  CHECK(corner.cols() == 196);
  CHECK(right(1, 3 * 14 + 2) == grey(images, 1, 3, 16));
  CHECK(corner(1, 3 * 14 + 2) == grey(images, 1, 17, 2));
  CHECK(pixels(1, 783) == grey(images, 1, 27, 27));
}

TEST_CASE("views: blur is the two-dimensional Gaussian sum, black outside") {
  const auto images = random_images(1);
  const Matrix blurred = image_view(images, "blur", {});
  double norm = 0.0;
  for (int d = -8; d <= 8; ++d) norm += std::exp(-d * d / 8.0);
  for (const auto& [r, c] : {std::pair{0, 0}, std::pair{14, 13}, std::pair{27, 5}}) {
    double sum = 0.0;
    for (int dr = -8; dr <= 8; ++dr) {
      for (int dc = -8; dc <= 8; ++dc) {
        if (r + dr < 0 || r + dr > 27 || c + dc < 0 || c + dc > 27) continue;
        sum += std::exp(-(dr * dr + dc * dc) / 8.0) / (norm * norm) *
               grey(images, 0, static_cast<std::size_t>(r + dr), static_cast<std::size_t>(c + dc));
      }
    }
    CHECK(near(blurred(0, static_cast<std::size_t>(r * 28 + c)), sum, kRounding));
  }
}

TEST_CASE("views: downsampling averages blocks") {
  const auto images = random_images(1);
  double sum = 0.0;
  for (std::size_t r = 8; r < 12; ++r) {
    for (std::size_t c = 20; c < 24; ++c) sum += grey(images, 0, r, c);
  }
  CHECK(near(image_view(images, "downsample7", {})(0, 2 * 7 + 5), sum / 16.0, kRounding));
}

TEST_CASE("views: fourier is the logarithm of the transform's magnitude") {
  const auto images = random_images(1);
  const Matrix low = image_view(images, "fourier", {});
  for (const auto& [u, v] : {std::pair{0, 0}, std::pair{3, 5}, std::pair{7, 1}}) {
    std::complex<double> f = 0.0;
    for (std::size_t r = 0; r < 28; ++r) {
      for (std::size_t c = 0; c < 28; ++c) {
        const double turns = (u * static_cast<double>(r) + v * static_cast<double>(c)) / 28.0;
        f += std::polar(grey(images, 0, r, c), -2.0 * std::numbers::pi * turns);
      }
    }
    CHECK(
        near(low(0, static_cast<std::size_t>(u * 8 + v)), std::log(1.0 + std::abs(f)), kRounding));
  }
}

TEST_CASE("views: hog finds the orientation of an edge, scaled within its block") {
  // Grey values grow downwards: every gradient points along 90°, the centre of orientation 4.
  std::vector<std::uint8_t> ramp(kPixels);
  for (std::size_t i = 0; i < kPixels; ++i) ramp[i] = static_cast<std::uint8_t>(i / 28 * 9);
  const Matrix hog = image_view(ramp, "hog", {});
  const double inner = 49 * 18 / 255.0;                   // 7 × 7 central differences of two rows
  const double border = 42 * 18 / 255.0 + 7 * 9 / 255.0;  // one-sided in the first row
  const double length = std::sqrt(2 * inner * inner + 2 * border * border + 0.01 * 0.01);
  for (std::size_t cell = 0; cell < 16; ++cell) {
    for (std::size_t b = 0; b < 9; ++b) {
      const bool outer = cell < 4 || cell >= 12;
      const double expected = b == 4 ? (outer ? border : inner) / length : 0.0;
      CHECK(near(hog(0, cell * 9 + b), expected, kRounding));
    }
  }
}

TEST_CASE("views: noise depends on the row number alone and is standard normal") {
  const std::size_t n = 400;
  const Matrix one = image_view(random_images(n), "noise", {});
  const Matrix other = image_view(std::vector<std::uint8_t>(n * kPixels, 0), "noise", {});
  double sum = 0.0;
  double squares = 0.0;
  int differences = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < one.cols(); ++j) {
      differences += one(i, j) == other(i, j) ? 0 : 1;
      sum += one(i, j);
      squares += one(i, j) * one(i, j);
    }
  }
  CHECK(differences == 0);
  CHECK(one(0, 0) != one(1, 0));
  const double count = static_cast<double>(n) * 32.0;
  CHECK(test::within_sampling_error(sum / count, 0.0, 1.0 / std::sqrt(count)));
  CHECK(test::within_sampling_error(squares / count, 1.0, std::sqrt(2.0 / count)));
}

TEST_CASE("views: every view is bitwise equal for any number of threads") {
  const auto images = random_images(9);
  for (const std::string& view : image_view_names()) {
    Execution one;
    one.threads = 1;
    Execution three;
    three.threads = 3;
    const Matrix a = image_view(images, view, one);
    const Matrix b = image_view(images, view, three);
    CHECK_MESSAGE(std::equal(a.data(), a.data() + a.rows() * a.cols(), b.data()), view);
  }
  CHECK(test::fault_code([&] { image_view(images, "upper", {}); }) == "unknown-view");
}

TEST_CASE("data sets: a folder of MNIST-format files, plain or compressed") {
  const test::TempFolder folder;
  std::string pixels(3 * kPixels, '\0');
  pixels[kPixels] = '\xFF';
  static_cast<void>(
      folder.write("train-images-idx3-ubyte.gz", gzip(test::idx({3, 28, 28}, pixels))));
  static_cast<void>(
      folder.write("train-labels-idx1-ubyte", test::idx({3}, std::string("\5\0\5", 3))));
  const std::string name = "idx:" + folder.path("");
  const auto left = load_samples(parse_source(name + ":left"), "x", {.max_rows = 2});
  CHECK(left.samples.size() == 2);
  CHECK(left.samples(1, 0) == 1.0);
  CHECK(left.info.shape == std::vector<std::size_t>{3, 392});
  const auto labels = load_labels(parse_source(name + ":labels"), LabelKind::discrete);
  CHECK(std::get<ClassLabels>(labels.labels).names() == std::vector<std::string>{"0", "5"});
  CHECK(load_groups(parse_source(name + ":labels")).groups.count() == 2);
  CHECK(test::fault_code([&] { load_samples(parse_source(name + ":lef"), "x"); }) == "unknown-key");
  CHECK(dataset_views(name).back() == "labels");
  static_cast<void>(folder.write("train-images-idx3-ubyte", test::idx({1, 2, 2}, "abcd")));
  CHECK(test::fault_code([&] { load_samples(parse_source(name + ":left"), "x"); }) == "image-size");
}

TEST_CASE("data sets: a folder of .npy files") {
  const test::TempFolder folder;
  static_cast<void>(folder.write("audio.npy", test::npy("|u1", "(2, 1)", "ab")));
  static_cast<void>(folder.write("labels.npy", test::npy("|u1", "(2,)", "xy")));
  static_cast<void>(folder.write("CARD.md", "words"));
  const std::string name = "dir:" + folder.path("");
  CHECK(dataset_views(name) == std::vector<std::string>{"audio", "labels"});
  CHECK(dataset_found(name));
  const auto loaded = load_samples(parse_source(name + ":audio"), "x");
  CHECK(loaded.samples(1, 0) == 98.0);
  CHECK(loaded.info.source == name + ":audio");
  CHECK(test::fault_code([&] { load_samples(parse_source(name + ":groups"), "x"); }) ==
        "unknown-key");
}

TEST_CASE("data sets: what is not there says so") {
  const test::TempFolder folder;
  const auto load = [](const std::string& name) {
    return test::fault_code([&] { load_samples(parse_source(name), "x"); });
  };
  CHECK(load("idx:" + folder.path("absent") + ":left") == "dataset-missing");
  CHECK(load("dir:" + folder.path("absent") + ":left") == "dataset-missing");
  CHECK_FALSE(dataset_found("idx:" + folder.path("absent")));
}

TEST_CASE("data sets: Fashion-MNIST, where the package is installed") {
  if (!dataset_found("fashion-mnist")) {
    std::cout << "cch-skip: the package dataset-fashion-mnist is not installed\n";
    return;
  }
  const auto labels = load_labels(parse_source("fashion-mnist:labels"), LabelKind::automatic);
  const auto counts = std::get<ClassLabels>(labels.labels).counts();
  CHECK(counts == std::vector<std::size_t>(10, 6000));
  CHECK(size(load_labels(parse_source("fashion-mnist-test:labels"), LabelKind::automatic).labels) ==
        10000);
  const auto view = load_samples(parse_source("fashion-mnist:downsample7"), "x", {.max_rows = 50});
  CHECK(view.samples.size() == 50);
  CHECK(view.samples.dim() == 49);
}

}  // namespace cch
