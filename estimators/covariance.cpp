#include "estimators/covariance.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cch/core/parallel.hpp"
#include "estimators/linalg/dense.hpp"
#include "estimators/linalg/quantiles.hpp"

namespace cch::detail {
namespace {

/// A column whose standard deviation is below this share of its largest value is rounding noise.
constexpr double kConstantRatio = 1e-13;
constexpr Eigen::Index kTile = 96;

struct Tile {
  Eigen::Index row;
  Eigen::Index col;
};

std::vector<Tile> upper_tiles(Eigen::Index d) {
  std::vector<Tile> tiles;
  for (Eigen::Index row = 0; row < d; row += kTile) {
    for (Eigen::Index col = row; col < d; col += kTile) tiles.push_back({row, col});
  }
  return tiles;
}

}  // namespace

void standardise_into(const Samples& x, RowMajorMatrix& z, Eigen::Index first) {
  const auto values = as_eigen(x.view());
  const auto n = static_cast<double>(x.size());
  const Eigen::RowVectorXd mean = values.colwise().sum() / n;
  const auto block = z.middleCols(first, values.cols());
  auto target = z.middleCols(first, values.cols());
  target = values.rowwise() - mean;
  const Eigen::RowVectorXd sd = (block.colwise().squaredNorm() / n).cwiseSqrt();
  const Eigen::RowVectorXd largest = values.cwiseAbs().colwise().maxCoeff();
  for (Eigen::Index j = 0; j < values.cols(); ++j) {
    if (sd(j) > kConstantRatio * largest(j)) continue;
    refuse_data("constant-column", x.name() + " has a column with one value only",
                "column " + std::to_string(j) + " (from 0)",
                "its variance is 0, so the covariance has no determinant", "Drop this column");
  }
  target.array().rowwise() /= sd.array();
}

Eigen::MatrixXd second_moments(const RowMajorMatrix& z, const Execution& exec) {
  const Eigen::Index d = z.cols();
  const std::vector<Tile> tiles = upper_tiles(d);
  Eigen::MatrixXd r(d, d);
  parallel_for(tiles.size(), exec, [&](std::size_t t) {
    const auto [row, col] = tiles[t];
    const Eigen::Index rows = std::min(kTile, d - row);
    const Eigen::Index cols = std::min(kTile, d - col);
    r.block(row, col, rows, cols) =
        product(z.middleCols(row, rows).transpose(), z.middleCols(col, cols));
  });
  r /= static_cast<double>(z.rows());
  return r.selfadjointView<Eigen::Upper>();
}

double log_det_bias(std::size_t rows, std::size_t columns) {
  const auto n = static_cast<double>(rows - 1);
  double bias = static_cast<double>(columns) * std::log(2.0 / n);
  for (std::size_t i = 1; i <= columns; ++i) {
    bias += digamma(0.5 * (n + 1.0 - static_cast<double>(i)));
  }
  return bias;
}

double shrinkage_intensity(const RowMajorMatrix& z, const Eigen::MatrixXd& r) {
  const auto n = static_cast<double>(z.rows());
  double fourth = 0.0;
  for (Eigen::Index i = 0; i < z.rows(); ++i) {
    const auto squares = z.row(i).array().square();
    const double total = squares.sum();
    fourth += total * total - squares.square().sum();
  }
  const double off_diagonal = r.squaredNorm() - r.diagonal().squaredNorm();
  if (off_diagonal <= 0.0) return 1.0;
  const double variance = (fourth - n * off_diagonal) / (n * (n - 1.0));
  return std::clamp(variance / off_diagonal, 0.0, 1.0);
}

}  // namespace cch::detail
