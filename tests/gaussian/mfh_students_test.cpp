// Students and teachers of the MFH experiments, trained as published (Xue et al., ICLR 2023: one
// Linear(d, 2), full-batch gradient descent, rate .1, 1000 steps), against the law of the
// direction.

#include <Eigen/Cholesky>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "cch/core/parallel.hpp"
#include "cch/gaussian/distillation_risk.hpp"
#include "cch/gaussian/mfh_model.hpp"
#include "tests/gaussian/models.hpp"
#include "tests/support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kTrainingRows = 200;
constexpr std::size_t kMomentRows = 4000;
constexpr std::size_t kSeeds = 20;
/// Effective weights of the KL term; the mean over rows and classes of the published code halves
/// its weight.
const std::vector<double> kLambdas{0.1, 0.5, 1.0};

struct Family {
  std::string name;
  std::vector<std::size_t> steps;
  std::vector<double> measured;  // at λ = .5, elsewhere with PyTorch over 40 seeds; NaN: not there
  MfhModel (*make)(std::size_t, std::uint64_t);
};

/// Largest standard error of the measured gains.
constexpr double kMeasuredError = 0.18;

const std::vector<Family> kFamilies{
    {"gamma",
     {0, 2, 3, 4, 5, 6, 8, 10},
     {-1.78, NAN, -.70, -.16, .22, .75, 1.61, 2.69},
     MfhModel::gamma},
    {"alpha", {0, 10, 20, 30, 40}, {1.47, 1.25, 1.03, .69, .18}, MfhModel::alpha}};

/// Features with a column of ones.
Eigen::MatrixXd features(const Samples& x) {
  Eigen::MatrixXd out(x.size(), x.dim() + 1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) out(i, j) = x(i, j);
  }
  out.rightCols(1).setOnes();
  return out;
}

Eigen::VectorXd zero_one(const ClassLabels& y) {
  Eigen::VectorXd out(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) out(i) = y[i];
  return out;
}

Eigen::MatrixXd logistic(const Eigen::MatrixXd& z) {
  return (1.0 / (1.0 + (-z.array()).exp())).matrix();
}

/// Two logits of two linear maps are one logit of their difference, with twice the rate.
Eigen::VectorXd start(Eigen::Index inputs, Random& random) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(inputs - 1));
  Eigen::VectorXd w(inputs);
  for (double& value : w) value = random.uniform(-bound, bound) - random.uniform(-bound, bound);
  return w;
}

/// Gradient descent on CE + λ KL, one column a student: their sum has the gradient of (1 + λ) CE
/// against the mixed targets (y + λt)/(1 + λ).
Eigen::MatrixXd train(const Eigen::MatrixXd& x, const Eigen::MatrixXd& targets,
                      const Eigen::VectorXd& lambdas, const Eigen::VectorXd& first) {
  Eigen::MatrixXd w = first.replicate(1, targets.cols());
  const Eigen::VectorXd rates =
      (1.0 + lambdas.array()).matrix() * (2.0 * 0.1 / static_cast<double>(x.rows()));
  for (int step = 0; step < 1000; ++step) {
    const Eigen::MatrixXd error = logistic(x * w) - targets;
    w.noalias() -= (x.transpose() * error) * rates.asDiagonal();
  }
  return w;
}

/// P(sign of wᵀx2 + b is that of aᵀz), exactly: both are normal with correlation ρ, and the
/// integral over aᵀz is a midpoint sum.
double accuracy(const MfhModel& model, const Eigen::VectorXd& w) {
  double along = 0.0;
  for (const std::size_t j : model.student_z) along += w(j) * model.a[j];
  const Eigen::Index p = w.size() - 1;
  const double norm = w.head(p).norm();
  const double rho =
      along / norm /
      std::sqrt(std::inner_product(model.a.begin(), model.a.end(), model.a.begin(), 0.0));
  const double shift = w(p) / norm;
  constexpr int kSteps = 400;
  constexpr double kEnd = 6.0;
  double sum = 0.0;
  double mass = 0.0;
  for (int i = 0; i < kSteps; ++i) {
    const double l = kEnd * (i + 0.5) / kSteps;
    const double density = std::exp(-0.5 * l * l);
    const double root = std::numbers::sqrt2 * std::sqrt(1.0 - rho * rho);
    sum += density * (0.5 * std::erfc(-(rho * l + shift) / root) +
                      0.5 * std::erfc(-(rho * l - shift) / root));
    mass += 2.0 * density;
  }
  return sum / mass;
}

/// Moments of labels ±1 and of the trained teacher's outputs, from rows that none was fitted on.
DistillationMoments moments_of(const Eigen::MatrixXd& x2, const Eigen::VectorXd& y,
                               const Eigen::VectorXd& t) {
  const auto n = static_cast<double>(x2.rows());
  const Eigen::LLT<Eigen::MatrixXd> products(x2.transpose() * x2);
  const Eigen::VectorXd s = x2 * products.solve(x2.transpose() * y);
  const Eigen::VectorXd v = x2 * products.solve(x2.transpose() * t);
  auto covariance = [n](const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
    return (a.array() - a.mean()).matrix().dot((b.array() - b.mean()).matrix()) / n;
  };
  DistillationMoments m;
  m.p = static_cast<std::size_t>(x2.cols() - 1);
  m.vs = covariance(s, s);
  m.ve = covariance(y - s, y - s);
  m.vh = covariance(t - v, t - v);
  m.c = covariance(y - s, t - v);
  m.b = covariance(v - s, v - s);
  m.beta_s = covariance(s, v) / m.vs;
  return m;
}

