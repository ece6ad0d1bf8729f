#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"
#include "cch/core/samples.hpp"
#include "estimators/classifiers/rule.hpp"

namespace cch::detail {

/// Standardises columns by the mean and standard deviation of the rows that it is fitted on (a
/// column that is constant there becomes 0), clips them at ±6 (in a column that hardly varies one
/// row would else outweigh all) and, if there are more than `most` columns, keeps their first
/// `most` principal components.
///
/// No label enters, so it may be fitted once on all rows, before any of them are held out: what is
/// then learned from the labels of some rows still has to predict those of the others.
class Projection {
 public:
  /// Fitted on n of the rows. With r = min(n, D): exact from the r × r matrix of products up to
  /// 1024, cost O(n D r); above that two rounds of randomised subspace iteration (Halko,
  /// Martinsson & Tropp 2011) from a fixed start, cost O(n D most). Memory: n × D in single
  /// precision.
  Projection(MatrixView x, const std::vector<std::size_t>& fitted, Eigen::Index most,
             const Execution& exec);

  [[nodiscard]] Coordinates apply(MatrixView x, const std::vector<std::size_t>& rows,
                                  const Execution& exec) const;

 private:
  void standardise_by(MatrixView x, const std::vector<std::size_t>& rows);
  [[nodiscard]] Eigen::MatrixXf standardised(MatrixView x,
                                             const std::vector<std::size_t>& rows) const;

  Eigen::RowVectorXd mean_;
  Eigen::RowVectorXd inverse_sd_;
  Eigen::MatrixXf basis_;  // D × q, empty when every column is kept
};

/// The kept coordinates of all rows of x, N × q, from a projection fitted on all of them.
Eigen::MatrixXf leading_coordinates(MatrixView x, Eigen::Index most, const Execution& exec);
/// The same as samples with the name of x.
Samples leading_samples(const Samples& x, Eigen::Index most, const Execution& exec);

}  // namespace cch::detail
