// Twenty pairs of standard normals with one correlation, the test of the neural estimators' papers
// (Belghazi et al. 2018; Poole et al. 2019; Song & Ermon 2020): ρ = .5, and 2 to 10 nats.

#include <fmt/core.h>

#include "accuracy_task.hpp"
#include "cch/core/random.hpp"

namespace cch::bench {
namespace {

constexpr std::size_t kRows = 10000;
constexpr std::size_t kPairs = 20;

Pairs draw_pairs(const std::string& name, double rho, std::size_t n, std::uint64_t seed) {
  return normal_pairs(n, kPairs, rho, derive_seed(seed, name));
}

AccuracyTask task_of(const std::string& name, double rho) {
  AccuracyTask task;
  task.name = name;
  task.set = "correlated-normal";
  task.dim_x = kPairs;
  task.dim_y = kPairs;
  task.rows = {kRows};
  task.truth = [rho] { return Truth{kPairs * normal_information(rho), 0.0}; };
  task.draw = [name, rho](std::size_t n, std::uint64_t seed) {
    Pairs pairs = draw_pairs(name, rho, n, seed);
    return Draw{Samples::from(std::move(pairs.x), "x"), Samples::from(std::move(pairs.y), "y")};
  };
  task.pointwise = [name, rho](std::size_t n, std::uint64_t seed) {
    const Pairs pairs = draw_pairs(name, rho, n, seed);
    std::vector<double> terms(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < kPairs; ++j) {
        terms[i] += normal_pointwise(rho, pairs.x(i, j), pairs.y(i, j));
      }
    }
    return terms;
  };
  return task;
}

}  // namespace

std::vector<AccuracyTask> correlated_normal_tasks() {
  std::vector<AccuracyTask> tasks{task_of("correlated-20-rho0.5", 0.5)};
  for (const double nats : {2.0, 4.0, 6.0, 8.0, 10.0}) {
    tasks.push_back(task_of(fmt::format("correlated-20-{:g}nats", nats),
                            correlation_of(nats / static_cast<double>(kPairs))));
  }
  return tasks;
}

}  // namespace cch::bench
