#include "cch/criterion/rivals.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "estimators/covariance.hpp"
#include "estimators/criterion/linear/checks.hpp"
#include "estimators/math.hpp"

namespace cch {
namespace {

using namespace detail;

/// What the unbiased HSIC needs of one side with a linear kernel whose diagonal is 0.
struct KernelSide {
  Eigen::MatrixXd x;       // centred, which changes nothing but the rounding
  Eigen::VectorXd square;  // ‖x_i‖²
  Eigen::VectorXd sums;    // K1
};

KernelSide kernel_side(const Samples& samples) {
  KernelSide side;
  side.x = as_eigen(samples.view());
  side.x.rowwise() -= side.x.colwise().mean().eval();
  side.square = side.x.rowwise().squaredNorm();
  side.sums = side.x * side.x.colwise().sum().transpose() - side.square;
  return side;
}

double unbiased_hsic(const KernelSide& a, const KernelSide& b) {
  const auto n = static_cast<double>(a.x.rows());
  const double trace = (a.x.transpose() * b.x).squaredNorm() - a.square.dot(b.square);
  const double sums = a.sums.sum() * b.sums.sum() / ((n - 1.0) * (n - 2.0));
  return (trace + sums - 2.0 / (n - 2.0) * a.sums.dot(b.sums)) / (n * (n - 3.0));
}

/// The covariance of the class means of standardised columns.
Eigen::MatrixXd between_classes(const RowMajorMatrix& z, const ClassLabels& labels) {
  const auto counts = labels.counts();
  Eigen::MatrixXd means =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(labels.classes()), z.cols());
  for (Eigen::Index i = 0; i < z.rows(); ++i) {
    means.row(labels[static_cast<std::size_t>(i)]) += z.row(i);
  }
  for (std::size_t c = 0; c < counts.size(); ++c) {
    // n_c/N · (sum/n_c)(sum/n_c)ᵀ, written as a square.
    const double weight =
        counts[c] == 0 ? 0.0 : 1.0 / std::sqrt(static_cast<double>(counts[c] * labels.size()));
    means.row(static_cast<Eigen::Index>(c)) *= weight;
  }
  return means.transpose() * means;
}

/// Σ_i θ(x_i)_z 1{y_i = y} / N, Z × K.
Matrix joint_of(MatrixView theta, const ClassLabels& labels) {
  check_rows("class probabilities", theta.rows(), labels.size());
  Matrix joint(theta.cols(), labels.classes());
  const auto n = static_cast<double>(labels.size());
  for (std::size_t i = 0; i < theta.rows(); ++i) {
    for (std::size_t z = 0; z < theta.cols(); ++z) {
      joint(z, static_cast<std::size_t>(labels[i])) += theta(i, z) / n;
    }
  }
  return joint;
}

double row_sum(const Matrix& m, std::size_t row) {
  const auto values = m.row(row);
  return std::accumulate(values.begin(), values.end(), 0.0);
}

int sign(double v) {
  return (v > 0.0) - (v < 0.0);
}

}  // namespace

double leep(MatrixView theta, const ClassLabels& labels) {
  const Matrix joint = joint_of(theta, labels);
  double sum = 0.0;
  for (std::size_t i = 0; i < theta.rows(); ++i) {
    double p = 0.0;
    for (std::size_t z = 0; z < theta.cols(); ++z) {
      if (theta(i, z) <= 0.0) continue;
      p += joint(z, static_cast<std::size_t>(labels[i])) / row_sum(joint, z) * theta(i, z);
    }
    sum += std::log(p);
  }
  return sum / static_cast<double>(theta.rows());
}

double negative_conditional_entropy(MatrixView theta, const ClassLabels& labels) {
  Matrix likeliest(theta.rows(), theta.cols());
  for (std::size_t i = 0; i < theta.rows(); ++i) {
    const auto row = theta.row(i);
    const auto z = std::max_element(row.begin(), row.end()) - row.begin();
    likeliest(i, static_cast<std::size_t>(z)) = 1.0;
  }
  const Matrix joint = joint_of(likeliest.view(), labels);
  double nats = 0.0;
  for (std::size_t z = 0; z < joint.rows(); ++z) {
    const double p_z = row_sum(joint, z);
    for (const double p : joint.row(z)) {
      if (p > 0.0) nats += p * std::log(p / p_z);
    }
  }
  return nats;
}

double h_score(const Samples& features, const ClassLabels& labels) {
  check_rows("labels", labels.size(), features.size());
  RowMajorMatrix z(static_cast<Eigen::Index>(features.size()),
                   static_cast<Eigen::Index>(features.dim()));
  standardise_into(features, z, 0);
  Execution exec;
  exec.threads = 1;
  Eigen::MatrixXd r = second_moments(z, exec);
  // A single column has no correlation to shrink.
  const double lambda = z.cols() > 1 ? shrinkage_intensity(z, r) : 0.0;
  r *= 1.0 - lambda;
  r.diagonal().array() += lambda;
  return r.ldlt().solve(between_classes(z, labels)).trace();
}

std::optional<double> debiased_linear_cka(const Samples& x, const Samples& y) {
  check_rows("the second features", y.size(), x.size());
  if (x.size() < 4) return std::nullopt;
  const KernelSide a = kernel_side(x);
  const KernelSide b = kernel_side(y);
  const double aa = unbiased_hsic(a, a);
  const double bb = unbiased_hsic(b, b);
  if (!(aa > 0.0) || !(bb > 0.0)) return std::nullopt;
  return unbiased_hsic(a, b) / std::sqrt(aa * bb);
}

std::optional<double> kendall_tau(std::span<const double> a, std::span<const double> b) {
  check_rows("the second sequence", b.size(), a.size());
  double balance = 0.0;
  double untied_a = 0.0;
  double untied_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int in_a = sign(a[i] - a[j]);
      const int in_b = sign(b[i] - b[j]);
      balance += in_a * in_b;
      untied_a += in_a != 0 ? 1.0 : 0.0;
      untied_b += in_b != 0 ? 1.0 : 0.0;
    }
  }
  if (untied_a == 0.0 || untied_b == 0.0) return std::nullopt;
  return balance / std::sqrt(untied_a * untied_b);
}

std::optional<double> mean_kendall_tau(MatrixView teacher, MatrixView student) {
  check_rows("the student's scores", student.rows(), teacher.rows());
  check_rows("a row (classes) of the student's scores", student.cols(), teacher.cols());
  double sum = 0.0;
  double rows = 0.0;
  for (std::size_t i = 0; i < teacher.rows(); ++i) {
    const auto tau = kendall_tau(teacher.row(i), student.row(i));
    if (!tau) continue;
    sum += *tau;
    rows += 1.0;
  }
  if (rows == 0.0) return std::nullopt;
  return sum / rows;
}

std::optional<double> auroc(std::span<const double> scores, const std::vector<bool>& positive) {
  check_rows("outcomes", positive.size(), scores.size());
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double wins = 0.0;       // pairs that the positive case wins
  double negatives = 0.0;  // below the current tie
  double positives = 0.0;
  for (std::size_t first = 0; first < order.size();) {
    double up = 0.0;
    double down = 0.0;
    std::size_t last = first;
    for (; last < order.size() && scores[order[last]] == scores[order[first]]; ++last) {
      (positive[order[last]] ? up : down) += 1.0;
    }
    wins += up * (negatives + 0.5 * down);
    positives += up;
    negatives += down;
    first = last;
  }
  if (positives == 0.0 || negatives == 0.0) return std::nullopt;
  return wins / (positives * negatives);
}

}  // namespace cch
