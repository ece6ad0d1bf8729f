#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/classifiers/calibration.hpp"
#include "estimators/classifiers/leading.hpp"
#include "estimators/classifiers/logistic.hpp"
#include "estimators/classifiers/mean_shrinkage.hpp"
#include "estimators/classifiers/rule.hpp"
#include "estimators/classifiers/training.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using namespace cch::detail;
using namespace cch::test;

TrainingSet three_classes(Eigen::Index n, Eigen::Index q) {
  Random random(3);
  TrainingSet train;
  train.x.resize(n, q);
  train.counts.assign(3, 0.0);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto c = static_cast<int>(random.below(3));
    train.y.push_back(c);
    train.counts[static_cast<std::size_t>(c)] += 1.0;
    for (Eigen::Index j = 0; j < q; ++j) {
      train.x(i, j) = static_cast<float>(random.normal() + (j == c ? 1.5 : 0.0));
    }
  }
  train.scatter = scatter_of(train.x);
  return train;
}

/// −(1/n) Σ ln softmax + (s/2n)‖W‖² in double, row by row.
double slow_objective(const TrainingSet& t, double s, const Eigen::MatrixXd& w,
                      const Eigen::RowVectorXd& b) {
  double sum = 0.0;
  for (Eigen::Index i = 0; i < t.rows(); ++i) {
    const Eigen::RowVectorXd z = t.x.row(i).cast<double>() * w + b;
    sum += std::log(z.array().exp().sum()) - z(t.y[static_cast<std::size_t>(i)]);
  }
  return (sum + 0.5 * s * w.squaredNorm()) / static_cast<double>(t.rows());
}

TEST_CASE("logistic: no step away from the solution lowers the objective") {
  const TrainingSet train = three_classes(300, 5);
  const std::vector<double> strengths{50.0, 2.0};
  const auto rules = fit_logistic(train, strengths);
  const Eigen::RowVectorXd priors = log_priors(train.counts).cast<double>();
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const auto& rule = std::get<LinearRule>(rules[r]);
    Eigen::MatrixXd w = rule.weights.cast<double>();
    const Eigen::RowVectorXd b = rule.bias.cast<double>() + priors;
    const double at_solution = slow_objective(train, strengths[r], w, b);
    CHECK(at_solution < std::log(3.0) - 0.1);
    for (Eigen::Index k = 0; k < w.size(); ++k) {
      for (const double step : {-0.05, 0.05}) {
        w.data()[k] += step;
        // the solver ends when an iteration gains less than 1e-5 nats
        CHECK(slow_objective(train, strengths[r], w, b) > at_solution - 1e-5);
        w.data()[k] -= step;
      }
    }
  }
}

TEST_CASE("calibration: recovers the temperature of the model that drew the labels") {
  Random random(5);
  constexpr Eigen::Index n = 20000;
  Eigen::MatrixXf e(n, 3);
  std::vector<int> y;
  for (Eigen::Index i = 0; i < n; ++i) {
    Eigen::Array3d p;
    for (Eigen::Index c = 0; c < 3; ++c) {
      e(i, c) = static_cast<float>(3.0 * random.normal());
      p(c) = std::exp(0.4 * static_cast<double>(e(i, c)));
    }
    const double u = random.uniform() * p.sum();
    y.push_back(u < p(0) ? 0 : u < p(0) + p(1) ? 1 : 2);
  }
  const Eigen::MatrixXf useless =
      Eigen::MatrixXf::NullaryExpr(n, 3, [&] { return static_cast<float>(random.normal()); });
  const Eigen::RowVectorXf priors = log_priors({1.0, 1.0, 1.0});
  const Calibration one = calibrate({{{e}, priors, y}});
  // SE of τ is 1/√(n · curvature), curvature ≈ Var_q(e) ≥ 1 here: below .01
  CHECK(within_sampling_error(one.tau(0), 0.4, 0.01));
  const Calibration two = calibrate({{{e, useless}, priors, y}});
  CHECK(within_sampling_error(two.tau(0), 0.4, 0.01));
  CHECK(within_sampling_error(two.tau(1), 0.0, 0.015));
  CHECK(two.cross_entropy <= one.cross_entropy + 1e-7);  // single precision
  const Eigen::MatrixXf wrong = -e;
  CHECK(calibrate({{{wrong}, priors, y}}).tau(0) == 0.0);
}

TEST_CASE("calibration: probabilities add up to 1, and no temperature gives back the priors") {
  const TrainingSet train = three_classes(50, 4);
  const HeldOut rows{{train.x.leftCols(3)}, log_priors(train.counts), train.y};
  const Eigen::MatrixXd q =
      log_probabilities(rows, {Eigen::VectorXd::Constant(1, 0.7), 0.0, 0.01}).array().exp();
  const Eigen::MatrixXd none =
      log_probabilities(rows, {Eigen::VectorXd::Zero(1), 0.0, 0.0}).array().exp();
  constexpr double single_precision = 1e-6;  // priors are kept as floats
  for (Eigen::Index i = 0; i < 50; ++i) {
    CHECK(near(q.row(i).sum(), 1.0, single_precision));
    CHECK(near(none(i, 1), (train.counts[1] + 0.5) / 51.5, single_precision));
  }
}

TEST_CASE("leading: subspace iteration agrees with the full decomposition") {
  Random random(7);
  const Eigen::Index d = 150;
  Eigen::MatrixXd a = Eigen::MatrixXd::NullaryExpr(d, d, [&] { return random.normal(); });
  for (Eigen::Index j = 0; j < d; ++j) a.col(j) *= std::pow(0.7, static_cast<double>(j));
  const Eigen::MatrixXd c = a * a.transpose();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> full(c);
  const Spectrum top = leading(c, 8);
  constexpr double single_precision = 1e-4;  // and a spectral gap of .49 over four rounds
  for (Eigen::Index j = 0; j < 8; ++j) {
    CHECK(near(top.values(j) / full.eigenvalues()(d - 8 + j), 1.0, single_precision));
  }
  const Eigen::MatrixXf overlap =
      top.vectors.transpose() * full.eigenvectors().rightCols(8).cast<float>();
  CHECK(near(static_cast<double>(overlap.squaredNorm()), 8.0, single_precision));
}

TEST_CASE("mean shrinkage: noise vanishes, strong signals stay") {
  Random random(9);
  const std::vector<double> counts(10, 400.0);
  Eigen::MatrixXd noise =
      Eigen::MatrixXd::NullaryExpr(10, 64, [&] { return random.normal(); }) / 20.0;
  noise.rowwise() -= noise.colwise().mean().eval();
  Eigen::MatrixXd signal = Eigen::MatrixXd::Zero(10, 64);
  for (Eigen::Index c = 0; c < 10; ++c) signal(c, 0) = random.normal();
  signal.rowwise() -= signal.colwise().mean().eval();
  const Eigen::MatrixXd means = signal + noise;
  const auto loss = [&](const Eigen::MatrixXd& m) { return (m - signal).squaredNorm(); };
  // one direction of nine is signal: about 8/9 of the noise can go
  CHECK(loss(shrink_directions(means, counts)) < 0.3 * loss(means));
  const Eigen::RowVectorXd factors = column_factors(means, Eigen::RowVectorXd::Ones(64), counts);
  CHECK(factors(0) > 0.98);
  CHECK(factors.tail(63).mean() < 0.1);
  CHECK(loss(means * factors.asDiagonal()) < 0.1 * loss(means));
}

}  // namespace
