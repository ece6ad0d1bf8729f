#pragma once

#include <Eigen/Core>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"

namespace cch::detail {

/// A matrix of doubles less an offset a column, never held as a whole.
struct CentredRows {
  MatrixView x;               ///< n × q
  Eigen::RowVectorXd offset;  ///< q
};

/// X W for a tall n × q matrix X and a q × k matrix W, n × k. Single precision. Cost O(n q k), over
/// exec's threads.
Eigen::MatrixXf tall_times(const Eigen::MatrixXf& x, const Eigen::MatrixXf& w,
                           const Execution& exec);
Eigen::MatrixXf tall_times(const CentredRows& x, const Eigen::MatrixXf& w, const Execution& exec);

/// XᵀR for X n × q and R n × k, q × k. In single precision over blocks of rows, which are added up
/// in double, in an order that does not depend on the threads. Cost O(n q k); memory for 8 results.
Eigen::MatrixXf transposed_times(const Eigen::MatrixXf& x, const Eigen::MatrixXf& r,
                                 const Execution& exec);
Eigen::MatrixXf transposed_times(const CentredRows& x, const Eigen::MatrixXf& r,
                                 const Execution& exec);

}  // namespace cch::detail
