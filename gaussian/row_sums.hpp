#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "cch/core/random.hpp"

namespace cch::detail {

/// Sums over rows, all that least squares needs to know of them.
struct RowSums {
  Eigen::MatrixXd products;  // Σ x xᵀ
  Eigen::VectorXd sum;       // Σ x
  double rows = 0.0;

  RowSums& operator+=(const RowSums& other);
  RowSums& operator-=(const RowSums& other);
};

/// χ² with k ≥ 1 degrees of freedom.
double chi_squared(std::size_t k, Random& random);

/// A of Bartlett's (1933) decomposition: A Aᵀ is distributed as Σ z zᵀ over ν rows of N(0, I_dim).
/// Lower trapezoidal, dim × min(dim, ν), normal below the diagonal and A_ii² ~ χ² with ν − i
/// degrees of freedom, i from 0. What is above the diagonal is left as it was.
void draw_bartlett(Eigen::Index dim, std::size_t nu, Random& random, Eigen::MatrixXd& a);

/// The sums of n ≥ 1 independent rows of N(0, L Lᵀ), exactly distributed: mean √n x̄ ~ N(0, Σ), and
/// independently Σ (x − x̄)(x − x̄)ᵀ = L A Aᵀ Lᵀ with A of draw_bartlett, ν = n − 1.
RowSums draw_row_sums(const Eigen::MatrixXd& lower, std::size_t n, Random& random);

/// Linear map that was fitted by least squares, prediction bᵀ + Wᵀx.
struct LeastSquaresFit {
  Eigen::MatrixXd w;  // inputs × outputs
  Eigen::RowVectorXd b;
};

/// Errors of least squares on n rows of z ~ N(0, I_p) and targets with noise C r, r ~ N(0, I):
/// given the rows the slopes' errors are normal with covariance (ZᵀZ)⁻¹ between rows and CCᵀ
/// between columns, that is A⁻ᵀ N Cᵀ with ZᵀZ = A Aᵀ. Cost O(p²), free of n. `workspace` is for A.
LeastSquaresFit draw_fit_errors(Eigen::Index p, std::size_t n, bool intercept,
                                const Eigen::MatrixXd& c, Random& random,
                                Eigen::MatrixXd& workspace);

/// Least squares of the columns `to` on the columns `from` of one set of sums.
LeastSquaresFit least_squares(const RowSums& sums, Eigen::Index from, Eigen::Index inputs,
                              Eigen::Index to, Eigen::Index outputs, bool intercept);

/// Least squares on targets whose sums are given: cross = Σ x targetᵀ, total = Σ targetᵀ.
LeastSquaresFit least_squares(const Eigen::MatrixXd& products, const Eigen::VectorXd& sum,
                              const Eigen::MatrixXd& cross, const Eigen::RowVectorXd& total,
                              double rows, bool intercept);

}  // namespace cch::detail
