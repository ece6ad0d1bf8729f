#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/random.hpp"
#include "cch/criterion/rivals.hpp"
#include "estimators/cca/one_sided_jacobi.hpp"
#include "estimators/classifiers/folds.hpp"
#include "estimators/criterion/linear/checks.hpp"
#include "estimators/linalg/symmetric.hpp"
#include "estimators/math.hpp"

namespace cch {
namespace {

using namespace detail;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kFolds = 5;
constexpr double kRidge = 1.0;        // of labels on the scores of one component
constexpr double kJitter = 1e-6;      // on the diagonal of a covariance
constexpr double kLeast = 1e-12;      // of its eigenvalues
constexpr double kFloorShare = 0.01;  // of the smallest R², before its logarithm

MatrixXd centred(const Samples& samples) {
  MatrixXd x = as_eigen(samples.view());
  x.rowwise() -= x.colwise().mean().eval();
  return x;
}

MatrixXd inverse_root(const MatrixXd& x) {
  MatrixXd covariance = x.transpose() * x / static_cast<double>(x.rows());
  covariance.diagonal().array() += kJitter;
  const SymmetricEigen eigen = symmetric_eigen(covariance);
  const VectorXd roots = eigen.values.cwiseMax(kLeast).cwiseSqrt().cwiseInverse();
  return eigen.vectors * roots.asDiagonal() * eigen.vectors.transpose();
}

/// What held-out ridge regression on the scores explains of every label column, summed: Σ R², each
/// at least 0.
double explained(const MatrixXd& scores, const MatrixXd& labels,
                 const std::vector<std::size_t>& fold) {
  Eigen::RowVectorXd left = Eigen::RowVectorXd::Zero(labels.cols());
  Eigen::RowVectorXd total = left;
  for (std::size_t f = 0; f < kFolds; ++f) {
    std::vector<Index> in;
    std::vector<Index> out;
    for (std::size_t i = 0; i < fold.size(); ++i) {
      (fold[i] == f ? out : in).push_back(static_cast<Index>(i));
    }
    if (in.empty() || out.empty()) continue;
    const MatrixXd x_in = scores(in, Eigen::all);
    const MatrixXd y_in = labels(in, Eigen::all);
    const Eigen::RowVectorXd mean_x = x_in.colwise().mean();
    const Eigen::RowVectorXd mean_y = y_in.colwise().mean();
    const MatrixXd x = x_in.rowwise() - mean_x;
    MatrixXd gram = x.transpose() * x;
    gram.diagonal().array() += kRidge;
    const MatrixXd w = gram.llt().solve(x.transpose() * (y_in.rowwise() - mean_y));
    const MatrixXd y_out = labels(out, Eigen::all);
    const MatrixXd x_out = scores(out, Eigen::all);
    const MatrixXd said = ((x_out.rowwise() - mean_x) * w).rowwise() + mean_y;
    left += (y_out - said).colwise().squaredNorm();
    total += (y_out.rowwise() - y_out.colwise().mean().eval()).colwise().squaredNorm();
  }
  double sum = 0.0;
  for (Index c = 0; c < left.size(); ++c) {
    if (total(c) > 0.0) sum += std::max(0.0, 1.0 - left(c) / total(c));
  }
  return sum;
}

/// Squares that a straight line leaves of y over its places.
double left_of_line(std::span<const double> y) {
  const auto n = static_cast<double>(y.size());
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0.0;
  double xy = 0.0;
  double yy = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double x = static_cast<double>(i) - (n - 1.0) / 2.0;
    xx += x * x;
    xy += x * (y[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0.0 ? std::max(0.0, yy - xy * xy / xx) : 0.0;
}

/// Smallest value of signal components over the largest of the others. Signal: those before the
/// elbow of the falling curve of what they explain, where two lines leave the least squares.
std::optional<double> separation(const VectorXd& values, std::vector<double> explains,
                                 bool of_logarithm) {
  const std::size_t n = explains.size();
  if (n < 2) return std::nullopt;
  if (*std::max_element(explains.begin(), explains.end()) <= 0.0) return 0.0;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return explains[a] > explains[b]; });
  std::vector<double> curve;
  for (const std::size_t i : order) curve.push_back(explains[i]);
  if (of_logarithm) {
    const double floor = std::max(kFloorShare * curve.back(), kLeast);
    for (double& value : curve) value = std::log(value + floor);
  }
  std::size_t elbow = 1;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 1; k < n; ++k) {
    const double left =
        left_of_line(std::span(curve).first(k)) + left_of_line(std::span(curve).subspan(k));
    if (left >= least) continue;
    least = left;
    elbow = k;
  }
  double signal = std::numeric_limits<double>::infinity();
  double nuisance = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double value = values(static_cast<Index>(order[i]));
    if (i < elbow) {
      signal = std::min(signal, value);
    } else {
      nuisance = std::max(nuisance, value);
    }
  }
  if (nuisance <= 0.0) return std::nullopt;
  return signal / nuisance;
}

MatrixXd label_columns(const Variable& labels) {
  if (const auto* samples = std::get_if<Samples>(&labels)) return as_eigen(samples->view());
  const auto& classes = std::get<ClassLabels>(labels);
  MatrixXd out =
      MatrixXd::Zero(static_cast<Index>(classes.size()), static_cast<Index>(classes.classes()));
  for (std::size_t i = 0; i < classes.size(); ++i) out(static_cast<Index>(i), classes[i]) = 1.0;
  return out;
}

}  // namespace

SeparationRatios separation_ratios(const Samples& teacher, const Samples& student,
                                   const Variable& labels, const Groups& groups,
                                   std::uint64_t seed) {
  check_rows("teacher and student", teacher.size(), student.size());
  check_rows("teacher and labels", teacher.size(), size(labels));
  const MatrixXd t = centred(teacher);
  const MatrixXd s = centred(student);
  const MatrixXd y = label_columns(labels);
  const std::vector<std::size_t> fold = stratified_folds(
      std::vector<int>(teacher.size(), 0), 1, groups, kFolds, derive_seed(seed, "separation"));
  const MatrixXd white_t = inverse_root(t);
  const MatrixXd white_s = inverse_root(s);
  const MatrixXd cross = t.transpose() * s / static_cast<double>(t.rows());

  const SingularValues canonical = one_sided_jacobi(white_t * cross * white_s);
  const SingularValues regression = one_sided_jacobi(white_t * cross);
  std::vector<double> of_pairs;
  std::vector<double> of_sources;
  for (Index j = 0; j < canonical.sigma.size(); ++j) {
    MatrixXd pair(t.rows(), 2);
    pair.col(0) = t * (white_t * canonical.u.col(j));
    pair.col(1) = s * (white_s * canonical.v.col(j));
    of_pairs.push_back(explained(pair, y, fold));
    of_sources.push_back(explained(t * (white_t * regression.u.col(j)), y, fold));
  }
  return {separation(canonical.sigma.cwiseMin(1.0), std::move(of_pairs), true),
          separation(regression.sigma, std::move(of_sources), false)};
}

}  // namespace cch
