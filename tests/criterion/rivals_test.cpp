#include "cch/criterion/rivals.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "cch/core/random.hpp"
#include "support/draws.hpp"
#include "support/mfh_rows.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using test::kRounding;
using test::labels_of;
using test::near;
using test::noise;

ClassLabels random_labels(std::size_t n, std::size_t classes, std::uint64_t seed) {
  Random random(seed);
  std::vector<int> codes(n);
  for (int& code : codes) code = static_cast<int>(random.below(classes));
  return labels_of(std::move(codes), classes);
}

/// In place: m becomes its lower Cholesky factor.
void cholesky(Matrix& m) {
  for (std::size_t j = 0; j < m.rows(); ++j) {
    for (std::size_t i = j; i < m.rows(); ++i) {
      double value = m(i, j);
      for (std::size_t k = 0; k < j; ++k) value -= m(i, k) * m(j, k);
      m(i, j) = i == j ? std::sqrt(value) : value / m(j, j);
    }
  }
}

/// ln N(y; 0, I/β + FFᵀ/α)/N: the evidence of Bayesian linear regression without any of LogME's
/// algebra.
double marginal_log_density(const Samples& f, const std::vector<double>& y, double alpha,
                            double beta) {
  const std::size_t n = f.size();
  Matrix c(n, n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t d = 0; d < f.dim(); ++d) c(i, j) += f(i, d) * f(j, d) / alpha;
    }
    c(i, i) += 1.0 / beta;
  }
  cholesky(c);
  double log_density = -0.5 * static_cast<double>(n) * std::log(2.0 * std::numbers::pi);
  std::vector<double> white(n);
  for (std::size_t i = 0; i < n; ++i) {
    white[i] = y[i];
    for (std::size_t k = 0; k < i; ++k) white[i] -= c(i, k) * white[k];
    white[i] /= c(i, i);
    log_density -= std::log(c(i, i)) + 0.5 * white[i] * white[i];
  }
  return log_density / static_cast<double>(n);
}

std::vector<double> indicator(const ClassLabels& labels, int of) {
  std::vector<double> y(labels.size());
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = labels[i] == of ? 1.0 : 0.0;
  return y;
}

// The product FᵀF squares the condition of F: half of the digits are left at worst.
constexpr double kSquaredCondition = 1e-8;

/// Unbiased HSIC of Song et al. (2012) from whole kernel matrices.
double naive_hsic(const Samples& x, const Samples& y) {
  const std::size_t n = x.size();
  auto kernel = [n](const Samples& z) {
    Matrix k(n, n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t d = 0; d < z.dim() && i != j; ++d) k(i, j) += z(i, d) * z(j, d);
      }
    }
    return k;
  };
  const Matrix k = kernel(x);
  const Matrix l = kernel(y);
  double trace = 0.0;
  double sum_k = 0.0;
  double sum_l = 0.0;
  double sum_kl = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      trace += k(i, j) * l(j, i);
      sum_k += k(i, j);
      sum_l += l(i, j);
      for (std::size_t m = 0; m < n; ++m) sum_kl += k(i, m) * l(m, j);
    }
  }
  const auto rows = static_cast<double>(n);
  return (trace + sum_k * sum_l / ((rows - 1) * (rows - 2)) - 2.0 * sum_kl / (rows - 2)) /
         (rows * (rows - 3));
}

constexpr std::size_t kRivalRows = 100;

/// Two correlated columns, classes by turns with means ±.8 in the first.
Samples two_classes() {
  Random random(9);
  Matrix x(kRivalRows, 2);
  for (std::size_t i = 0; i < kRivalRows; ++i) {
    x(i, 0) = (i % 2 == 1 ? 0.8 : -0.8) + random.normal();
    x(i, 1) = 5.0 + 0.5 * x(i, 0) + random.normal();
  }
  return Samples::from(std::move(x));
}

