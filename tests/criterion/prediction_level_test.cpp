#include "cch/criterion/prediction_level.hpp"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "cch/core/random.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using test::labels_of;
using test::with_seed;

Samples noise(std::size_t n, std::size_t d, Random& random) {
  Matrix m(n, d);
  for (std::size_t i = 0; i < n * d; ++i) m.data()[i] = random.normal();
  return Samples::from(std::move(m));
}

/// y = s + e with s = Σ_j x2_j/√5 of variance 1, e of variance 1; x1 = b_s s + b_e e + r of
/// variance b_s² + b_e² + v_r, so that the best t from x1 is ρ x1, ρ = (b_s + b_e)/Var x1.
struct GaussianRows {
  Samples x1;
  Samples x2;
  Samples y;
};
GaussianRows gaussian_model(std::size_t n, double b_s, double b_e, double v_r, std::uint64_t seed) {
  constexpr std::size_t kDim = 5;
  Random random(seed);
  Samples x2 = noise(n, kDim, random);
  Matrix x1(n, 1);
  Matrix y(n, 1);
  for (std::size_t i = 0; i < n; ++i) {
    double s = 0.0;
    for (std::size_t j = 0; j < kDim; ++j) s += x2(i, j) / std::sqrt(5.0);
    const double e = random.normal();
    y(i, 0) = s + e;
    x1(i, 0) = b_s * s + b_e * e + std::sqrt(v_r) * random.normal();
  }
  return {Samples::from(std::move(x1)), std::move(x2), Samples::from(std::move(y))};
}

PredictionLevel level_of(const Samples& x1, const Samples& x2, const Variable& y,
                         const Groups& groups, const Execution& exec,
                         const PredictionLevelOptions& options = {}) {
  return prediction_level(linear_probe(x1, y, groups, {}, exec),
                          linear_probe(x2, y, groups, {}, exec), x2, y, groups, options, exec);
}

void check_against_closed_form(double b_s, double b_e, double v_r, CchOutcome expected) {
  constexpr std::size_t kRows = 4000;
  // Ridge on 3200 rows and 5 columns shrinks and misses by about s/n + p/n < .005 of each share.
  constexpr double kFitBias = 0.01;
  const GaussianRows rows = gaussian_model(kRows, b_s, b_e, v_r, 31);
  PredictionLevelOptions options;
  options.other_estimators = false;
  const PredictionLevel level =
      level_of(rows.x1, rows.x2, rows.y, Groups::singletons(kRows), with_seed(1), options);
  const double variance = b_s * b_s + b_e * b_e + v_r;
  const double rho = (b_s + b_e) / variance;
  CAPTURE(b_s);
  CAPTURE(b_e);
  CHECK(test::within_sampling_error(level.beta_s.value, rho * b_s, *level.beta_s.standard_error,
                                    kFitBias));
  CHECK(test::within_sampling_error(level.beta_e.value, rho * b_e, *level.beta_e.standard_error,
                                    kFitBias));
  const double i_ts = -0.5 * std::log(1.0 - b_s * b_s / variance);
  const double i_sy = 0.5 * std::numbers::ln2;
  CHECK(test::within_sampling_error(level.margin.nats, i_ts - i_sy, *level.margin.standard_error,
                                    kFitBias));
  CHECK(level.outcome == expected);
  // Sampling error of a share is about √(Var/(n·Var s)) < .05 here: a jackknife far off is wrong.
  CHECK(*level.beta_s.standard_error < 0.05);
  CHECK(*level.beta_s.standard_error > 0.002);
}

}  // namespace

TEST_CASE("prediction level: shares and margin agree with the closed form of the Gaussian model") {
  // CCH is beta_s² > beta_e² + Vr/Ve (up to the common factor rho²).
  check_against_closed_form(1.0, 0.2, 0.3, CchOutcome::holds);
  check_against_closed_form(0.5, 0.9, 0.5, CchOutcome::fails);
}

