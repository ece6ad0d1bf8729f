#include "estimators/classifiers/mean_shrinkage.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/linalg/symmetric.hpp"

namespace cch::detail {
namespace {

constexpr int kEmIterations = 100;
/// Steps of the grid of a − 1: a factor 2 is finer than ν ≈ 10 degrees of freedom can tell apart.
constexpr double kGridStep = 2.0;
constexpr double kGridStart = 0.25;

Eigen::ArrayXd root_counts(const std::vector<double>& counts) {
  const Eigen::Map<const Eigen::ArrayXd> n(counts.data(), static_cast<Eigen::Index>(counts.size()));
  return n.sqrt();
}

double degrees_of_freedom(const std::vector<double>& counts) {
  const auto present = std::count_if(counts.begin(), counts.end(), [](double n) { return n > 0; });
  return std::max(1.0, static_cast<double>(present - 1));
}

/// η(σ)/σ.
double singular_factor(double sigma, double rank, double q) {
  const double scale = std::sqrt(std::max(rank, q));
  const double beta = std::min(rank, q) / std::max(rank, q);
  const double y = sigma / scale;
  if (y <= 1.0 + std::sqrt(beta)) return 0.0;
  const double inner = y * y - beta - 1.0;
  return std::sqrt(std::max(0.0, inner * inner - 4.0 * beta)) / (y * y);
}

Eigen::ArrayXd grid_up_to(double largest) {
  std::vector<double> a{1.0};
  for (double b = kGridStart; b < largest || a.size() < 3; b *= kGridStep) a.push_back(1.0 + b);
  return Eigen::Map<const Eigen::ArrayXd>(a.data(), static_cast<Eigen::Index>(a.size()));
}

/// Likelihood of T_j (columns) at a_g (rows), each column scaled to a maximum of 1.
Eigen::ArrayXXd likelihoods(const Eigen::ArrayXd& a, const Eigen::RowVectorXd& t, double nu) {
  Eigen::ArrayXXd log_density(a.size(), t.size());
  for (Eigen::Index j = 0; j < t.size(); ++j) {
    log_density.col(j) = -0.5 * t(j) / a - 0.5 * nu * a.log();
    log_density.col(j) -= log_density.col(j).maxCoeff();
  }
  return log_density.exp();
}

}  // namespace

Eigen::MatrixXd shrink_directions(const Eigen::MatrixXd& means, const std::vector<double>& counts) {
  const Eigen::ArrayXd root = root_counts(counts);
  const Eigen::MatrixXd y = root.matrix().asDiagonal() * means;
  const SymmetricEigen eigen = symmetric_eigen(y * y.transpose());
  const double rank = degrees_of_freedom(counts);
  Eigen::VectorXd factor(eigen.values.size());
  for (Eigen::Index j = 0; j < factor.size(); ++j) {
    const double sigma = std::sqrt(std::max(0.0, eigen.values(j)));
    factor(j) = singular_factor(sigma, rank, static_cast<double>(means.cols()));
  }
  const Eigen::MatrixXd& u = eigen.vectors;
  const Eigen::MatrixXd shrunk = u * factor.asDiagonal() * (u.transpose() * y);
  return (root > 0.0).select(1.0 / root.max(0.5), 0.0).matrix().asDiagonal() * shrunk;
}

Eigen::RowVectorXd column_factors(const Eigen::MatrixXd& means, const Eigen::RowVectorXd& noise,
                                  const std::vector<double>& counts) {
  const Eigen::MatrixXd y = root_counts(counts).matrix().asDiagonal() * means;
  const Eigen::RowVectorXd t = y.colwise().squaredNorm().cwiseQuotient(noise);
  const double nu = degrees_of_freedom(counts);
  const Eigen::ArrayXd a = grid_up_to(2.0 * t.maxCoeff() / nu);
  const Eigen::ArrayXXd likelihood = likelihoods(a, t, nu);
  Eigen::ArrayXd weight = Eigen::ArrayXd::Constant(a.size(), 1.0 / static_cast<double>(a.size()));
  Eigen::ArrayXXd posterior;
  for (int iteration = 0; iteration < kEmIterations; ++iteration) {
    posterior = likelihood.colwise() * weight;
    posterior.rowwise() /= posterior.colwise().sum().eval();
    weight = posterior.rowwise().mean();
  }
  return ((a - 1.0) / a).matrix().transpose() * posterior.matrix();
}

}  // namespace cch::detail