ClassLabels alternating_labels(std::size_t n) {
  std::vector<int> codes(n);
  for (std::size_t i = 0; i < n; ++i) codes[i] = static_cast<int>(i % 2);
  return labels_of(std::move(codes), 2);
}

Matrix column(const Samples& x, std::size_t j) {
  Matrix out(x.size(), 1);
  for (std::size_t i = 0; i < x.size(); ++i) out(i, 0) = x(i, j);
  return out;
}

/// Columns of mean 0 and variance 1, and the means of even and odd rows.
struct Standardised {
  std::vector<std::array<double, 2>> rows;
  std::array<std::array<double, 2>, 2> class_mean{};
};
Standardised standardise(const Samples& x) {
  const auto n = static_cast<double>(x.size());
  Standardised out{std::vector<std::array<double, 2>>(x.size()), {}};
  for (std::size_t j = 0; j < 2; ++j) {
    double mean = 0.0;
    double square = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) mean += x(i, j) / n;
    for (std::size_t i = 0; i < x.size(); ++i) square += std::pow(x(i, j) - mean, 2) / n;
    for (std::size_t i = 0; i < x.size(); ++i) {
      out.rows[i][j] = (x(i, j) - mean) / std::sqrt(square);
      out.class_mean[i % 2][j] += out.rows[i][j] / (n / 2.0);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("rivals: LogME is the Gaussian marginal density, for tall and wide features") {
  for (const std::size_t dim : {std::size_t{5}, std::size_t{60}}) {
    const Samples f = noise(40, dim, 1);
    const ClassLabels y = random_labels(40, 3, 2);
    const LogMe result = log_me(f, y);
    REQUIRE(result.targets.size() == 3);
    double mean = 0.0;
    for (int c = 0; c < 3; ++c) {
      const auto& target = result.targets[static_cast<std::size_t>(c)];
      const auto truth = marginal_log_density(f, indicator(y, c), target.alpha, target.beta);
      CAPTURE(dim);
      CHECK(near(target.evidence, truth, kSquaredCondition));
      mean += truth / 3.0;
    }
    CHECK(near(result.value, mean, kSquaredCondition));
  }
}

TEST_CASE("rivals: LogME finds the precisions of greatest evidence") {
  const Samples f = noise(60, 4, 3);
  Random random(4);
  Matrix y(60, 1);
  std::vector<double> values(60);
  for (std::size_t i = 0; i < 60; ++i) {
    values[i] = y(i, 0) = 2.0 * f(i, 0) - f(i, 1) + 0.5 * random.normal();
  }
  const LogMe result = log_me(f, Samples::from(std::move(y)));
  REQUIRE(result.targets.size() == 1);
  const auto& best = result.targets[0];
  for (const double a : {0.8, 1.0, 1.25}) {
    for (const double b : {0.8, 1.0, 1.25}) {
      if (a == 1.0 && b == 1.0) continue;
      // t is found to a thousandth, and the evidence is flat to second order there.
      CHECK(marginal_log_density(f, values, a * best.alpha, b * best.beta) < best.evidence);
    }
  }
}

TEST_CASE(
    "rivals: LogME prefers features that explain the labels, and refuses what has no evidence") {
  const Samples known = noise(100, 3, 5);
  std::vector<int> codes(100);
  for (std::size_t i = 0; i < 100; ++i) codes[i] = known(i, 0) + known(i, 1) > 0.0 ? 1 : 0;
  const ClassLabels y = labels_of(codes, 2);
  CHECK(log_me(known, y).value > log_me(noise(100, 3, 6), y).value);

  CHECK(test::fault_code([&] { log_me(Samples::from(Matrix(100, 2, 0.0)), y); }) == "no-evidence");
  CHECK(test::fault_code([&] { log_me(noise(99, 2, 1), y); }) == "unequal-rows");
}

TEST_CASE("rivals: LEEP and NCE by hand") {
  // Four rows, two classes: p(y|z) = θ-weighted shares.
  const Matrix theta(4, 2, {0.9, 0.1, 0.7, 0.3, 0.2, 0.8, 0.4, 0.6});
  const ClassLabels y = labels_of({0, 0, 1, 0}, 2);
  const double p0_given_0 = (0.9 + 0.7 + 0.4) / 2.2;
  const double p0_given_1 = (0.1 + 0.3 + 0.6) / 1.8;
  const double truth = (std::log(0.9 * p0_given_0 + 0.1 * p0_given_1) +
                        std::log(0.7 * p0_given_0 + 0.3 * p0_given_1) +
                        std::log(0.2 * (1.0 - p0_given_0) + 0.8 * (1.0 - p0_given_1)) +
                        std::log(0.4 * p0_given_0 + 0.6 * p0_given_1)) /
                       4.0;
  CHECK(near(leep(theta.view(), y), truth, kRounding));
  // Likeliest classes 0 0 1 1: class 0 is certain under the first, a fair coin under the second.
  CHECK(near(negative_conditional_entropy(theta.view(), y), -0.5 * std::log(2.0), kRounding));
}

TEST_CASE("rivals: LEEP of certain predictions is NCE, of constant ones minus the entropy") {
  const ClassLabels y = random_labels(50, 4, 7);
  Matrix certain(50, 4);
  Random random(8);
  for (std::size_t i = 0; i < 50; ++i) certain(i, random.below(4)) = 1.0;
  CHECK(near(leep(certain.view(), y), negative_conditional_entropy(certain.view(), y), kRounding));
  const Matrix constant(50, 4, 0.25);
  CHECK(near(leep(constant.view(), y), -y.entropy_nats(), kRounding));
}

TEST_CASE("rivals: H-score of one column is its squared correlation ratio") {
  const Samples x = two_classes();
  const ClassLabels y = alternating_labels(x.size());
  const Standardised z = standardise(x);
  double between = 0.0;
  for (std::size_t c = 0; c < 2; ++c) between += 0.5 * z.class_mean[c][0] * z.class_mean[c][0];
  CHECK(near(h_score(Samples::from(column(x, 0)), y), between, kRounding));
}

TEST_CASE("rivals: H-score of two columns by the inverse of their shrunken correlation") {
  const Samples x = two_classes();
  const auto n = static_cast<double>(x.size());
  const Standardised z = standardise(x);
  double r = 0.0;
  for (const auto& row : z.rows) r += row[0] * row[1] / n;
  double v = 0.0;
  for (const auto& row : z.rows) v += std::pow(row[0] * row[1] - r, 2) / (n * (n - 1.0));
  const double lambda = std::min(1.0, v / (r * r));
  const double off = (1.0 - lambda) * r;
  double trace = 0.0;  // of R⁻¹B, B = ½ Σ_c m_c m_cᵀ, R = [1 off; off 1]
  for (const auto& m : z.class_mean) {
    trace += 0.5 * (m[0] * m[0] - 2.0 * off * m[0] * m[1] + m[1] * m[1]) / (1.0 - off * off);
  }
  CHECK(lambda > 0.0);
  CHECK(near(h_score(x, alternating_labels(x.size())), trace, kRounding));
}

TEST_CASE("rivals: debiased CKA without a kernel matrix equals the one with it") {
  const Samples x = noise(30, 7, 10);
  Matrix mixed(30, 40);
  Random random(11);
  for (std::size_t i = 0; i < 30; ++i) {
    for (std::size_t j = 0; j < 40; ++j) mixed(i, j) = x(i, j % 7) + 3.0 + random.normal();
  }
  const Samples y = Samples::from(std::move(mixed));
  const double truth = naive_hsic(x, y) / std::sqrt(naive_hsic(x, x) * naive_hsic(y, y));
  const auto cka = debiased_linear_cka(x, y);
  REQUIRE(cka.has_value());
  CHECK(near(*cka, truth, kSquaredCondition));
  CHECK(near(*debiased_linear_cka(x, x), 1.0, kRounding));
  CHECK_FALSE(debiased_linear_cka(x, Samples::from(Matrix(30, 2, 1.0))).has_value());
}

TEST_CASE("rivals: debiased CKA of independent features is about 0 in any dimension") {
  std::vector<double> values;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    values.push_back(
        *debiased_linear_cka(noise(60, 200, 2 * seed + 100), noise(60, 100, 2 * seed + 101)));
  }
  const auto repeats = test::summary(values);
  // The ratio of unbiased terms is itself biased by less than a thousandth here: both self terms
  // vary by a few per cent only.
  CHECK(test::within_sampling_error(repeats.mean, 0.0, repeats.standard_error, 0.001));
}

TEST_CASE("rivals: Kendall's tau-b by hand, with ties") {
  const std::vector<double> a{1, 2, 3, 4};
  CHECK(near(*kendall_tau(a, std::vector<double>{1, 3, 2, 4}), 4.0 / 6.0, kRounding));
  CHECK(near(*kendall_tau(a, std::vector<double>{4, 3, 2, 1}), -1.0, kRounding));
  // Five of six pairs are untied in the second: 4 concordant, 1 discordant.
  CHECK(near(*kendall_tau(a, std::vector<double>{1, 1, 3, 2}), 3.0 / std::sqrt(6.0 * 5.0),
             kRounding));
  CHECK_FALSE(kendall_tau(a, std::vector<double>{5, 5, 5, 5}).has_value());
  const Matrix t(2, 3, {1, 2, 3, 7, 7, 7});
  const Matrix s(2, 3, {1, 3, 2, 1, 2, 3});
  CHECK(near(*mean_kendall_tau(t.view(), s.view()), 1.0 / 3.0, kRounding));
}

TEST_CASE("rivals: area under the ROC curve by hand, with ties") {
  const std::vector<bool> positive{true, false, true, false, false};
  // Pairs won: 5 > all three; 2 > 1, = 2, < 4.
  CHECK(near(*auroc(std::vector<double>{5, 1, 2, 2, 4}, positive), 4.5 / 6.0, kRounding));
  CHECK(near(*auroc(std::vector<double>{3, 3, 3, 3, 3}, positive), 0.5, kRounding));
  CHECK(near(*auroc(std::vector<double>{9, 0, 8, 1, 2}, positive), 1.0, kRounding));
  CHECK(near(*auroc(std::vector<double>{0, 9, 1, 8, 7}, positive), 0.0, kRounding));
  CHECK_FALSE(auroc(std::vector<double>{1, 2}, {true, true}).has_value());
  CHECK_FALSE(auroc({}, {}).has_value());
}

TEST_CASE("rivals: the area is that of counting all pairs") {
  Random random(12);
  std::vector<double> scores(200);
  std::vector<bool> positive(200);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    positive[i] = random.uniform() < 0.3;
    scores[i] = std::floor(10.0 * random.uniform()) + (positive[i] ? 2.0 : 0.0);
  }
  double wins = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (!positive[i] || positive[j]) continue;
      pairs += 1.0;
      wins += scores[i] > scores[j] ? 1.0 : (scores[i] == scores[j] ? 0.5 : 0.0);
    }
  }
  CHECK(near(*auroc(scores, positive), wins / pairs, kRounding));
}

