#pragma once

#include <Eigen/Core>
#include <vector>

namespace cch::detail {

/// Optimal shrinkage of the singular values of a K × q matrix of class means in noise (Gavish &
/// Donoho 2017, Frobenius loss). Row c of `means` is a class mean minus the overall mean in
/// coordinates where its noise has variance 1/n_c. With Y = diag(√n) M = Σ σ_j u_j v_jᵀ, β =
/// (K−1)/q (or its inverse, if that is below 1) and y = σ / √max(K−1, q):
///
///   η(y) = √((y² − β − 1)² − 4β) / y   for y > 1 + √β, else 0
///
/// Directions that noise alone would produce vanish. Cost O(K² q + K³).
Eigen::MatrixXd shrink_directions(const Eigen::MatrixXd& means, const std::vector<double>& counts);

/// Posterior shrinkage factors of q columns of class means by empirical Bayes (Stephens 2017). In
/// column j the class means are N(0, b_j), and T_j = Σ_c n_c m_cj² / noise_j ~ a χ²_ν with
/// a = 1 + n₀ b_j / noise_j, ν = K−1. The distribution of a over the columns is a mixture on a grid
/// (a = 1 is "no class information"), its weights fitted by EM. Returns E[(a−1)/a | T_j]. So
/// columns without information are dropped where most have none, and kept where most have some.
/// Cost O(grid · q) an iteration.
Eigen::RowVectorXd column_factors(const Eigen::MatrixXd& means, const Eigen::RowVectorXd& noise,
                                  const std::vector<double>& counts);

}  // namespace cch::detail
