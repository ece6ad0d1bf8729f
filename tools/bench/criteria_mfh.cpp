#include "tools/bench/criteria_mfh.hpp"

#include <fmt/core.h>

#include <array>
#include <cmath>

#include "cch/core/parallel.hpp"
#include "cch/criterion/pilot.hpp"
#include "cch/criterion/prediction_level.hpp"

namespace cch::bench {
namespace {

constexpr std::size_t kTrain = 200;
constexpr std::size_t kTest = 1000;
constexpr std::size_t kSteps = 1000;
constexpr double kRate = 0.1;
// KL divergence 'mean' over 2 classes: half of its mean over rows.
constexpr double kKlWeight = 0.5;

/// One layer with two outputs; weights are classes × (columns + 1), the bias last.
using Layer = std::array<std::vector<double>, 2>;

/// Uniform on ±1/√d, as the published code's framework starts a linear layer.
Layer start(std::size_t columns, Random& random) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(columns));
  Layer layer;
  for (auto& weights : layer) {
    weights.resize(columns + 1);
    for (double& w : weights) w = random.uniform(-bound, bound);
  }
  return layer;
}

/// p(1|x).
double probability(const Layer& layer, std::span<const double> x) {
  double logit = layer[1].back() - layer[0].back();
  for (std::size_t j = 0; j < x.size(); ++j) logit += (layer[1][j] - layer[0][j]) * x[j];
  return 1.0 / (1.0 + std::exp(-logit));
}

/// Full-batch gradient descent on mean CE(y) + kKlWeight · mean KL(teacher‖student); without a
/// teacher (empty) on CE alone. With two classes the gradients of both outputs are opposite.
Layer train(Layer layer, const Matrix& x, const std::vector<int>& y,
            const std::vector<double>& teacher) {
  const double scale = kRate / static_cast<double>(x.rows());
  std::vector<double> gradient(x.cols() + 1);
  for (std::size_t step = 0; step < kSteps; ++step) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const double p = probability(layer, x.row(i));
      double residual = p - y[i];
      if (!teacher.empty()) residual += kKlWeight * (p - teacher[i]);
      for (std::size_t j = 0; j < x.cols(); ++j) gradient[j] += residual * x(i, j);
      gradient.back() += residual;
    }
    for (std::size_t j = 0; j < gradient.size(); ++j) {
      layer[1][j] -= scale * gradient[j];
      layer[0][j] += scale * gradient[j];
    }
  }
  return layer;
}

double accuracy(const Layer& layer, const Matrix& x, const std::vector<int>& y) {
  double correct = 0.0;
  for (std::size_t i = 0; i < x.rows(); ++i) {
    correct += (probability(layer, x.row(i)) > 0.5) == (y[i] == 1) ? 1.0 : 0.0;
  }
  return 100.0 * correct / static_cast<double>(x.rows());
}

/// What one seed says, in the order of kNames.
constexpr std::array<const char*, 9> kNames{"no KD, accuracy %",
                                            "gain of KD, points",
                                            "pilot, λ = .5, nats",
                                            "pilot, λ = .5, points",
                                            "pilot, λ auto, nats",
                                            "pilot, λ auto, points",
                                            "prediction-level CCH margin, nats",
                                            "predicted direction gain, λ = .5",
                                            "β_s − β_e"};
using Seed = std::array<double, kNames.size()>;

void observe(const MfhRows& rows, const MfhRows& test, Random& random, Seed& out) {
  const Layer teacher = train(start(25, random), rows.x1, rows.y, {});
  std::vector<double> taught(kTrain);
  for (std::size_t i = 0; i < kTrain; ++i) taught[i] = probability(teacher, rows.x1.row(i));
  const Layer first = start(50, random);
  out[0] = accuracy(train(first, rows.x2, rows.y, {}), test.x2, test.y);
  out[1] = accuracy(train(first, rows.x2, rows.y, taught), test.x2, test.y) - out[0];
}

void predict(const MfhRows& rows, const Execution& exec, Seed& out) {
  const Samples x1 = Samples::from(rows.x1, "teacher");
  const Samples x2 = Samples::from(rows.x2, "student");
  const ClassLabels y = ClassLabels::from(rows.y, {"0", "1"});
  const Groups groups = Groups::singletons(kTrain);
  const PilotInput input{x2, {x1}, y, groups, {}};
  PilotOptions pilot_options;
  pilot_options.lambda = kKlWeight;
  const auto fixed = pilot(input, pilot_options, exec).teachers.front();
  const auto picked = pilot(input, {}, exec).teachers.front();
  PredictionLevelOptions options;
  options.lambda = kKlWeight;
  options.other_estimators = false;
  const auto level =
      prediction_level(linear_probe(x1, y, groups, {}, exec), linear_probe(x2, y, groups, {}, exec),
                       x2, y, groups, options, exec);
  out[2] = fixed.gain.value;
  out[3] = 100.0 * fixed.gain_accuracy->value;
  out[4] = picked.gain.value;
  out[5] = 100.0 * picked.gain_accuracy->value;
  out[6] = level.margin.nats;
  out[7] = level.predicted_gain.value_or(0.0);
  out[8] = level.beta_s.value - level.beta_e.value;
}

Seed run_seed(std::size_t v, std::uint64_t seed, const Execution& exec) {
  Random random(seed);
  std::vector<double> a(20);
  for (double& value : a) value = random.normal();
  const MfhRows rows = mfh_rows(kTrain, v, a, random);
  const MfhRows test = mfh_rows(kTest, v, a, random);
  Seed out{};
  observe(rows, test, random, out);
  predict(rows, exec.serial().with_seed(seed), out);
  return out;
}

std::string mean_and_error(const std::vector<Seed>& seeds, std::size_t which) {
  const auto n = static_cast<double>(seeds.size());
  double mean = 0.0;
  for (const Seed& seed : seeds) mean += seed[which] / n;
  double squares = 0.0;
  double above = 0.0;
  for (const Seed& seed : seeds) {
    squares += (seed[which] - mean) * (seed[which] - mean);
    above += seed[which] > 0.0 ? 1.0 : 0.0;
  }
  return fmt::format("{:+.4f} ± {:.4f} | {:.0f}", mean, std::sqrt(squares / (n - 1.0) / n), above);
}

}  // namespace

std::string mfh_table(std::size_t seeds, const Execution& exec) {
  std::string head = "| mean ± standard error, seeds above 0 |";
  std::string rule = "|---|";
  std::vector<std::vector<Seed>> ends;
  for (const std::size_t v : {std::size_t{0}, std::size_t{10}}) {
    head += fmt::format(" γ = {:.0f} | > 0 of {} |", mfh_gamma(v), seeds);
    rule += "---|---|";
    auto& end = ends.emplace_back(seeds);
    parallel_for(seeds, exec, [&](std::size_t i) {
      end[i] = run_seed(v, derive_seed(exec.seed, "mfh", i), exec);
    });
  }
  std::string text = head + "\n" + rule + "\n";
  for (std::size_t c = 0; c < kNames.size(); ++c) {
    text += fmt::format("| {} |", kNames[c]);
    for (const auto& end : ends) text += " " + mean_and_error(end, c) + " |";
    text += "\n";
  }
  return text;
}

}  // namespace cch::bench
