#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <vector>

namespace cch::detail {

/// What a classifier learns from: n rows in q coordinates (column means about 0), codes 0..K−1.
/// Single precision: the classifiers' own error is far above its rounding, and it halves the time.
struct TrainingSet {
  Eigen::MatrixXf x;           ///< n × q
  std::vector<int> y;          ///< n
  std::vector<double> counts;  ///< n_c, K; may contain 0
  Eigen::MatrixXd scatter;     ///< XᵀX, q × q
  Eigen::MatrixXf columns;     ///< n × D where x holds components of these columns, else 0 × 0
  /// n × K weights w_i·p_i(c) of soft labels, or 0 × 0 for the codes in y. Only logistic regression
  /// reads them; `counts` then holds their column sums.
  Eigen::MatrixXf targets{};
  [[nodiscard]] Eigen::Index rows() const { return x.rows(); }
  [[nodiscard]] Eigen::Index dim() const { return x.cols(); }
  [[nodiscard]] Eigen::Index classes() const { return static_cast<Eigen::Index>(counts.size()); }
};

/// ln π_c with half a row added to every class: finite for a class that the training rows lack.
inline Eigen::RowVectorXf log_priors(const std::vector<double>& counts) {
  const Eigen::Map<const Eigen::RowVectorXd> n(counts.data(),
                                               static_cast<Eigen::Index>(counts.size()));
  const Eigen::ArrayXXd smoothed = n.array() + 0.5;
  return (smoothed / smoothed.sum()).log().matrix().cast<float>();
}

/// Class means of the rows of x, K × columns; 0 for a class without rows. Cost O(n columns).
inline Eigen::MatrixXd class_means(const Eigen::MatrixXf& x, const std::vector<int>& y,
                                   const std::vector<double>& counts) {
  Eigen::MatrixXd means = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(counts.size()), x.cols());
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
      means(y[static_cast<std::size_t>(i)], j) += static_cast<double>(x(i, j));
    }
  }
  for (Eigen::Index c = 0; c < means.rows(); ++c) {
    means.row(c) /= std::max(1.0, counts[static_cast<std::size_t>(c)]);
  }
  return means;
}

/// XᵀX in double, from single-precision products over blocks of rows. Cost O(n q²).
Eigen::MatrixXd scatter_of(const Eigen::MatrixXf& x);

}  // namespace cch::detail