/// One signal pair of correlation .9, one nuisance pair of correlation `nuisance`, two private
/// columns a side; the student's signal column has standard deviation `signal_scale`. Labels: the
/// sign of the teacher's signal with noise.
struct SpikedRows {
  Samples teacher;
  Samples student;
  ClassLabels labels;
};

SpikedRows spiked(std::size_t n, double nuisance, double signal_scale, std::uint64_t seed) {
  Random random(seed);
  Matrix t(n, 4);
  Matrix s(n, 4);
  std::vector<int> codes;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      t(i, j) = random.normal();
      s(i, j) = random.normal();
    }
    s(i, 0) = signal_scale * (0.9 * t(i, 0) + std::sqrt(1.0 - 0.81) * s(i, 0));
    s(i, 1) = nuisance * t(i, 1) + std::sqrt(1.0 - nuisance * nuisance) * s(i, 1);
    codes.push_back(t(i, 0) + 0.3 * random.normal() > 0.0 ? 1 : 0);
  }
  return {Samples::from(std::move(t)), Samples::from(std::move(s)), labels_of(std::move(codes), 2)};
}

TEST_CASE("separation ratios: signal over nuisance of a spiked model") {
  // Canonical correlations .9 and `nuisance`; the regression's singular values are those times the
  // student's standard deviations, 1/3 and 1. Sampling error of a correlation at 20 000 rows: .005.
  const std::size_t n = 20000;
  for (const double nuisance : {0.5, 0.95}) {
    CAPTURE(nuisance);
    const SpikedRows rows = spiked(n, nuisance, 1.0 / 3.0, 21);
    const SeparationRatios ratios =
        separation_ratios(rows.teacher, rows.student, rows.labels, Groups::singletons(n), 1);
    CHECK(near(*ratios.alignment, 0.9 / nuisance, 0.03));
    CHECK(near(*ratios.prediction, 0.3 / nuisance, 0.03));
  }
  // Prediction fails where the student's signal is small beside its nuisance, alignment does not.
  const SpikedRows rows = spiked(n, 0.5, 1.0, 22);
  const SeparationRatios equal =
      separation_ratios(rows.teacher, rows.student, rows.labels, Groups::singletons(n), 1);
  CHECK(near(*equal.prediction, 0.9 / 0.5, 0.06));
}

