// Scores over subsets of modalities, against plain loops and numbers worked out by hand.
#include <cmath>
#include <set>

#include "cch/core/random.hpp"
#include "cch/experiments/segmentation_evaluation.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;
using test::near;

struct Pixels {
  std::vector<std::uint8_t> labels;
  std::vector<std::uint8_t> predictions;
};

Pixels random_pixels(std::size_t n, std::size_t classes, std::uint64_t seed) {
  Random random(seed);
  Pixels p;
  for (std::size_t i = 0; i < n; ++i) {
    const auto label = static_cast<std::uint8_t>(random.below(classes));
    p.labels.push_back(random.uniform() < 0.1 ? kIgnoreLabel : label);
    p.predictions.push_back(
        random.uniform() < 0.6 ? label : static_cast<std::uint8_t>(random.below(classes)));
  }
  return p;
}

/// |A ∩ B| / |A ∪ B| by going through the pixels once for each class.
double plain_iou(const Pixels& p, std::size_t c) {
  double both = 0.0;
  double either = 0.0;
  for (std::size_t i = 0; i < p.labels.size(); ++i) {
    if (p.labels[i] == kIgnoreLabel) continue;
    const bool a = p.labels[i] == c;
    const bool b = p.predictions[i] == c;
    both += a && b ? 1.0 : 0.0;
    either += a || b ? 1.0 : 0.0;
  }
  return both / either;
}

TEST_CASE("class IoU and its mean equal plain loops over pixels") {
  const Pixels p = random_pixels(5000, 5, 3);
  Confusion confusion(5);
  confusion.add(p.labels, p.predictions);
  double mean = 0.0;
  for (std::size_t c = 0; c < 5; ++c) {
    CHECK(near(*class_iou(confusion)[c], plain_iou(p, c), kRounding));
    mean += plain_iou(p, c) / 5.0;
  }
  CHECK(near(mean_iou(confusion), mean, kRounding));
}

TEST_CASE("ignored pixels count nowhere") {
  Confusion confusion(2);
  confusion.add(std::vector<std::uint8_t>{0, 1, kIgnoreLabel, kIgnoreLabel},
                std::vector<std::uint8_t>{0, 1, 0, 1});
  CHECK(mean_iou(confusion) == 1.0);
  CHECK(confusion(0, 1) == 0);
}

TEST_CASE("an absent class is left out of the mean, or is 0 as legacy code has it") {
  Confusion confusion(3);
  confusion.add(std::vector<std::uint8_t>{0, 0, 1, 1}, std::vector<std::uint8_t>{0, 2, 1, 1});
  CHECK(!class_iou(confusion)[2]);  // predicted, never labelled
  CHECK(near(mean_iou(confusion), 0.75, kRounding));
  CHECK(near(mean_iou(confusion, AbsentClass::legacy_zero), 0.5, kRounding));
  CHECK(std::isnan(mean_iou(Confusion(3))));
}

TEST_CASE("scores over the subsets of three modalities, worked out by hand") {
  // 001 010 011 100 101 110 111
  const std::vector<double> miou{.1, .3, .4, .2, .5, .6, .8};
  const SubsetScores s = subset_scores(miou, 3);
  CHECK(near(s.average, 2.9 / 7.0, kRounding));
  CHECK(s.worst == .1);
  CHECK(s.worst_subset == 1U);
  CHECK(s.full == .8);
  CHECK(near(s.unimodal_bias, .2, kRounding));
  // p = .2: singles .2²·.8, pairs .2·.8², all .8³, divided by 1 − .2³.
  const double wanted = (.032 * (.1 + .3 + .2) + .128 * (.4 + .5 + .6) + .512 * .8) / .992;
  CHECK(near(s.expected[0], wanted, kRounding));
}

TEST_CASE("the expected mIoU of a constant is that constant, for every p") {
  for (std::size_t m = 1; m <= 5; ++m) {
    const std::vector<double> same(all_subsets(m).size(), .37);
    for (const double p : {.01, .2, .7}) CHECK(near(expected_miou(same, m, p), .37, kRounding));
  }
}

TEST_CASE("the expected mIoU is what drawing modalities gives") {
  const std::vector<double> miou{.1, .3, .4, .2, .5, .6, .8};
  Random random(8);
  double sum = 0.0;
  double squares = 0.0;
  std::size_t n = 0;
  while (n < 40000) {
    Subset s = 0;
    for (Subset m = 0; m < 3; ++m) s |= random.uniform() < .2 ? 0U : Subset{1} << m;
    if (s == 0) continue;
    sum += miou[s - 1];
    squares += miou[s - 1] * miou[s - 1];
    ++n;
  }
  const double mean = sum / static_cast<double>(n);
  const double error =
      std::sqrt((squares / static_cast<double>(n) - mean * mean) / static_cast<double>(n));
  CHECK(test::within_sampling_error(mean, expected_miou(miou, 3, .2), error));
}