TEST_CASE("prediction level: the pooled correlation is the one of the predictions") {
  constexpr std::size_t kRows = 400;
  Random random(5);
  const Samples x2 = noise(kRows, 4, random);
  const Samples x1 = noise(kRows, 3, random);
  std::vector<int> y(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    y[i] = (x2(i, 0) + x1(i, 0) + random.normal() > 0 ? 1 : 0) + (x1(i, 1) + x2(i, 1) > 1 ? 1 : 0);
  }
  const Variable labels = labels_of(y, 3);
  const Groups groups = Groups::singletons(kRows);
  const Execution exec = with_seed(2);
  const Probe t = linear_probe(x1, labels, groups, {}, exec);
  const Probe s = linear_probe(x2, labels, groups, {}, exec);
  const PredictionLevel level = prediction_level(t, s, x2, labels, groups, {}, exec);

  double ts = 0.0;
  double tt = 0.0;
  double ss = 0.0;
  for (std::size_t c = 0; c < 3; ++c) {
    double mean_t = 0.0;
    double mean_s = 0.0;
    for (std::size_t i = 0; i < kRows; ++i) {
      mean_t += t.predictions(i, c) / kRows;
      mean_s += s.predictions(i, c) / kRows;
    }
    for (std::size_t i = 0; i < kRows; ++i) {
      ts += (t.predictions(i, c) - mean_t) * (s.predictions(i, c) - mean_s);
      tt += std::pow(t.predictions(i, c) - mean_t, 2);
      ss += std::pow(s.predictions(i, c) - mean_s, 2);
    }
  }
  const double r = ts / std::sqrt(tt * ss);
  CHECK(test::near(level.r_teacher_student, r, test::kRounding));
  CHECK(test::near(level.beta_s.value, ts / ss, test::kRounding));
  CHECK(test::near(level.i_teacher_student, -0.5 * std::log(1.0 - r * r), test::kRounding));
  CHECK(level.gaussian_teacher_student.has_value());
  CHECK(level.mixed_ksg_student_labels.has_value());
  for (std::size_t i = 0; i < kRows; ++i) {
    const auto row = t.predictions.row(i);
    CHECK(test::near(row[0] + row[1] + row[2], 1.0, test::kRounding));
  }
}

TEST_CASE("prediction level: a clone is flagged, a teacher without information does not hold") {
  constexpr std::size_t kRows = 300;
  Random random(6);
  const GaussianRows rows = gaussian_model(kRows, 1.0, 0.0, 0.1, 7);
  std::vector<int> y(kRows);
  for (std::size_t i = 0; i < kRows; ++i) y[i] = rows.y(i, 0) > 0.0 ? 1 : 0;
  const Groups groups = Groups::singletons(kRows);
  const auto clone = level_of(rows.x2, rows.x2, labels_of(y, 2), groups, with_seed(1));
  CHECK(clone.capped);
  CHECK(clone.outcome == CchOutcome::holds);
  CHECK(test::near(clone.beta_s.value, 1.0, test::kRounding));
  CHECK(clone.warnings.front().code == "capped-correlation");
  const auto empty =
      level_of(noise(kRows, 5, random), rows.x2, labels_of(y, 2), groups, with_seed(1));
  CHECK(empty.outcome == CchOutcome::fails);
}

