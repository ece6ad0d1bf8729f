#pragma once

// Samplers of tasks with a known mutual information, after "Beyond Normal: On the Evaluation of
// Mutual Information Estimators" (Czyż, Grabowski, Vogt, Beerenwinkel & Marx, NeurIPS 2023). Task
// names as there. Everything in nats.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cch/core/samples.hpp"

namespace cch::test {

enum class BmiFamily {
  additive,  ///< X ~ U(0,1), Y = X + U(−ε,ε); parameter ε
  normal,    ///< two scalars with correlation ρ; parameter ρ
  dense,     ///< unit variances, every covariance ρ; parameter ρ
  sparse,  ///< correlation ρ in the first two coordinate pairs, all else independent; parameter ρ
  student,  ///< multivariate Student, identity dispersion, ν degrees of freedom; parameter ν
};

/// Monotone map on every coordinate of x and y; it leaves the mutual information as it is.
enum class BmiMargins {
  as_drawn,
  normal_cdf,  ///< Φ(v)
  half_cube,   ///< v·√|v|
};

struct BmiTask {
  std::string name;
  BmiFamily family;
  std::size_t dim_x;
  std::size_t dim_y;
  double parameter;
  BmiMargins margins = BmiMargins::as_drawn;

  /// The exact mutual information from the family's closed form.
  [[nodiscard]] double true_nats() const;
};

struct BmiSample {
  Samples x;
  Samples y;
  double truth = 0.0;
};

const std::vector<BmiTask>& bmi_tasks();
const BmiTask& bmi_task(const std::string& name);

/// n independent rows. Tasks that differ in their margins only are maps of the same rows.
BmiSample run_bmi_task(const BmiTask& task, std::size_t n, std::uint64_t seed);
BmiSample run_bmi_task(const std::string& name, std::size_t n, std::uint64_t seed);

/// ln p(x,y)/(p(x)p(y)) of one row as drawn (before the map of the margins), from the densities of
/// the task's family: an oracle of true_nats() that shares no formula with it.
double bmi_pointwise(const BmiTask& task, std::span<const double> x, std::span<const double> y);

}  // namespace cch::test
