#include "estimators/classifiers/projection.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "estimators/classifiers/leading.hpp"
#include "estimators/classifiers/tall_products.hpp"
#include "estimators/math.hpp"

namespace cch::detail {
namespace {

/// A column whose standard deviation is below this share of its mean is constant up to rounding.
constexpr double kNegligibleRatio = 1e-12;

constexpr double kClip = 6.0;

}  // namespace

Projection::Projection(MatrixView x, const std::vector<std::size_t>& fitted, Eigen::Index most,
                       const Execution& exec) {
  standardise_by(x, fitted);
  if (static_cast<Eigen::Index>(x.cols()) <= most) return;
  basis_ = leading_right(standardised(x, fitted), most, exec).vectors;
}

void Projection::standardise_by(MatrixView x, const std::vector<std::size_t>& rows) {
  const MatrixMap values = as_eigen(x);
  const auto n = static_cast<double>(rows.size());
  mean_.setZero(values.cols());
  for (const std::size_t i : rows) mean_ += values.row(static_cast<Eigen::Index>(i));
  mean_ /= n;
  Eigen::RowVectorXd variance = Eigen::RowVectorXd::Zero(values.cols());
  for (const std::size_t i : rows) {
    variance += (values.row(static_cast<Eigen::Index>(i)) - mean_).cwiseAbs2();
  }
  const Eigen::RowVectorXd sd = (variance / n).cwiseSqrt();
  inverse_sd_.setZero(values.cols());
  for (Eigen::Index j = 0; j < values.cols(); ++j) {
    if (sd(j) > kNegligibleRatio * std::abs(mean_(j))) inverse_sd_(j) = 1.0 / sd(j);
  }
}

Eigen::MatrixXf Projection::standardised(MatrixView x, const std::vector<std::size_t>& rows) const {
  constexpr std::size_t at_once = 16;  // a cache line of the result
  Eigen::MatrixXf z(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(x.cols()));
  for (std::size_t first = 0; first < rows.size(); first += at_once) {
    const std::size_t count = std::min(at_once, rows.size() - first);
    std::array<const double*, at_once> from{};
    for (std::size_t i = 0; i < count; ++i) from[i] = x.row(rows[first + i]).data();
    for (Eigen::Index j = 0; j < z.cols(); ++j) {
      float* to = &z(static_cast<Eigen::Index>(first), j);
      for (std::size_t i = 0; i < count; ++i) {
        const double scaled = (from[i][j] - mean_(j)) * inverse_sd_(j);
        to[i] = static_cast<float>(std::clamp(scaled, -kClip, kClip));
      }
    }
  }
  return z;
}

Coordinates Projection::apply(MatrixView x, const std::vector<std::size_t>& rows,
                              const Execution& exec) const {
  Eigen::MatrixXf z = standardised(x, rows);
  if (basis_.size() == 0) return {std::move(z), {}};
  Eigen::MatrixXf kept = tall_times(z, basis_, exec);
  return {std::move(kept), std::move(z)};
}

Eigen::MatrixXf leading_coordinates(MatrixView x, Eigen::Index most, const Execution& exec) {
  std::vector<std::size_t> rows(x.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return Projection(x, rows, most, exec).apply(x, rows, exec).kept;
}

Samples leading_samples(const Samples& x, Eigen::Index most, const Execution& exec) {
  const Eigen::MatrixXf kept = leading_coordinates(x.view(), most, exec);
  Matrix out(x.size(), static_cast<std::size_t>(kept.cols()));
  for (std::size_t i = 0; i < out.rows(); ++i) {
    for (std::size_t j = 0; j < out.cols(); ++j) {
      out(i, j) =
          static_cast<double>(kept(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)));
    }
  }
  return Samples::from(std::move(out), x.name());
}

}  // namespace cch::detail
