#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "cch/core/matrix.hpp"
#include "estimators/classifiers/rule.hpp"

namespace cch::detail {

/// Standardises columns by the mean and standard deviation of the training rows (a column that is
/// constant there becomes 0), clips them at ±6 (a column that hardly varies in training would else
/// let one row outweigh all) and, if there are more than `most` columns, keeps their first `most`
/// principal components, by subspace iteration. No label enters.
class Projection {
 public:
  /// Cost O(n D r + r² most) with r = min(n, D); O(n D) without principal components.
  Projection(MatrixView x, const std::vector<std::size_t>& training_rows, Eigen::Index most);

  [[nodiscard]] Coordinates apply(MatrixView x, const std::vector<std::size_t>& rows) const;

 private:
  [[nodiscard]] Eigen::MatrixXf standardised(MatrixView x,
                                             const std::vector<std::size_t>& rows) const;
  void fit_components(const Eigen::MatrixXf& z, Eigen::Index most);

  Eigen::RowVectorXd mean_;
  Eigen::RowVectorXd inverse_sd_;
  Eigen::MatrixXf basis_;  // D × q, empty when every column is kept
};

}  // namespace cch::detail
