#include <cmath>
#include <numbers>
#include <string>

#include "cch/core/error.hpp"
#include "cch/criterion/rivals.hpp"
#include "estimators/criterion/linear/checks.hpp"
#include "estimators/linalg/symmetric.hpp"
#include "estimators/math.hpp"

namespace cch {
namespace {

using namespace detail;

constexpr int kMostIterations = 11;
constexpr double kSmallestMove = 1e-3;       // of t, relative: where the published code stops
constexpr double kSmallestVariance = 1e-12;  // of the largest σ: below, rounding of the product FᵀF

/// σ and U of F = U √σ Vᵀ, without directions that have no variance.
struct Decomposition {
  Eigen::VectorXd sigma;  // r
  Eigen::MatrixXd u;      // N × r
};

Decomposition decompose(const Eigen::MatrixXd& f) {
  const bool tall = f.rows() >= f.cols();
  const Eigen::MatrixXd product =
      tall ? Eigen::MatrixXd(f.transpose() * f) : Eigen::MatrixXd(f * f.transpose());
  const SymmetricEigen solver = symmetric_eigen(product);
  const Eigen::VectorXd& values = solver.values;  // ascending
  const double least = kSmallestVariance * values(values.size() - 1);
  Eigen::Index kept = 0;
  for (Eigen::Index j = 0; j < values.size(); ++j) kept += values(j) > least ? 1 : 0;
  Decomposition d{values.tail(kept), solver.vectors.rightCols(kept)};
  if (tall) d.u = f * d.u * d.sigma.cwiseSqrt().cwiseInverse().asDiagonal();
  return d;
}

[[noreturn]] void refuse_evidence(const std::string& problem) {
  refuse_data("no-evidence", problem, {}, "its evidence has no maximum",
              "Leave these features or this target out");
}

LogMeTarget maximise(const Decomposition& d, const Eigen::VectorXd& y) {
  const auto n = static_cast<double>(y.size());
  const Eigen::ArrayXd sigma = d.sigma.array();
  const Eigen::ArrayXd x2 = (d.u.transpose() * y).array().square();
  const double unseen = y.squaredNorm() - x2.sum();
  LogMeTarget out{0.0, 1.0, 1.0};
  double t = 1.0;
  double m2 = 0.0;
  double r2 = 0.0;
  auto at = [&](double ratio) {
    m2 = (sigma * x2 / (ratio + sigma).square()).sum();
    r2 = (x2 / (1.0 + sigma / ratio).square()).sum() + unseen;
  };
  at(t);
  for (int i = 0; i < kMostIterations; ++i) {
    const double gamma = (sigma / (sigma + t)).sum();
    if (!(m2 > 0.0) || !(r2 > 0.0) || !(n > gamma)) {
      refuse_evidence("a target that the features reproduce exactly or know nothing about");
    }
    out.alpha = gamma / m2;
    out.beta = (n - gamma) / r2;
    const double before = t;
    t = out.alpha / out.beta;
    at(t);
    if (std::abs(t - before) <= kSmallestMove * before) break;
  }
  const double log_likelihood =
      0.5 * (n * std::log(out.beta) + (t / (t + sigma)).log().sum() -
             n * std::log(2.0 * std::numbers::pi) - out.beta * r2 - out.alpha * m2);
  out.evidence = log_likelihood / n;
  return out;
}

std::vector<Eigen::VectorXd> targets_of_labels(const Variable& labels) {
  std::vector<Eigen::VectorXd> targets;
  if (const auto* samples = std::get_if<Samples>(&labels)) {
    const auto values = as_eigen(samples->view());
    for (Eigen::Index j = 0; j < values.cols(); ++j) targets.emplace_back(values.col(j));
    return targets;
  }
  const auto& classes = std::get<ClassLabels>(labels);
  const auto counts = classes.counts();
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    Eigen::VectorXd& y =
        targets.emplace_back(Eigen::VectorXd::Zero(static_cast<Eigen::Index>(classes.size())));
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (static_cast<std::size_t>(classes[i]) == c) y(static_cast<Eigen::Index>(i)) = 1.0;
    }
  }
  return targets;
}

}  // namespace

LogMe log_me(const Samples& features, const Variable& labels) {
  check_rows("labels", size(labels), features.size());
  const Decomposition d = decompose(as_eigen(features.view()));
  if (d.sigma.size() == 0) refuse_evidence("features that are all 0");
  LogMe result;
  for (const Eigen::VectorXd& y : targets_of_labels(labels)) {
    result.targets.push_back(maximise(d, y));
    result.value += result.targets.back().evidence;
  }
  result.value /= static_cast<double>(result.targets.size());
  return result;
}

}  // namespace cch
