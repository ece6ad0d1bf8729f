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
  /// Where x holds components of D columns, the class means of these columns, K × D, and their sums
  /// of squares; else empty.
  Eigen::MatrixXd column_means{};
  Eigen::RowVectorXd column_squares{};
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

/// Sums of the rows of each class, K × columns. Cost O(n columns).
inline Eigen::MatrixXd class_sums(const Eigen::MatrixXf& x, const std::vector<int>& y,
                                  std::size_t classes) {
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(classes), x.cols());
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
      sums(y[static_cast<std::size_t>(i)], j) += static_cast<double>(x(i, j));
    }
  }
  return sums;
}

/// Class means from class sums; 0 for a class without rows.
inline Eigen::MatrixXd means_of(Eigen::MatrixXd sums, const std::vector<double>& counts) {
  for (Eigen::Index c = 0; c < sums.rows(); ++c) {
    sums.row(c) /= std::max(1.0, counts[static_cast<std::size_t>(c)]);
  }
  return sums;
}

/// Class means of the rows of x, K × columns; 0 for a class without rows. Cost O(n columns).
inline Eigen::MatrixXd class_means(const Eigen::MatrixXf& x, const std::vector<int>& y,
                                   const std::vector<double>& counts) {
  return means_of(class_sums(x, y, counts.size()), counts);
}

/// XᵀX in double, from single-precision products over blocks of rows. Cost O(n q²).
Eigen::MatrixXd scatter_of(const Eigen::MatrixXf& x);

}  // namespace cch::detail
