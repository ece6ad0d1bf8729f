// Pixels of images as rows.
#include "cch/data/pixels.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "data/files.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::npy;
using test::raw;
using test::TempFolder;

constexpr std::size_t kImages = 6;

/// Feature c at (y, x) of image i of an h × w grid: a number that says all four.
double feature(std::size_t i, std::size_t c, std::size_t y, std::size_t x) {
  return static_cast<double>(1000 * i + 100 * c + 10 * y + x);
}

std::string shape(std::initializer_list<std::size_t> extents) {
  std::string out = "(";
  for (const std::size_t n : extents) out += std::to_string(n) + ", ";
  return out + ")";
}

PixelFeatures features(const TempFolder& folder, std::size_t channels, std::size_t side,
                       ChannelOrder order) {
  std::vector<double> values;
  const bool first = order == ChannelOrder::first;
  const std::size_t a = first ? channels : side;
  const std::size_t b = side;
  const std::size_t c = first ? side : channels;
  for (std::size_t i = 0; i < kImages; ++i) {
    for (std::size_t p = 0; p < a; ++p) {
      for (std::size_t q = 0; q < b; ++q) {
        for (std::size_t r = 0; r < c; ++r) {
          values.push_back(first ? feature(i, p, q, r) : feature(i, r, p, q));
        }
      }
    }
  }
  const std::string path =
      folder.write("x.npy", npy("<f8", shape({kImages, a, b, c}), raw(values)));
  return PixelFeatures::open(parse_source(path), "x", order);
}

/// 8 × 8 labels: class 3 in the left half, 5 in the right, a column of 9 in image 0 alone, and 255
/// in the last row.
PixelLabels labels(const TempFolder& folder) {
  std::vector<std::uint8_t> values;
  for (std::size_t i = 0; i < kImages; ++i) {
    for (std::size_t y = 0; y < 8; ++y) {
      for (std::size_t x = 0; x < 8; ++x) {
        const std::uint8_t plain = x < 4 ? 3 : 5;
        values.push_back(y == 7 ? 255 : (i == 0 && x == 7 ? 9 : plain));
      }
    }
  }
  const std::string path = folder.write("y.npy", npy("|u1", shape({kImages, 8, 8}), raw(values)));
  return PixelLabels::open(parse_source(path), 255.0);
}

TEST_CASE("pixels: features of a place are those of the pixel that holds its centre") {
  const TempFolder folder;
  const std::vector<PixelPlace> places{{0, 0, 0}, {0, 3, 1}, {4, 2, 2}};
  for (const ChannelOrder order : {ChannelOrder::first, ChannelOrder::last}) {
    const PixelFeatures same = features(folder, 3, 4, order);
    CHECK(same.channels() == 3);
    CHECK(same.grid() == PixelGrid{4, 4});
    const Samples rows = same.take(places, {4, 4});
    const Samples finer = features(folder, 2, 8, order).take(places, {4, 4});
    for (std::size_t k = 0; k < places.size(); ++k) {
      const auto& [i, y, x] = places[k];
      for (std::size_t c = 0; c < 3; ++c) CHECK(rows(k, c) == feature(i, c, y, x));
      // Centre of place y of 4 is at (y + ½)·2 of 8.
      for (std::size_t c = 0; c < 2; ++c) CHECK(finer(k, c) == feature(i, c, 2 * y + 1, 2 * x + 1));
    }
  }
}

TEST_CASE("pixels: every class and every image as often as the others, no place twice") {
  const TempFolder folder;
  const PixelLabels y = labels(folder);
  const PixelChoice choice = choose_pixels(y, {8, 8}, 63, 3);
  CHECK(choice.labels.names() == std::vector<std::string>{"3", "5", "9"});
  CHECK(choice.labelled == kImages * 7 * 8);
  CHECK(choice.images == kImages);
  // Class 9 has 7 places in all; the rest is shared by the other two.
  CHECK(choice.labels.counts() == std::vector<std::size_t>{28, 28, 7});
  std::set<std::tuple<std::size_t, std::size_t, std::size_t>> seen;
  std::map<std::pair<int, std::size_t>, std::size_t> by_image;
  for (std::size_t k = 0; k < choice.places.size(); ++k) {
    const auto& [i, row, column] = choice.places[k];
    CHECK(seen.insert({i, row, column}).second);
    CHECK(row < 7);
    const int expected = i == 0 && column == 7 ? 2 : (column < 4 ? 0 : 1);
    CHECK(choice.labels[k] == expected);
    ++by_image[{choice.labels[k], i}];
  }
  for (std::size_t i = 0; i < kImages; ++i) {
    for (const int c : {0, 1}) CHECK(((by_image[{c, i}] == 4) || (by_image[{c, i}] == 5)));
  }
  const PixelChoice again = choose_pixels(y, {8, 8}, 63, 3);
  const PixelChoice other = choose_pixels(y, {8, 8}, 63, 4);
  const auto columns = [](const PixelChoice& c) {
    std::vector<std::size_t> out;
    for (const PixelPlace& place : c.places) out.push_back(place.x + 8 * place.y);
    return out;
  };
  CHECK(columns(choice) == columns(again));
  CHECK(columns(choice) != columns(other));
}

