#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/estimators/cca_ksg.hpp"
#include "estimators/column_screen.hpp"

namespace cch::detail {

/// What CCA is fitted on: principal components, or these and functions of them.
enum class Features {
  plain,
  squares,  ///< and their squares
  waves,    ///< and cosines and sines of random combinations (Rahimi & Recht 2007)
};

/// Features of both sides of all rows.
struct FeatureSet {
  Columns columns;         ///< whose principal components they are
  std::size_t components;  ///< asked for, of each side
  Features features;
  Eigen::MatrixXd x;  ///< N × D, unit variances
  Eigen::MatrixXd y;
  double ridge;
  bool widest = false;  ///< has the most components of the plain sets
};

/// Principal components of x and of y, in falling order, N rows of unit variance.
using Scores = std::array<Eigen::MatrixXd, 2>;

/// Most components that any feature set of N rows takes.
std::size_t most_components(const CcaKsgOptions& options, std::size_t rows);

/// The feature sets of the ladder: plain for N/40 (at most options.components, at most
/// options.most_components) and N/10 components, squares, and waves where there are rows for them.
std::vector<FeatureSet> feature_sets(const Scores& scores, Columns columns,
                                     const CcaKsgOptions& options, std::uint64_t seed);

}  // namespace cch::detail
