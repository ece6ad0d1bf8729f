#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cch/core/labels.hpp"
#include "cch/core/matrix.hpp"
#include "cch/core/samples.hpp"

namespace cch::bench {

/// A mutual information that is known, nats.
struct Truth {
  double nats = 0.0;
  double standard_error = 0.0;  ///< 0 for a closed form
};

/// n independent rows of (X, Y).
struct Draw {
  Variable x;
  Variable y;
};

/// What somebody else's estimator gave on the same task, nats.
struct Reference {
  std::string name;
  double nats = 0.0;
};

/// One problem with a known answer. X is real; Y is real or class labels.
struct AccuracyTask {
  std::string name;
  std::string set;
  std::size_t dim_x = 1;
  std::size_t dim_y = 1;
  bool labels = false;            ///< Y is class labels
  std::vector<std::size_t> rows;  ///< sizes that it is run at
  std::string group = {};         ///< tasks whose errors are also averaged together; may be empty
  std::vector<Reference> references = {};
  std::function<Truth()> truth = {};
  std::function<Draw(std::size_t n, std::uint64_t seed)> draw = {};
  /// ln p(x,y)/(p(x)p(y)) of every row of draw(n, seed), by densities and inverse maps and not by
  /// the closed form of the truth; its mean over rows must be the truth.
  std::function<std::vector<double>(std::size_t n, std::uint64_t seed)> pointwise = {};
  std::string unavailable = {};  ///< why it cannot run here; empty if it can
};

/// Every set with what it holds, in the order of the tables.
struct AccuracySet {
  std::string name;
  std::string summary;
  std::vector<AccuracyTask> (*tasks)();
};
std::span<const AccuracySet> accuracy_sets();

// The sets, one file each.
std::vector<AccuracyTask> beyond_normal_tasks();
std::vector<AccuracyTask> correlated_normal_tasks();
std::vector<AccuracyTask> gaussian_grid_tasks();
std::vector<AccuracyTask> class_tasks();
std::vector<AccuracyTask> image_pair_tasks();
std::vector<AccuracyTask> hidden_pair_tasks();
std::vector<AccuracyTask> embedding_tasks();

/// −½ ln(1 − ρ²), nats, and the ρ ≥ 0 that gives it.
double normal_information(double rho);
double correlation_of(double nats);

/// ln p(x,y)/(p(x)p(y)) of two standard normals with correlation ρ, nats.
double normal_pointwise(double rho, double x, double y);

/// `count` pairs of standard normals (x_j, y_j) with correlation rho, all else independent: two
/// n × count matrices.
struct Pairs {
  Matrix x;
  Matrix y;
};
Pairs normal_pairs(std::size_t n, std::size_t count, double rho, std::uint64_t seed);

}  // namespace cch::bench
