#include "estimators/cca/features.hpp"

#include <cmath>

#include "cch/core/random.hpp"

namespace cch::detail {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

// Mean 0 and variance 1; a constant column becomes 0.
void standardise(Eigen::Ref<Eigen::VectorXd> column) {
  column.array() -= column.mean();
  const double sd = std::sqrt(column.array().square().mean());
  if (sd > 1e-12) column /= sd;
}

}  // namespace

MatrixXd with_squares(const MatrixXd& z) {
  MatrixXd out(z.rows(), 2 * z.cols());
  out.leftCols(z.cols()) = z;
  for (Index j = 0; j < z.cols(); ++j) {
    out.col(z.cols() + j) = z.col(j).array().square();
    standardise(out.col(z.cols() + j));
  }
  return out;
}

MatrixXd with_waves(const MatrixXd& z, Index count, std::uint64_t seed) {
  Random random(seed);
  MatrixXd w(z.cols(), count / 2);
  for (Index i = 0; i < w.size(); ++i) {
    w.data()[i] = random.normal() / std::sqrt(static_cast<double>(z.cols()));
  }
  const MatrixXd arguments = z * w;
  MatrixXd out(z.rows(), z.cols() + 2 * w.cols());
  out << z, arguments.array().cos().matrix(), arguments.array().sin().matrix();
  for (Index j = z.cols(); j < out.cols(); ++j) standardise(out.col(j));
  return out;
}

}  // namespace cch::detail
