#include "cch/gaussian/joint_gaussian.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/core/nearest_name.hpp"
#include "cch/core/random.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "gaussian/covariance_checks.hpp"
#include "gaussian/eigen.hpp"

namespace cch {

using detail::index;

/// Everything is computed on correlations R, Σ = D R D with D = diag(sd), so that units do not
/// decide what counts as singular.
struct JointGaussian::Parts {
  Matrix covariance;
  std::vector<GaussianBlock> blocks;
  Eigen::VectorXd sd;
  Eigen::MatrixXd correlations;
  detail::Cholesky factor;  // of the correlations

  /// Columns of the named blocks; refuses unknown and repeated names.
  [[nodiscard]] std::vector<Eigen::Index> columns(const BlockNames& names) const;
  /// ln det Σ over the named blocks; 0 for none.
  [[nodiscard]] double log_det(const BlockNames& names) const;
  /// Whether the columns are the first ones, in any order: their factor is part of all columns'.
  [[nodiscard]] static bool are_first(std::vector<Eigen::Index> chosen);
  /// ½ ln(det Σ_AC det Σ_BC/(det Σ_ABC det Σ_C)).
  [[nodiscard]] double information(const BlockNames& a, const BlockNames& b,
                                   const BlockNames& given) const;
};

namespace {

BlockNames joined(BlockNames a, const BlockNames& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

[[noreturn]] void refuse_name(const std::string& name, const std::vector<GaussianBlock>& blocks) {
  std::vector<std::string> names;
  for (const GaussianBlock& block : blocks) names.push_back(block.name);
  refuse_usage("unknown-block", "there is no block '" + name + "'", {},
               "Did you mean '" + nearest_name(name, names) + "'?");
}

/// Of the first `count` columns.
double log_det_of(const detail::Cholesky& factor, Eigen::Index count) {
  return 2.0 * factor.packed().diagonal().head(count).array().log().sum();
}

/// ln Π sd² over the chosen columns.
double log_scale(const Eigen::VectorXd& sd, const std::vector<Eigen::Index>& chosen) {
  double sum = 0.0;
  for (const Eigen::Index j : chosen) sum += std::log(sd(j));
  return 2.0 * sum;
}

/// 1/‖R⁻¹‖₁, at most the smallest eigenvalue; 0 where R has no Cholesky factor.
double eigenvalue_bound(double reciprocal_condition, const Eigen::MatrixXd& r) {
  return reciprocal_condition * r.cwiseAbs().colwise().sum().maxCoeff();
}

}  // namespace

std::vector<Eigen::Index> JointGaussian::Parts::columns(const BlockNames& names) const {
  std::vector<Eigen::Index> out;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) {
      refuse_usage("repeated-block", "block '" + name + "' is named twice",
                   "what a block says about itself is infinite", "Name every block once");
    }
    Eigen::Index first = 0;
    auto block = blocks.begin();
    for (; block != blocks.end() && block->name != name; ++block) first += index(block->dim);
    if (block == blocks.end()) refuse_name(name, blocks);
    for (std::size_t j = 0; j < block->dim; ++j) out.push_back(first + index(j));
  }
  return out;
}

bool JointGaussian::Parts::are_first(std::vector<Eigen::Index> chosen) {
  std::sort(chosen.begin(), chosen.end());
  return chosen.back() + 1 == static_cast<Eigen::Index>(chosen.size());
}

double JointGaussian::Parts::log_det(const BlockNames& names) const {
  if (names.empty()) return 0.0;
  const auto chosen = columns(names);
  const double scale = log_scale(sd, chosen);
  const auto count = static_cast<Eigen::Index>(chosen.size());
  if (are_first(chosen)) return scale + log_det_of(factor, count);
  return scale + log_det_of(detail::Cholesky(correlations(chosen, chosen)), count);
}

double JointGaussian::Parts::information(const BlockNames& a, const BlockNames& b,
                                         const BlockNames& given) const {
  const BlockNames ac = joined(given, a);
  const BlockNames bc = joined(given, b);
  const BlockNames abc = joined(ac, b);
  const auto all = columns(abc);
  if (are_first(all)) return 0.5 * (log_det(ac) + log_det(bc) - log_det(abc) - log_det(given));
  // One factor in the order (given, a, b) holds that of (given) and of (given, a).
  const detail::Cholesky in_order(correlations(all, all));
  auto log_det_in_order = [&](const BlockNames& first) {
    const auto chosen = columns(first);
    return log_scale(sd, chosen) + log_det_of(in_order, index(chosen.size()));
  };
  return 0.5 *
         (log_det_in_order(ac) + log_det(bc) - log_det_in_order(abc) - log_det_in_order(given));
}

