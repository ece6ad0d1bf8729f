#include "estimators/classifiers/training.hpp"

#include <algorithm>

#include "estimators/linalg/dense.hpp"

namespace cch::detail {

Eigen::MatrixXd scatter_of(const Eigen::MatrixXf& x) {
  // Single precision within a block of rows, double beyond.
  constexpr auto kBlock = static_cast<Eigen::Index>(kDenseDepth);
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(x.cols(), x.cols());
  Eigen::MatrixXf part(x.cols(), x.cols());
  for (Eigen::Index begin = 0; begin < x.rows(); begin += kBlock) {
    const auto rows = x.middleRows(begin, std::min(kBlock, x.rows() - begin));
    part.setZero();
    add_gram(rows, part);
    sum.triangularView<Eigen::Lower>() += part.cast<double>();
  }
  return sum.selfadjointView<Eigen::Lower>();
}

}  // namespace cch::detail
