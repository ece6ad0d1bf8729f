#pragma once

// A folder of rasters whose sensors differ in what they know, for `cch rank` and for races.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch::test {

inline constexpr std::size_t kRankImages = 60;
inline constexpr std::size_t kRankSide = 16;

/// A folder of rasters: classes in blocks of 8 × 8 pixels; `weak` sees them through much noise,
/// `good` through little, `shuffled` is `good` of other images.
struct SensorWorld {
  TempFolder folder;
  std::string out = folder.path("out");
  std::string study;

  SensorWorld() {
    Random random(5);
    std::vector<float> weak;
    std::vector<float> good;
    std::vector<std::uint8_t> y;
    std::vector<std::int8_t> split;
    for (std::size_t i = 0; i < kRankImages; ++i) {
      std::size_t block[2][2];
      for (auto& row : block) {
        for (std::size_t& v : row) v = random.below(2);
      }
      for (std::size_t p = 0; p < kRankSide * kRankSide; ++p) {
        const std::size_t c = block[p / kRankSide / 8][p % kRankSide / 8];
        y.push_back(static_cast<std::uint8_t>(c));
        weak.push_back(static_cast<float>(static_cast<double>(c) + 3.0 * random.normal()));
        good.push_back(static_cast<float>(static_cast<double>(c) + 0.3 * random.normal()));
      }
      split.push_back(i < 52 ? 0 : 2);
    }
    std::vector<float> shuffled;
    const auto size = static_cast<std::ptrdiff_t>(kRankSide * kRankSide);
    for (std::size_t i = 0; i < kRankImages; ++i) {
      const auto from = good.begin() + static_cast<std::ptrdiff_t>((i + 7) % kRankImages) * size;
      shuffled.insert(shuffled.end(), from, from + size);
    }
    std::filesystem::create_directories(folder.path("set"));
    const std::string images = "(60, 16, 16)";
    (void)folder.write("set/weak.npy", npy("<f4", images, raw(weak)));
    (void)folder.write("set/good.npy", npy("<f4", images, raw(good)));
    (void)folder.write("set/shuffled.npy", npy("<f4", images, raw(shuffled)));
    (void)folder.write("set/labels.npy", npy("|u1", images, raw(y)));
    (void)folder.write("set/split.npy", npy("|i1", "(60,)", raw(split)));
    study = folder.write("study.toml", R"(
title = "sensors"
[task]
name = "segmentation"
source = "dir:set"
class-names = ["dry", "wet"]
[network]
widths = [8, 8]
depths = [1, 1]
heads = [1, 1]
reductions = [1, 1]
expansions = [2, 2]
head-width = 8
[training]
learning-rate = 0.01
epochs = 10
warm-up = 1
batch = 8
scale = [1.0, 1.0]
)");
  }

  [[nodiscard]] RunOutcome rank(const std::vector<std::string>& more) const {
    std::vector<std::string> all{"rank", study, "--pixels", "400"};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  }
};

}  // namespace cch::test