TEST_CASE("separation ratios: labels that nothing explains separate nothing") {
  const std::size_t n = 60;
  const ClassLabels labels = labels_of(std::vector<int>(n, 0), 2);  // one class alone
  const SeparationRatios ratios =
      separation_ratios(noise(n, 3, 1), noise(n, 3, 2), labels, Groups::singletons(n), 1);
  CHECK(*ratios.alignment == 0.0);
  CHECK(*ratios.prediction == 0.0);
  CHECK_FALSE(separation_ratios(noise(n, 1, 1), noise(n, 1, 2), labels, Groups::singletons(n), 1)
                  .alignment.has_value());
}

TEST_CASE("MFH rows: teacher and student share as much as gamma says") {
  std::vector<double> a(20);
  Random model(13);
  for (double& value : a) value = model.normal();
  for (const std::size_t v : {std::size_t{0}, std::size_t{4}, std::size_t{10}}) {
    Random random(14);
    const auto rows = test::mfh_rows(50, v, a, random);
    REQUIRE(rows.x1.cols() == 25);
    REQUIRE(rows.x2.cols() == 50);
    std::size_t shared = 0;
    for (std::size_t j = 0; j < 25; ++j) {
      for (std::size_t k = 0; k < 50; ++k) {
        bool equal = true;
        for (std::size_t i = 0; i < 50; ++i) equal = equal && rows.x1(i, j) == rows.x2(i, k);
        shared += equal ? 1 : 0;
      }
    }
    CAPTURE(v);
    CHECK(shared == v);
    const double seen_by_either = 10.0 + 10.0 - static_cast<double>(shared);
    CHECK(near(test::mfh_gamma(v), static_cast<double>(shared) / seen_by_either, kRounding));
  }
}

TEST_CASE("MFH rows: the labels follow from the decisive columns alone") {
  // With v = 0 the student holds columns 0..9 and the teacher 10..19: together all that decides.
  std::vector<double> a(20);
  Random model(15);
  for (double& value : a) value = model.normal();
  Random random(16);
  const auto rows = test::mfh_rows(300, 0, a, random);
  std::size_t agree = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    double latent = 0.0;
    for (std::size_t j = 0; j < 10; ++j)
      latent += a[j] * rows.x2(i, j) + a[10 + j] * rows.x1(i, 10 + j);
    agree += (latent > 0.0 ? 1 : 0) == rows.y[i] ? 1 : 0;
  }
  CHECK(agree == 300);
}