TEST_CASE("prediction level: the predicted gain has the sign of the direction law") {
  // MFH (Xue et al. 2023): the student sees columns 0..9 of 20; the teacher the same or the others.
  constexpr std::size_t kRows = 400;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Random random(derive_seed(seed, "mfh"));
    const Samples xs = noise(kRows, 20, random);
    Matrix same(kRows, 10);
    Matrix others(kRows, 10);
    Matrix student(kRows, 50);
    std::vector<int> y(kRows);
    for (std::size_t i = 0; i < kRows; ++i) {
      double latent = 0.0;
      for (std::size_t j = 0; j < 20; ++j) latent += xs(i, j);
      y[i] = latent > 0.0 ? 1 : 0;
      for (std::size_t j = 0; j < 50; ++j) student(i, j) = j < 10 ? xs(i, j) : random.normal();
      for (std::size_t j = 0; j < 10; ++j) same(i, j) = xs(i, j);
      for (std::size_t j = 0; j < 10; ++j) others(i, j) = xs(i, j + 10);
    }
    const Samples x2 = Samples::from(std::move(student));
    const Groups groups = Groups::singletons(kRows);
    const Variable labels = labels_of(y, 2);
    CAPTURE(seed);
    CHECK(*level_of(Samples::from(same), x2, labels, groups, with_seed(seed)).predicted_gain > 0.0);
    CHECK(*level_of(Samples::from(others), x2, labels, groups, with_seed(seed)).predicted_gain <
          0.0);
  }
}

TEST_CASE("probes: whole groups go to one fold, so that a memorised label stays there") {
  constexpr std::size_t kGroups = 60;
  constexpr std::size_t kSize = 5;
  Random random(9);
  const Samples identity = noise(kGroups, 60, random);
  std::vector<std::size_t> row_group;
  std::vector<int> y;
  for (std::size_t g = 0; g < kGroups; ++g) {
    const int label = static_cast<int>(random.below(2));
    row_group.insert(row_group.end(), kSize, g);
    y.insert(y.end(), kSize, label);
  }
  const Samples x = identity.select(row_group);
  const Variable labels = labels_of(y, 2);
  const Groups groups = test::equal_groups(kGroups, kSize);
  const Probe grouped = linear_probe(x, labels, groups, {}, with_seed(1));
  for (std::size_t i = 0; i < y.size(); ++i) {
    CHECK(grouped.fold[i] == grouped.fold[groups.members(groups.of(i)).front()]);
  }
  // Labels that features say nothing about cost at least their entropy, ln 2 less the imbalance of
  // 60 coins (.02) and what a calibrated constant may gain by chance.
  CHECK(grouped.score > std::numbers::ln2 - 0.05);
  const Probe leaking = linear_probe(x, labels, Groups::singletons(y.size()), {}, with_seed(1));
  CHECK(leaking.score < 0.2);
}

TEST_CASE("prediction level: bitwise the same for any number of threads, wrong calls are refused") {
  constexpr std::size_t kRows = 200;
  const GaussianRows rows = gaussian_model(kRows, 1.0, 0.2, 0.3, 3);
  const Groups groups = Groups::singletons(kRows);
  const auto one = level_of(rows.x1, rows.x2, rows.y, groups, with_seed(1, 1));
  const auto three = level_of(rows.x1, rows.x2, rows.y, groups, with_seed(1, 3));
  CHECK(one.margin.nats == three.margin.nats);
  CHECK(*one.margin.standard_error == *three.margin.standard_error);
  CHECK(*one.predicted_gain == *three.predicted_gain);
  CHECK(*one.mixed_ksg_teacher_student == *three.mixed_ksg_teacher_student);

  const Probe first = linear_probe(rows.x1, rows.y, groups, {}, with_seed(1));
  const Probe second = linear_probe(rows.x2, rows.y, groups, {}, with_seed(2));
  CHECK(test::fault_code([&] {
          prediction_level(first, second, rows.x2, rows.y, groups, {}, with_seed(1));
        }) == "unpaired-probes");
  PredictionLevelOptions options;
  options.lambda = -1.0;
  CHECK(test::fault_code([&] {
          prediction_level(first, first, rows.x2, rows.y, groups, options, with_seed(1));
        }) == "bad-lambda");
  CHECK(test::fault_code([&] {
          linear_probe(rows.x1, rows.y, test::equal_groups(5, 40), {}, with_seed(1));
        }) == "too-few-groups");
}
