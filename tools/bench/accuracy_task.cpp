#include "accuracy_task.hpp"

#include <array>
#include <cmath>

#include "cch/core/random.hpp"

namespace cch::bench {

std::span<const AccuracySet> accuracy_sets() {
  static const std::array<AccuracySet, 7> sets{{
      {"beyond-normal", "families of Czyż et al. (NeurIPS 2023), closed forms",
       beyond_normal_tasks},
      {"correlated-normal", "twenty Gaussian pairs with one correlation, closed form",
       correlated_normal_tasks},
      {"gaussian-grid", "grid of Gowri et al. (2024): few Gaussian pairs in many columns",
       gaussian_grid_tasks},
      {"classes", "Gaussian classes, information with the label by Monte Carlo", class_tasks},
      {"image-pairs", "images of two classes whose labels pass a binary symmetric channel",
       image_pair_tasks},
      {"hidden-pairs", "three Gaussian pairs behind random injective maps to many columns",
       hidden_pair_tasks},
      {"embeddings", "16 Gaussian pairs among 64 hidden numbers a side, in 768 and 1024 columns",
       embedding_tasks},
  }};
  return sets;
}

double normal_information(double rho) {
  return -0.5 * std::log1p(-rho * rho);
}

double correlation_of(double nats) {
  return std::sqrt(-std::expm1(-2.0 * nats));
}

double normal_pointwise(double rho, double x, double y) {
  const double left = 1.0 - rho * rho;
  return normal_information(rho) - (rho * rho * (x * x + y * y) - 2.0 * rho * x * y) / (2.0 * left);
}

Pairs normal_pairs(std::size_t n, std::size_t count, double rho, std::uint64_t seed) {
  Random random(derive_seed(seed, "pairs"));
  Pairs pairs{Matrix(n, count), Matrix(n, count)};
  const double own = std::sqrt(1.0 - rho * rho);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      pairs.x(i, j) = random.normal();
      pairs.y(i, j) = rho * pairs.x(i, j) + own * random.normal();
    }
  }
  return pairs;
}

}  // namespace cch::bench
