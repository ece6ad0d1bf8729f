#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>

namespace cch::detail {

/// Canonical correlation analysis (Hotelling 1936) of two feature sets on the same rows: directions
/// a_i, b_i with corr(a_iᵀx, b_iᵀy) = ρ_i, in falling order.
struct CanonicalPairs {
  Eigen::RowVectorXd mean_x;
  Eigen::RowVectorXd mean_y;
  Eigen::MatrixXd a;    ///< D_x × r
  Eigen::MatrixXd b;    ///< D_y × r
  Eigen::VectorXd rho;  ///< r correlations on the rows that were fitted
  std::size_t n = 0;    ///< those rows

  [[nodiscard]] Eigen::MatrixXd project_x(const Eigen::MatrixXd& x) const;
  [[nodiscard]] Eigen::MatrixXd project_y(const Eigen::MatrixXd& y) const;
  /// Pairs whose correlation lies above the edge that independent x and y of these dimensions reach
  /// (Wachter 1980): ρ² > (√(c_x (1 − c_y)) + √(c_y (1 − c_x)))², c = D / n, with a margin of a
  /// tenth.
  [[nodiscard]] std::size_t significant() const;
};

/// Too little to move a direction, enough for collinear columns to stay harmless.
inline constexpr double kLeastRidge = 1e-6;

/// Fits on the rows given. Columns are expected at about unit variance: `ridge` is added to the
/// diagonals. Cost O(n D² + D³).
CanonicalPairs fit_canonical_pairs(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y,
                                   double ridge);
/// With kLeastRidge.
CanonicalPairs fit_canonical_pairs(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y);

}  // namespace cch::detail
