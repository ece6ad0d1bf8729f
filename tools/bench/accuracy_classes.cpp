// Gaussian classes: X | Y = c ~ N(m_c, I_d) with random means in the leading columns, Y uniform.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <string>

#include "accuracy_task.hpp"
#include "cch/core/random.hpp"

namespace cch::bench {
namespace {

constexpr std::size_t kTruthRows = 400000;  // standard error of the truth below .0015 nats

// Class means N(0, s² I) in the first m of d columns: s = 1 for m = 4, .5 for m = 16.
struct ClassCell {
  std::string name;
  std::size_t dim;
  std::size_t classes;
  std::size_t informative;
  Matrix means;  // classes × informative

  ClassCell(std::size_t d, std::size_t k, std::size_t m)
      : name(fmt::format("classes-{}-{}", k, d)), dim(d), classes(k), informative(m), means(k, m) {
    Random random(derive_seed(1, name));
    const double s = m == 4 ? 1.0 : 0.5;
    std::generate_n(means.data(), k * m, [&] { return s * random.normal(); });
  }
};

double log_sum_exp(std::span<const double> values) {
  const double top = *std::max_element(values.begin(), values.end());
  double sum = 0.0;
  for (const double v : values) sum += std::exp(v - top);
  return top + std::log(sum);
}

// ln p(c|x)/p(c) of the class c of x = m_c + z, from the scores z·m_j + m_c·m_j − |m_j|²/2: only
// the columns with means matter.
double gain_of_label(const ClassCell& cell, std::size_t c, std::span<const double> z) {
  std::vector<double> scores(cell.classes, 0.0);
  for (std::size_t j = 0; j < cell.classes; ++j) {
    for (std::size_t d = 0; d < cell.informative; ++d) {
      const double mean = cell.means(j, d);
      scores[j] += (z[d] + cell.means(c, d) - mean / 2.0) * mean;
    }
  }
  return scores[c] - log_sum_exp(scores) + std::log(static_cast<double>(cell.classes));
}

Truth truth_by_monte_carlo(const ClassCell& cell) {
  Random random(derive_seed(2, cell.name));
  std::vector<double> z(cell.informative);
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < kTruthRows; ++i) {
    std::generate(z.begin(), z.end(), [&] { return random.normal(); });
    const double gain = gain_of_label(cell, i % cell.classes, z);
    sum += gain;
    squares += gain * gain;
  }
  const auto n = static_cast<double>(kTruthRows);
  const double mean = sum / n;
  return {mean, std::sqrt((squares / n - mean * mean) / n)};
}

Draw draw_cell(const ClassCell& cell, std::size_t n, std::uint64_t seed) {
  Random random(derive_seed(seed, cell.name));
  Matrix x(n, cell.dim);
  std::vector<int> codes(n);
  std::vector<std::string> names;
  for (std::size_t c = 0; c < cell.classes; ++c) names.push_back(std::to_string(c));
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t c = random.below(cell.classes);
    codes[i] = static_cast<int>(c);
    for (std::size_t d = 0; d < cell.dim; ++d) {
      x(i, d) = (d < cell.informative ? cell.means(c, d) : 0.0) + random.normal();
    }
  }
  return {Samples::from(std::move(x), "x"), ClassLabels::from(std::move(codes), std::move(names))};
}

// Squared distances in all columns, no score: the mixture density as it is defined.
std::vector<double> pointwise_cell(const ClassCell& cell, std::size_t n, std::uint64_t seed) {
  const Draw draw = draw_cell(cell, n, seed);
  const auto& x = std::get<Samples>(draw.x);
  const auto& y = std::get<ClassLabels>(draw.y);
  std::vector<double> terms(n);
  std::vector<double> log_densities(cell.classes);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t c = 0; c < cell.classes; ++c) {
      double distance = 0.0;
      for (std::size_t d = 0; d < cell.dim; ++d) {
        const double off = x(i, d) - (d < cell.informative ? cell.means(c, d) : 0.0);
        distance += off * off;
      }
      log_densities[c] = -distance / 2.0;
    }
    terms[i] = log_densities[static_cast<std::size_t>(y[i])] -
               (log_sum_exp(log_densities) - std::log(static_cast<double>(cell.classes)));
  }
  return terms;
}

AccuracyTask task_of(std::size_t dim, std::size_t classes, std::size_t informative) {
  const auto cell = std::make_shared<const ClassCell>(dim, classes, informative);
  // The truth takes a second: computed when first asked for, and kept.
  const auto known = std::make_shared<std::pair<std::once_flag, Truth>>();
  AccuracyTask task;
  task.name = cell->name;
  task.set = "classes";
  task.dim_x = dim;
  task.labels = true;
  task.rows = {4000, 10000};
  task.truth = [=] {
    std::call_once(known->first, [&] { known->second = truth_by_monte_carlo(*cell); });
    return known->second;
  };
  task.draw = [=](std::size_t n, std::uint64_t seed) { return draw_cell(*cell, n, seed); };
  task.pointwise = [=](std::size_t n, std::uint64_t seed) {
    return pointwise_cell(*cell, n, seed);
  };
  return task;
}

}  // namespace

std::vector<AccuracyTask> class_tasks() {
  std::vector<AccuracyTask> tasks;
  for (const std::size_t classes : {2, 4, 10}) {
    tasks.push_back(task_of(4, classes, 4));
    tasks.push_back(task_of(16, classes, 16));
    tasks.push_back(task_of(64, classes, 4));
    tasks.push_back(task_of(256, classes, 16));
  }
  return tasks;
}

}  // namespace cch::bench
