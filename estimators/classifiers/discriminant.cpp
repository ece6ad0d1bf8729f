#include "estimators/classifiers/discriminant.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "estimators/classifiers/mean_shrinkage.hpp"
#include "estimators/linalg/symmetric.hpp"

namespace cch::detail {
namespace {

using Means = DiscriminantChoice::Means;

/// Negative: Ledoit–Wolf, the best for the covariance itself; the others bracket what is best for
/// its inverse.
constexpr std::array<double, 5> kShrinkages{-1.0, 0.003, 0.03, 0.2, 0.7};
/// Within-class variance of a column as a share of its total variance below which it is taken as
/// this share: a column that separates the classes perfectly must not give an infinite weight.
constexpr double kLeastWithin = 1e-6;

/// Class means (K × q) and pooled within-class spread of a training set.
class Moments {
 public:
  explicit Moments(const TrainingSet& train) : counts_(train.counts) {
    means_ = class_means(train.x, train.y, counts_);
    Eigen::MatrixXd within = train.scatter;
    for (Eigen::Index c = 0; c < means_.rows(); ++c) {
      within.noalias() -=
          counts_[static_cast<std::size_t>(c)] * means_.row(c).transpose() * means_.row(c);
    }
    const double freedom = std::max(1.0, static_cast<double>(train.rows() - train.classes()));
    within /= freedom;
    const Eigen::VectorXd total = train.scatter.diagonal() / static_cast<double>(train.rows());
    sd_ = within.diagonal().cwiseMax(kLeastWithin * total).cwiseMax(1e-30).cwiseSqrt();
    const Eigen::VectorXd inverse = sd_.cwiseInverse();
    within = inverse.asDiagonal() * within * inverse.asDiagonal();
    intensity_ = ledoit_wolf(train, within);
    SymmetricEigen eigen = symmetric_eigen(within);
    axes_ = std::move(eigen.vectors);
    variances_ = eigen.values.cwiseMax(0.0);
    means_ = means_ * inverse.asDiagonal();
  }

  [[nodiscard]] LinearRule rule(const DiscriminantChoice& choice) const {
    const double lambda = choice.shrinkage < 0.0 ? intensity_ : choice.shrinkage;
    const Eigen::RowVectorXd spread = regularised(lambda);
    const Eigen::MatrixXd m = shrunk_means(choice.means, spread);
    const Eigen::MatrixXd scaled = m * spread.cwiseInverse().asDiagonal();
    LinearRule out;
    out.weights = (sd_.cwiseInverse().asDiagonal() * (axes_ * scaled.transpose())).cast<float>();
    out.bias = (-0.5 * m.cwiseProduct(scaled).rowwise().sum()).transpose().cast<float>();
    return out;
  }

 private:
  /// λ of covariance.hpp for the rows minus their class means.
  [[nodiscard]] double ledoit_wolf(const TrainingSet& train, const Eigen::MatrixXd& r) const {
    const auto n = static_cast<double>(train.rows());
    Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(train.rows());
    double fourth = 0.0;
    for (Eigen::Index j = 0; j < train.dim(); ++j) {
      for (Eigen::Index i = 0; i < train.rows(); ++i) {
        const Eigen::Index c = train.y[static_cast<std::size_t>(i)];
        const double z = (static_cast<double>(train.x(i, j)) - means_(c, j)) / sd_(j);
        squares(i) += z * z;
        fourth += z * z * z * z;
      }
    }
    const double off_diagonal = r.squaredNorm() - r.diagonal().squaredNorm();
    if (off_diagonal <= 0.0) return 1.0;
    const double products = squares.square().sum() - fourth;
    return std::clamp((products / n - off_diagonal) / (n * off_diagonal), 1e-6, 1.0);
  }

  /// Eigenvalues of R*.
  [[nodiscard]] Eigen::RowVectorXd regularised(double lambda) const {
    return ((1.0 - lambda) * variances_.array() + lambda).matrix().transpose();
  }

  /// Class means in the axes of R.
  [[nodiscard]] Eigen::MatrixXd shrunk_means(Means kind, const Eigen::RowVectorXd& spread) const {
    if (kind == Means::columns) {
      const Eigen::RowVectorXd noise = Eigen::RowVectorXd::Ones(means_.cols());
      return means_ * column_factors(means_, noise, counts_).asDiagonal() * axes_;
    }
    const Eigen::MatrixXd m = means_ * axes_;
    if (kind == Means::plain) return m;
    if (kind == Means::within_axes) {
      return m * column_factors(m, regularised(intensity_), counts_).asDiagonal();
    }
    const Eigen::RowVectorXd root = spread.cwiseSqrt();
    return shrink_directions(m * root.cwiseInverse().asDiagonal(), counts_) * root.asDiagonal();
  }

  std::vector<double> counts_;
  Eigen::MatrixXd means_;      // K × q, in units of sd_
  Eigen::VectorXd sd_;         // within-class standard deviations S
  Eigen::MatrixXd axes_;       // eigenvectors of R
  Eigen::VectorXd variances_;  // eigenvalues of R
  double intensity_ = 0.0;
};

/// The discriminant that takes columns as independent, in all columns.
LinearRule centroid_rule(const TrainingSet& train, bool shrink) {
  Eigen::MatrixXd m = train.column_means;
  const auto n = static_cast<double>(train.rows());
  const Eigen::RowVectorXd& total = train.column_squares;
  Eigen::RowVectorXd within = total;
  for (Eigen::Index c = 0; c < m.rows(); ++c) {
    within -= train.counts[static_cast<std::size_t>(c)] * m.row(c).cwiseAbs2();
  }
  within /= std::max(1.0, n - static_cast<double>(train.classes()));
  within = within.cwiseMax(kLeastWithin / n * total).cwiseMax(1e-30);
  if (shrink) m = m * column_factors(m, within, train.counts).asDiagonal();
  const Eigen::MatrixXd scaled = m * within.cwiseInverse().asDiagonal();
  return {scaled.transpose().cast<float>(),
          (-0.5 * m.cwiseProduct(scaled).rowwise().sum()).transpose().cast<float>(), true};
}

}  // namespace

std::string DiscriminantChoice::name() const {
  constexpr std::array<const char*, 6> kinds{
      "lda", "lda-directions", "lda-columns", "lda-within-axes", "centroids", "shrunken-centroids"};
  const std::string kind = kinds[static_cast<std::size_t>(means)];
  if (means >= Means::centroids) return kind;
  if (shrinkage < 0.0) return kind + "(ledoit-wolf)";
  std::string digits = std::to_string(shrinkage);
  return kind + "(" + digits.substr(0, 5) + ")";
}

std::vector<DiscriminantChoice> discriminant_choices(bool reduced) {
  std::vector<DiscriminantChoice> all;
  for (const Means means : {Means::plain, Means::directions, Means::columns, Means::within_axes}) {
    for (const double shrinkage : kShrinkages) all.push_back({means, shrinkage});
  }
  if (reduced) {
    all.push_back({Means::centroids});
    all.push_back({Means::shrunken_centroids});
  }
  return all;
}

std::vector<Rule> fit_discriminants(const TrainingSet& train,
                                    const std::vector<DiscriminantChoice>& choices) {
  const Moments moments(train);
  std::vector<Rule> rules;
  rules.reserve(choices.size());
  for (const DiscriminantChoice& choice : choices) {
    if (choice.means == Means::centroids || choice.means == Means::shrunken_centroids) {
      rules.push_back(centroid_rule(train, choice.means == Means::shrunken_centroids));
    } else {
      rules.push_back(moments.rule(choice));
    }
  }
  return rules;
}

}  // namespace cch::detail
