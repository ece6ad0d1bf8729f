#pragma once

#include <string>
#include <vector>

#include "estimators/classifiers/rule.hpp"
#include "estimators/classifiers/training.hpp"

namespace cch::detail {

/// One quadratic discriminant.
struct QuadraticChoice {
  Eigen::Index axes = 0;  ///< r, leading principal components that it uses (all if there are fewer)
  double prior_weight = 0.0;  ///< ν/r: rows that the pooled covariance counts for, per axis
  [[nodiscard]] std::string name() const;
};

/// The whole family, in a fixed order.
const std::vector<QuadraticChoice>& quadratic_choices();

/// Gaussian classes, each with its own covariance Σ_c = (n_c S_c + ν W)/(n_c + ν): the posterior
/// mode (up to the degrees of freedom) under an inverse Wishart prior around the pooled covariance
/// W (Friedman 1989 mixes likewise). It sees what linear rules cannot: classes that differ in
/// spread. Cost O(n q r + n r² + K r³) a choice.
std::vector<Rule> fit_quadratic(const TrainingSet& train,
                                const std::vector<QuadraticChoice>& choices);

}  // namespace cch::detail
