// Pairs of images that share their class and nothing else: A a fair coin, B = A flipped with
// probability ε, x an image of class A, y another image of class B. I(X;Y) ≤ I(A;B) = ln 2 − h(ε)
// by data processing, with equality as far as an image tells its class; trousers and boots are told
// apart almost without error.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "accuracy_task.hpp"
#include "cch/core/error.hpp"
#include "cch/core/random.hpp"
#include "cch/data/datasets.hpp"
#include "cch/data/source.hpp"

namespace cch::bench {
namespace {

constexpr std::size_t kRows = 5000;
constexpr const char* kDataset = "fashion-mnist";
constexpr const char* kTrouser = "1";
constexpr const char* kBoot = "9";

// All images of both classes, one after the other.
struct Images {
  Samples pixels;
  std::array<std::vector<std::size_t>, 2> rows;
};

const Images& images() {
  static const Images loaded = [] {
    const std::string dataset = kDataset;
    const Samples all = load_samples({dataset + ":pixels", dataset, "pixels"}, "images").samples;
    const Variable labels =
        load_labels({dataset + ":labels", dataset, "labels"}, LabelKind::discrete).labels;
    const auto& classes = std::get<ClassLabels>(labels);
    std::vector<std::size_t> kept;
    Images of_two;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const std::string& name = classes.names()[static_cast<std::size_t>(classes[i])];
      if (name != kTrouser && name != kBoot) continue;
      of_two.rows[name == kBoot ? 1 : 0].push_back(kept.size());
      kept.push_back(i);
    }
    of_two.pixels = all.select(kept);
    return of_two;
  }();
  return loaded;
}

using Coins = std::vector<std::pair<std::size_t, std::size_t>>;

Coins channel(double epsilon, std::size_t n, std::uint64_t seed) {
  Random random(derive_seed(seed, "binary symmetric channel"));
  Coins coins(n);
  for (auto& [a, b] : coins) {
    a = random.below(2);
    b = random.uniform() < epsilon ? 1 - a : a;
  }
  return coins;
}

// No image is on both sides or twice on one: half of each class for x, half for y.
class Deck {
 public:
  explicit Deck(std::uint64_t seed) {
    Random random(derive_seed(seed, "images"));
    for (std::size_t c = 0; c < 2; ++c) {
      cards_[c] = images().rows[c];
      random.shuffle(std::span(cards_[c]));
      next_[0][c] = 0;
      next_[1][c] = cards_[c].size() / 2;
    }
  }
  std::size_t take(std::size_t side, std::size_t c) {
    const std::size_t end = side == 0 ? cards_[c].size() / 2 : cards_[c].size();
    if (next_[side][c] < end) return cards_[c][next_[side][c]++];
    refuse_usage("too-few-images", "there are not enough images for so many rows",
                 "no image is used twice", "Ask for at most 5500 rows with --n");
  }

 private:
  std::array<std::vector<std::size_t>, 2> cards_;
  std::array<std::array<std::size_t, 2>, 2> next_{};
};

Draw draw_pairs(double epsilon, std::size_t n, std::uint64_t seed) {
  Deck deck(seed);
  std::vector<std::size_t> x;
  std::vector<std::size_t> y;
  for (const auto& [a, b] : channel(epsilon, n, seed)) {
    x.push_back(deck.take(0, a));
    y.push_back(deck.take(1, b));
  }
  return {images().pixels.select(x), images().pixels.select(y)};
}

double log_or_zero(double p) {
  return p > 0.0 ? std::log(p) : 0.0;  // p ln p → 0
}

// ln p(a,b)/(p(a)p(b)) of the classes of the rows: the images' own, looked up.
std::vector<double> pointwise_pairs(double epsilon, std::size_t n, std::uint64_t seed) {
  const Draw draw = draw_pairs(epsilon, n, seed);
  const auto class_of = [](const Variable& side, std::size_t i) {
    const auto row = std::get<Samples>(side).view().row(i);
    const auto& all = images();
    const auto found = std::find_if(all.rows[0].begin(), all.rows[0].end(), [&](std::size_t r) {
      return std::ranges::equal(all.pixels.view().row(r), row);
    });
    return found == all.rows[0].end();
  };
  std::vector<double> terms(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool flipped = class_of(draw.x, i) != class_of(draw.y, i);
    terms[i] = std::log(2.0 * (flipped ? epsilon : 1.0 - epsilon));
  }
  return terms;
}

AccuracyTask task_of(double epsilon, const std::string& unavailable) {
  AccuracyTask task;
  task.name = fmt::format("trouser-boot-{}", epsilon);
  task.set = "image-pairs";
  task.dim_x = 784;
  task.dim_y = 784;
  task.rows = {kRows};
  task.unavailable = unavailable;
  const double keep = 1.0 - epsilon;
  task.truth = [=] {
    return Truth{std::numbers::ln2 + epsilon * log_or_zero(epsilon) + keep * log_or_zero(keep),
                 0.0};
  };
  task.draw = [=](std::size_t n, std::uint64_t seed) { return draw_pairs(epsilon, n, seed); };
  task.pointwise = [=](std::size_t n, std::uint64_t seed) {
    return pointwise_pairs(epsilon, n, seed);
  };
  return task;
}

}  // namespace

std::vector<AccuracyTask> image_pair_tasks() {
  const std::string unavailable =
      dataset_found(kDataset) ? "" : fmt::format("the data set {} is not installed", kDataset);
  std::vector<AccuracyTask> tasks;
  for (const double epsilon : {0.5, 0.3, 0.2, 0.1, 0.05, 0.0}) {
    tasks.push_back(task_of(epsilon, unavailable));
  }
  return tasks;
}

}  // namespace cch::bench