JointGaussian JointGaussian::from(const Matrix& covariance, std::vector<GaussianBlock> blocks,
                                  const std::string& name, double entry_error) {
  detail::check_covariance(covariance, blocks, name);
  auto parts = std::make_shared<Parts>();
  const Eigen::MatrixXd sigma = detail::to_eigen(covariance);
  parts->sd = sigma.diagonal().cwiseSqrt();
  const Eigen::VectorXd scale = parts->sd.cwiseInverse();
  const Eigen::MatrixXd symmetric = 0.5 * (sigma + sigma.transpose());
  parts->correlations = scale.asDiagonal() * symmetric * scale.asDiagonal();
  double reciprocal_condition = 0.0;
  parts->factor = detail::Cholesky(parts->correlations, reciprocal_condition);
  detail::check_definite(parts->correlations, blocks,
                         eigenvalue_bound(reciprocal_condition, parts->correlations),
                         std::max(entry_error, largest_asymmetry(covariance)), name);
  parts->covariance = detail::from_eigen(symmetric);
  parts->blocks = std::move(blocks);
  return JointGaussian(std::move(parts));
}

double largest_asymmetry(const Matrix& covariance) {
  double largest = 0.0;
  for (std::size_t i = 0; i < covariance.rows(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double scale = std::sqrt(covariance(i, i) * covariance(j, j));
      largest = std::max(largest, std::abs(covariance(i, j) - covariance(j, i)) / scale);
    }
  }
  return largest;
}

const std::vector<GaussianBlock>& JointGaussian::blocks() const& {
  return parts_->blocks;
}

std::size_t JointGaussian::dim() const {
  return parts_->covariance.rows();
}

std::size_t JointGaussian::dim(const BlockNames& of) const {
  return parts_->columns(of).size();
}

const Matrix& JointGaussian::covariance() const& {
  return parts_->covariance;
}

Matrix JointGaussian::covariance(const BlockNames& a, const BlockNames& b) const {
  const auto rows = parts_->columns(a);
  const auto cols = parts_->columns(b);
  Matrix out(rows.size(), cols.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto from = parts_->covariance.row(static_cast<std::size_t>(rows[i]));
    for (std::size_t j = 0; j < cols.size(); ++j) {
      out(i, j) = from[static_cast<std::size_t>(cols[j])];
    }
  }
  return out;
}

JointGaussian JointGaussian::marginal(const BlockNames& of) const {
  std::vector<GaussianBlock> blocks;
  for (const std::string& name : of) blocks.push_back({name, dim({name})});
  return from(covariance(of, of), std::move(blocks), "the marginal covariance");
}

JointGaussian JointGaussian::conditional(const BlockNames& of, const BlockNames& given) const {
  static_cast<void>(parts_->columns(joined(of, given)));
  const Eigen::MatrixXd ac = detail::to_eigen(covariance(of, given));
  const Eigen::MatrixXd w = detail::to_eigen(regression(of, given));
  const Eigen::MatrixXd rest = detail::to_eigen(covariance(of, of)) - ac * w;
  std::vector<GaussianBlock> blocks;
  for (const std::string& name : of) blocks.push_back({name, dim({name})});
  return from(detail::from_eigen(0.5 * (rest + rest.transpose())), std::move(blocks),
              "the conditional covariance");
}

Matrix JointGaussian::regression(const BlockNames& a, const BlockNames& b) const {
  const auto target = parts_->columns(a);
  const auto on = parts_->columns(b);
  const detail::Cholesky factor(parts_->correlations(on, on));
  const Eigen::MatrixXd standardised = factor.solve(parts_->correlations(on, target));
  const Eigen::VectorXd scale = parts_->sd(on).cwiseInverse();
  return detail::from_eigen(scale.asDiagonal() * standardised * parts_->sd(target).asDiagonal());
}

double JointGaussian::entropy(const BlockNames& of) const {
  const double log_2_pi_e = std::log(2.0 * std::numbers::pi) + 1.0;
  return 0.5 * (static_cast<double>(dim(of)) * log_2_pi_e + parts_->log_det(of));
}

double JointGaussian::entropy(const BlockNames& of, const BlockNames& given) const {
  return entropy(joined(of, given)) - entropy(given);
}

double JointGaussian::information(const BlockNames& a, const BlockNames& b) const {
  return information(a, b, {});
}

double JointGaussian::information(const BlockNames& a, const BlockNames& b,
                                  const BlockNames& given) const {
  // The larger block goes where its factor costs nothing more.
  return dim(a) < dim(b) ? parts_->information(b, a, given) : parts_->information(a, b, given);
}

Matrix JointGaussian::sample(std::size_t n, std::uint64_t seed) const {
  Random random(derive_seed(seed, "joint-gaussian"));
  detail::RowMajor rows(index(n), index(dim()));
  for (Eigen::Index i = 0; i < rows.size(); ++i) rows.data()[i] = random.normal();
  const Eigen::MatrixXd upper = parts_->factor.upper();
  return detail::from_eigen(rows * (upper * parts_->sd.asDiagonal()));
}

}  // namespace cch