TEST_CASE("weighted mIoU over images equals the confusion of repeated images") {
  std::vector<std::vector<Confusion>> by_image(2, std::vector<Confusion>(3, Confusion(4)));
  std::vector<Pixels> images;
  for (std::size_t i = 0; i < 6; ++i) {
    images.push_back(random_pixels(200, 4, 20 + i));
    by_image[i / 3][i % 3].add(images[i].labels, images[i].predictions);
  }
  const std::vector<std::uint32_t> weight{2, 0, 1};
  double wanted = 0.0;
  for (std::size_t s = 0; s < 2; ++s) {
    Confusion sum(4);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::uint32_t w = 0; w < weight[i]; ++w) {
        sum.add(images[3 * s + i].labels, images[3 * s + i].predictions);
      }
    }
    wanted += mean_iou(sum) / 2.0;
  }
  CHECK(near(weighted_average_miou(by_image, weight, AbsentClass::excluded), wanted, kRounding));
}

TEST_CASE("draws take whole groups, as many as there are") {
  const std::vector<std::size_t> groups{7, 7, 7, 2, 2, 9};
  std::set<std::vector<std::uint32_t>> seen;
  for (std::size_t d = 0; d < 50; ++d) {
    const auto w = group_draw(groups, 5, d);
    CHECK(w[0] == w[1]);
    CHECK(w[1] == w[2]);
    CHECK(w[3] == w[4]);
    CHECK(w[0] + w[3] + w[5] == 3);
    seen.insert(w);
  }
  CHECK(seen.size() > 5);
}

TEST_CASE("the interval over images covers a mean about as often as it says") {
  constexpr std::size_t kWorlds = 200;
  constexpr std::size_t kImages = 60;
  const std::vector<std::size_t> groups = [] {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < kImages; ++i) out.push_back(i);
    return out;
  }();
  std::size_t covered = 0;
  for (std::size_t world = 0; world < kWorlds; ++world) {
    Random random(derive_seed(4, "world", world));
    std::vector<double> x;
    for (std::size_t i = 0; i < kImages; ++i) x.push_back(random.normal());
    const auto interval = image_interval(groups, world, [&](const auto& w) {
      double sum = 0.0;
      for (std::size_t i = 0; i < kImages; ++i) sum += w[i] * x[i];
      return sum / kImages;
    });
    covered += interval->lo <= 0.0 && interval->hi >= 0.0 ? 1 : 0;
  }
  const double rate = static_cast<double>(covered) / kWorlds;
  // A percentile interval of 60 images lacks the factor √(60/59) and the tails of t: about 1 %.
  CHECK(test::within_sampling_error(rate, .95, std::sqrt(.95 * .05 / kWorlds), .012));
}

TEST_CASE("degradations: shares and sizes are what they say, and have their own streams") {
  constexpr std::size_t kPixels = 20000;
  const auto all = conditions_named({"rmm", "nm"});
  std::vector<float> ramp(kPixels);
  for (std::size_t i = 0; i < kPixels; ++i) {
    ramp[i] = 1.0F + static_cast<float>(i) / static_cast<float>(kPixels - 1);  // 1 … 2
  }
  std::vector<float> removed = ramp;
  degrade(all[1], 5, removed);  // rmm-0.5
  const auto zeros = static_cast<double>(std::count(removed.begin(), removed.end(), 0.0F));
  CHECK(test::within_sampling_error(zeros / kPixels, .5, std::sqrt(.25 / kPixels)));
  std::vector<float> again = ramp;
  degrade(all[1], 5, again);
  CHECK(again == removed);
  degrade(all[1], 6, ramp);
  CHECK(ramp != removed);
  Condition salt{"salt", false, 0.0, .2, 0.0};
  std::vector<float> flat(kPixels, 0.5F);
  flat[0] = 0.0F;
  flat[1] = 1.0F;
  degrade(salt, 9, flat);
  const double low = static_cast<double>(std::count(flat.begin(), flat.end(), 0.0F)) / kPixels;
  const double high = static_cast<double>(std::count(flat.begin(), flat.end(), 1.0F)) / kPixels;
  const double error = std::sqrt(.1 * .9 / kPixels);
  CHECK(test::within_sampling_error(low, .1, error, 1.0 / kPixels));
  CHECK(test::within_sampling_error(high, .1, error, 1.0 / kPixels));
}

TEST_CASE("conditions by name, and a wrong name says which is near") {
  CHECK(conditions_named({"emm", "rmm", "nm"}).size() == 8);
  CHECK(conditions_named({"emm-zeroed"}).at(0).zeroed);
  CHECK(test::fault_code([] { conditions_named({"rnm"}); }) == "unknown-condition");
}

TEST_CASE("subsets in words") {
  CHECK(subset_text(5, {"rgb", "depth", "lidar"}) == "rgb+lidar");
  CHECK(all_subsets(4).size() == 15);
}

}  // namespace
}  // namespace cch
