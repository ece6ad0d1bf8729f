#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "estimators/column_screen.hpp"

namespace cch::detail {

/// Sums that say what the classes explain of each of D standardised columns; those of several folds
/// add up.
struct ClassSums {
  std::vector<double> counts;  ///< rows of each class, K
  Eigen::MatrixXd values;      ///< Σ z a class, K × D
  Eigen::MatrixXd distances;   ///< Σ |z| a class, K × D
  Eigen::RowVectorXd squares;  ///< Σ z², D

  ClassSums& operator+=(const ClassSums& other);
};

/// Of n rows in D columns. Cost O(n D).
ClassSums class_sums_of(const Eigen::MatrixXf& z, const std::vector<int>& y, std::size_t classes);

/// Columns whose mean, or mean distance from 0 (their spread), differs between classes by analysis
/// of variance, at the level's false discovery rate; the likeliest one where none passes.
std::vector<std::size_t> columns_by_class(const ClassSums& sums, Columns level);

/// The levels at which these rows would drop enough columns to be worth a second fit.
std::vector<Columns> levels_worth_fitting(const ClassSums& sums);

}  // namespace cch::detail
