#include "estimators/classifiers/projection.hpp"

#include <algorithm>
#include <utility>

#include "estimators/classifiers/leading.hpp"
#include "estimators/classifiers/training.hpp"
#include "estimators/math.hpp"

namespace cch::detail {
namespace {

/// Components whose variance is below this share of the first are rounding noise in single
/// precision.
constexpr double kNegligible = 1e-6;
/// A column whose standard deviation is below this share of its mean is constant up to rounding.
constexpr double kNegligibleRatio = 1e-12;

constexpr double kClip = 6.0;
Eigen::Index count_useful(const Eigen::VectorXd& ascending, Eigen::Index most) {
  const Eigen::Index d = ascending.size();
  const double floor = kNegligible * ascending(d - 1);
  Eigen::Index q = 0;
  while (q < std::min(most, d) && ascending(d - 1 - q) > floor) ++q;
  return std::max<Eigen::Index>(q, 1);
}

}  // namespace

Projection::Projection(MatrixView x, const std::vector<std::size_t>& training_rows,
                       Eigen::Index most) {
  const MatrixMap values = as_eigen(x);
  const auto n = static_cast<double>(training_rows.size());
  mean_.setZero(values.cols());
  for (const std::size_t i : training_rows) mean_ += values.row(static_cast<Eigen::Index>(i));
  mean_ /= n;
  Eigen::RowVectorXd variance = Eigen::RowVectorXd::Zero(values.cols());
  for (const std::size_t i : training_rows) {
    variance += (values.row(static_cast<Eigen::Index>(i)) - mean_).cwiseAbs2();
  }
  const Eigen::RowVectorXd sd = (variance / n).cwiseSqrt();
  inverse_sd_.setZero(values.cols());
  for (Eigen::Index j = 0; j < values.cols(); ++j) {
    if (sd(j) > kNegligibleRatio * std::abs(mean_(j))) inverse_sd_(j) = 1.0 / sd(j);
  }
  if (values.cols() > most) fit_components(standardised(x, training_rows), most);
}

Eigen::MatrixXf Projection::standardised(MatrixView x, const std::vector<std::size_t>& rows) const {
  const MatrixMap values = as_eigen(x);
  Eigen::MatrixXf z(static_cast<Eigen::Index>(rows.size()), values.cols());
  for (Eigen::Index i = 0; i < z.rows(); ++i) {
    const auto row = values.row(static_cast<Eigen::Index>(rows[static_cast<std::size_t>(i)]));
    const auto scaled = (row - mean_).array() * inverse_sd_.array();
    z.row(i) = scaled.cwiseMax(-kClip).cwiseMin(kClip).cast<float>();
  }
  return z;
}

void Projection::fit_components(const Eigen::MatrixXf& z, Eigen::Index most) {
  const bool wide = z.cols() > z.rows();
  const Eigen::MatrixXd scatter = wide ? scatter_of(z.transpose()) : scatter_of(z);
  const Spectrum spectrum = leading(scatter, std::min(most, scatter.rows()));
  const Eigen::Index q = count_useful(spectrum.values, most);
  const Eigen::MatrixXf top = spectrum.vectors.rightCols(q);
  if (!wide) {
    basis_ = top;
    return;
  }
  // With the left vectors u_j of Z, the right ones are Zᵀu_j / σ_j.
  const Eigen::ArrayXd sigma = spectrum.values.tail(q).cwiseMax(0.0).cwiseSqrt();
  basis_ = z.transpose() * top;
  basis_.array().rowwise() /= sigma.cwiseMax(1e-30).cast<float>().transpose();
}

Coordinates Projection::apply(MatrixView x, const std::vector<std::size_t>& rows) const {
  Eigen::MatrixXf z = standardised(x, rows);
  if (basis_.size() == 0) return {std::move(z), {}};
  Eigen::MatrixXf kept = z * basis_;
  return {std::move(kept), std::move(z)};
}

}  // namespace cch::detail
