// The Gaussian grid of "Approximating mutual information of high-dimensional variables using
// learned representations" (Gowri, Lun, Klein & Yin 2024): a few informative pairs, copied over
// half of the columns, noise in the others; ten truths from 0 to 2 bits.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "accuracy_published.hpp"
#include "accuracy_task.hpp"
#include "cch/core/random.hpp"

namespace cch::bench {
namespace {

constexpr std::size_t kRows = 2000;
constexpr std::size_t kTruths = 10;
constexpr double kMostBits = 2.0;
// Standard deviations of the informative coordinates: covariance [[6, c], [c, 3.5]].
const double kSdX = std::sqrt(6.0);
const double kSdY = std::sqrt(3.5);

struct GridCell {
  std::string name;
  std::size_t ambient;
  std::size_t rank;
  double nats;
  [[nodiscard]] double correlation() const {
    return correlation_of(nats / static_cast<double>(rank));
  }
  [[nodiscard]] Pairs pairs(std::size_t n, std::uint64_t seed) const {
    return normal_pairs(n, rank, correlation(), derive_seed(seed, name));
  }
};

// All informative coordinates first, then copies of random ones up to half of the columns, then
// noise. Above half of the columns there is no room for copies and the noise gives way, so that
// the truth holds.
Samples spread(const Matrix& informative, double sd, std::size_t ambient, std::uint64_t seed,
               const char* name) {
  const std::size_t rank = informative.cols();
  const std::size_t copies = std::max(rank, ambient / 2);
  Random random(seed);
  std::vector<std::size_t> source(copies);
  for (std::size_t j = 0; j < copies; ++j) source[j] = j < rank ? j : random.below(rank);
  Matrix m(informative.rows(), ambient);
  for (std::size_t i = 0; i < m.rows(); ++i) {
    for (std::size_t j = 0; j < copies; ++j) m(i, j) = sd * informative(i, source[j]);
    for (std::size_t j = copies; j < ambient; ++j) m(i, j) = random.normal();
  }
  return Samples::from(std::move(m), name);
}

Draw draw_cell(const GridCell& cell, std::size_t n, std::uint64_t seed) {
  const Pairs pairs = cell.pairs(n, seed);
  const std::uint64_t own = derive_seed(seed, cell.name);
  return {spread(pairs.x, kSdX, cell.ambient, derive_seed(own, "columns of x"), "x"),
          spread(pairs.y, kSdY, cell.ambient, derive_seed(own, "columns of y"), "y")};
}

std::vector<double> pointwise_cell(const GridCell& cell, std::size_t n, std::uint64_t seed) {
  const Draw draw = draw_cell(cell, n, seed);
  const auto& x = std::get<Samples>(draw.x);
  const auto& y = std::get<Samples>(draw.y);
  std::vector<double> terms(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < cell.rank; ++j) {
      terms[i] += normal_pointwise(cell.correlation(), x(i, j) / kSdX, y(i, j) / kSdY);
    }
  }
  return terms;
}

AccuracyTask task_of(const GridCell& cell) {
  AccuracyTask task;
  task.name = cell.name;
  task.set = "gaussian-grid";
  task.dim_x = cell.ambient;
  task.dim_y = cell.ambient;
  task.rows = {kRows};
  task.group = grid_group(cell.ambient, cell.rank);
  task.truth = [cell] { return Truth{cell.nats, 0.0}; };
  task.draw = [cell](std::size_t n, std::uint64_t seed) { return draw_cell(cell, n, seed); };
  task.pointwise = [cell](std::size_t n, std::uint64_t seed) {
    return pointwise_cell(cell, n, seed);
  };
  return task;
}

}  // namespace

std::vector<AccuracyTask> gaussian_grid_tasks() {
  std::vector<AccuracyTask> tasks;
  for (const std::size_t ambient : {10, 20, 30, 40, 50, 100, 200, 300, 400, 500, 1000}) {
    for (const std::size_t rank : {1, 3, 5, 7, 9}) {
      for (std::size_t t = 0; t < kTruths; ++t) {
        const double bits = kMostBits * static_cast<double>(t) / (kTruths - 1.0);
        const std::string name = fmt::format("grid-{}-{}-{:.2f}bit", ambient, rank, bits);
        tasks.push_back(task_of({name, ambient, rank, bits * std::numbers::ln2}));
      }
    }
  }
  return tasks;
}

}  // namespace cch::bench
