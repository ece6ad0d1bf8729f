#include "cch/estimators/gaussian.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <string>

#include "estimators/covariance.hpp"

namespace cch {
namespace {

/// 1 − R² of a column on the columns before it, below which rounding decides: a determinant of
/// standardised columns loses all its digits near 1e-16, and 1e-10 keeps six of them.
constexpr double kCollinear = 1e-10;

struct Blocks {
  const Samples& x;
  const Samples& y;
};

void check_shapes(const Blocks& b, const Groups& groups) {
  if (b.x.size() != b.y.size() || b.x.size() != groups.rows()) {
    refuse_data("unequal-rows", "the inputs have different numbers of rows",
                b.x.name() + ": " + std::to_string(b.x.size()) + ", " + b.y.name() + ": " +
                    std::to_string(b.y.size()) + ", groups: " + std::to_string(groups.rows()),
                "rows are paired by position", "Align the files on their ids first");
  }
  if (b.x.size() < 3) {
    refuse_data("too-few-rows", "a covariance needs at least 3 rows",
                std::to_string(b.x.size()) + " rows", {}, "Give more rows");
  }
}

void check_columns(const Blocks& b, const GaussianOptions& options) {
  const std::size_t columns = b.x.dim() + b.y.dim();
  const auto rows = static_cast<double>(b.x.size());
  if (static_cast<double>(columns) <= options.most_columns_a_row * rows) return;
  refuse_data("too-few-rows",
              "a covariance of " + std::to_string(columns) + " columns has " +
                  std::to_string(b.x.size()) + " rows",
              b.x.name() + ": " + std::to_string(b.x.dim()) + " columns, " + b.y.name() + ": " +
                  std::to_string(b.y.dim()),
              "with about as many columns as rows it has no inverse that the rows determine, and "
              "what stands in for one has nats even between independent sides",
              "Take the estimator auto or cca-ksg, or principal components of each side");
}

/// ln det of a correlation matrix by Cholesky; returns the first column whose conditional variance
/// vanishes, or −1, in `collinear`.
double log_det(Eigen::MatrixXd a, Eigen::Index& collinear) {
  double sum = 0.0;
  collinear = -1;
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    const auto left = a.row(j).head(j);
    const double pivot = a(j, j) - left.squaredNorm();
    if (!(pivot > kCollinear)) {
      collinear = j;
      return 0.0;
    }
    const double root = std::sqrt(pivot);
    const Eigen::Index below = a.rows() - j - 1;
    a(j, j) = root;
    if (below > 0) {
      a.col(j).tail(below) -= a.bottomLeftCorner(below, j) * left.transpose();
      a.col(j).tail(below) /= root;
    }
    sum += 2.0 * std::log(root);
  }
  return sum;
}

double block_log_det(const Samples& s, const Eigen::MatrixXd& r) {
  Eigen::Index collinear = -1;
  const double value = log_det(r, collinear);
  if (collinear >= 0) {
    refuse_data("collinear-columns", s.name() + " has a column that the others determine",
                "column " + std::to_string(collinear) +
                    " (from 0) is a linear function of the columns before it",
                "the covariance has no inverse, so the Gaussian information is not defined",
                "Drop this column or project on fewer components");
  }
  return value;
}

double joint_log_det(const Blocks& b, const Eigen::MatrixXd& r) {
  Eigen::Index collinear = -1;
  const double value = log_det(r, collinear);
  if (collinear >= 0) {
    refuse_data(
        "deterministic-relation",
        b.y.name() + " has a column that " + b.x.name() + " and the columns before it determine",
        "column " +
            std::to_string(
                std::max<Eigen::Index>(0, collinear - static_cast<Eigen::Index>(b.x.dim()))) +
            " of " + b.y.name() + " (from 0)",
        "the information between them is infinite",
        "Check that the two inputs are not copies of each other");
  }
  return value;
}

double information_bias(const Blocks& b) {
  const std::size_t n = b.x.size();
  return 0.5 * (detail::log_det_bias(n, b.x.dim()) + detail::log_det_bias(n, b.y.dim()) -
                detail::log_det_bias(n, b.x.dim() + b.y.dim()));
}

}  // namespace

Estimate gaussian(const Samples& x, const Samples& y, const Groups& groups,
                  const GaussianOptions& options, const Execution& exec) {
  const Blocks b{x, y};
  check_shapes(b, groups);
  check_columns(b, options);
  const auto dx = static_cast<Eigen::Index>(x.dim());
  const auto dy = static_cast<Eigen::Index>(y.dim());
  Estimate out;
  out.n = x.size();
  out.dim_x = x.dim();
  out.dim_y = y.dim();
  out.method = "gaussian";
  detail::RowMajorMatrix z(static_cast<Eigen::Index>(x.size()), dx + dy);
  detail::standardise_into(x, z, 0);
  detail::standardise_into(y, z, dx);
  const Eigen::MatrixXd r = detail::second_moments(z, exec);
  const double ln_x = block_log_det(x, r.topLeftCorner(dx, dx));
  const double ln_y = block_log_det(y, r.bottomRightCorner(dy, dy));
  out.nats = 0.5 * (ln_x + ln_y - joint_log_det(b, r));
  if (options.bias_correction) {
    const double bias = information_bias(b);
    out.diagnostics.set("bias_correction", bias);
    out.nats -= bias;
  }
  return out;
}

}  // namespace cch