TEST_CASE("pixels: more are asked for than there are, on a coarser grid") {
  const TempFolder folder;
  // On 4 × 4 places the centres lie in rows 1, 3, 5 and 7: the last has no label, and column 7
  // of image 0 is class 9.
  const PixelChoice all = choose_pixels(labels(folder), {4, 4}, 10000, 1);
  CHECK(all.places.size() == kImages * 3 * 4);
  CHECK(all.labels.counts() == std::vector<std::size_t>{6 * 6, 6 * 6 - 3, 3});
}

TEST_CASE("pixels: places without a label as pairs, in the proportion of the images") {
  const TempFolder folder;
  const PixelLabels y = labels(folder);
  const PixelChoice plain = choose_pixels(y, {8, 8}, 63, 3);
  const PixelChoice choice = choose_pixels(y, {8, 8}, 63, 3, true);
  CHECK(plain.pairs.empty());
  CHECK(choice.unlabelled == kImages * 8);  // the last row of each image
  CHECK(choice.pairs.size() == 9);          // 63 / 7
  std::set<std::pair<std::size_t, std::size_t>> seen;
  for (const PixelPlace& place : choice.pairs) {
    CHECK(place.y == 7);
    CHECK(seen.insert({place.image, place.x}).second);
  }
  CHECK(choice.labels.counts() == plain.labels.counts());
}

TEST_CASE("pixels: what is no image is refused by name") {
  const TempFolder folder;
  const std::string flat =
      folder.write("flat.npy", npy("<f8", shape({4, 5}), raw(std::vector<double>(20))));
  CHECK(test::fault_code([&] {
          PixelFeatures::open(parse_source(flat), "x", ChannelOrder::first);
        }) == "not-images");
  CHECK(test::fault_code([&] { PixelLabels::open(parse_source(flat), {}); }) == "not-images");
  const std::string half =
      folder.write("half.npy", npy("<f8", shape({1, 1, 2}), raw(std::vector<double>{0.0, 0.5})));
  const PixelLabels halves = PixelLabels::open(parse_source(half), {});
  CHECK(test::fault_code([&] { choose_pixels(halves, {1, 2}, 2, 1); }) == "labels-not-whole");
  const std::string one =
      folder.write("one.npy", npy("<f8", shape({1, 1, 2}), raw(std::vector<double>{1.0, 1.0})));
  const PixelLabels ones = PixelLabels::open(parse_source(one), {});
  CHECK(test::fault_code([&] { choose_pixels(ones, {1, 2}, 2, 1); }) == "one-class");
  const PixelLabels none = PixelLabels::open(parse_source(one), 1.0);
  CHECK(test::fault_code([&] { choose_pixels(none, {1, 2}, 2, 1); }) == "no-labelled-rows");
  const std::string broken =
      folder.write("nan.npy", npy("<f8", shape({1, 1, 1, 2}), raw(std::vector<double>{0.0, NAN})));
  const PixelFeatures x = PixelFeatures::open(parse_source(broken), "x", ChannelOrder::first);
  CHECK(x.take({{0, 0, 0}}, {1, 2}).size() == 1);
  CHECK(test::fault_code([&] {
          static_cast<void>(x.take({{0, 0, 1}}, {1, 2}));
        }) == "non-finite-value");
  CHECK(test::fault_code([] { parse_channel_order("middle"); }) == "unknown-channel-order");
}

}  // namespace
}  // namespace cch