/// Observed and predicted gain of one cell, in points of accuracy.
struct Gain {
  double observed = 0.0;
  double predicted = 0.0;
};

/// What one seed gives: steps × λ.
std::vector<Gain> gains_of(const Family& family, std::uint64_t seed) {
  const auto model = [&](std::size_t v) { return family.make(v, seed); };
  // x2 and y do not depend on v, so all students of a seed are trained in one product.
  const MfhRows student = sample_rows(model(0), kTrainingRows, derive_seed(seed, "student"));
  const MfhRows held_out = sample_rows(model(0), kMomentRows, derive_seed(seed, "moments"));
  const Eigen::MatrixXd x2 = features(student.x2);
  const Eigen::MatrixXd x2_held_out = features(held_out.x2);
  const Eigen::VectorXd y = zero_one(student.y);
  const Eigen::VectorXd signs = 2.0 * zero_one(held_out.y).array() - 1.0;
  Random random(derive_seed(seed, "start"));
  const auto cells = static_cast<Eigen::Index>(family.steps.size() * kLambdas.size());
  Eigen::MatrixXd targets(y.size(), cells + 1);
  Eigen::VectorXd lambdas(cells + 1);
  targets.col(cells) = y;
  lambdas(cells) = 0.0;
  std::vector<Gain> out;
  for (const std::size_t v : family.steps) {
    const MfhRows own = sample_rows(model(v), kTrainingRows, derive_seed(seed, "teacher"));
    const Eigen::MatrixXd x1 = features(own.x1);
    const Eigen::VectorXd w1 =
        train(x1, zero_one(own.y), Eigen::VectorXd::Zero(1), start(x1.cols(), random));
    auto labelled = [&](std::size_t rows, const char* stream) -> Eigen::VectorXd {
      return logistic(features(sample_rows(model(v), rows, derive_seed(seed, stream)).x1) * w1);
    };
    const Eigen::VectorXd t = labelled(kTrainingRows, "student");
    const Eigen::VectorXd t_signs = 2.0 * labelled(kMomentRows, "moments").array() - 1.0;
    const DistillationRisk risk(moments_of(x2_held_out, signs, t_signs), {kTrainingRows, true});
    for (const double lambda : kLambdas) {
      const auto cell = static_cast<Eigen::Index>(out.size());
      targets.col(cell) = (y + lambda * t) / (1.0 + lambda);
      lambdas(cell) = lambda;
      const double rho = latent_correlation_of_signs(risk.moments());
      out.push_back({0.0, 100.0 * risk.accuracy_change(lambda, rho)});
    }
  }
  const Eigen::MatrixXd w = train(x2, targets, lambdas, start(x2.cols(), random));
  const double without = accuracy(model(0), w.col(cells));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].observed = 100.0 * (accuracy(model(0), w.col(static_cast<Eigen::Index>(i))) - without);
  }
  return out;
}

}  // namespace

TEST_CASE("long: MFH families: trained students gain where the law of the direction says so") {
  int clear = 0;
  int cells = 0;
  for (const Family& family : kFamilies) {
    // Students of one seed share their rows whatever the teacher sees.
    const auto rows = [&](std::size_t v) { return sample_rows(family.make(v, 1), 9, 2); };
    CHECK(rows(family.steps.front()).x2(8, 49) == rows(family.steps.back()).x2(8, 49));
    CHECK(rows(family.steps.front()).y[8] == rows(family.steps.back()).y[8]);
    std::vector<std::vector<Gain>> seeds(kSeeds);
    parallel_for(kSeeds, {}, [&](std::size_t seed) { seeds[seed] = gains_of(family, seed + 1); });
    for (std::size_t cell = 0; cell < seeds.front().size(); ++cell, ++cells) {
      std::vector<double> observed;
      std::vector<double> predicted;
      for (const auto& gains : seeds) {
        observed.push_back(gains[cell].observed);
        predicted.push_back(gains[cell].predicted);
      }
      const test::Mean gain = test::mean_of(observed);
      const test::Mean law = test::mean_of(predicted);
      const double lambda = kLambdas[cell % kLambdas.size()];
      const std::size_t step = cell / kLambdas.size();
      CAPTURE(family.name);
      CAPTURE(family.steps[step]);
      CAPTURE(lambda);
      CAPTURE(gain.value);
      CAPTURE(law.value);
      if (lambda == 0.5 && std::isfinite(family.measured[step])) {
        CHECK(test::within_sampling_error(gain.value, family.measured[step],
                                          std::hypot(gain.standard_error, kMeasuredError)));
      }
      if (std::abs(gain.value) <= 3.0 * gain.standard_error) continue;
      ++clear;
      CHECK(gain.value * law.value > 0.0);
    }
  }
  CHECK(cells == 39);
  CHECK(clear >= 25);  // or too few cells would have been put to the test
}

}  // namespace cch
