// Readings of a critic from its scores, against sums written out, and their properties.

#include "estimators/neural/pair_sums.hpp"

#include <cmath>
#include <vector>

#include "cch/core/random.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using detail::CriticReading;
using detail::Objective;
using detail::PairSums;
using test::kRounding;
using test::near;

constexpr std::size_t kRows = 23;

std::vector<double> random_scores(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> scores(count);
  for (double& t : scores) t = random.normal();
  return scores;
}

PairSums sums_of(const std::vector<double>& t, std::size_t n) {
  PairSums sums(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) {
        sums.set_positive(i, t[i * n + j]);
      } else {
        sums.add(i, j, t[i * n + j]);
      }
    }
  }
  return sums;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

TEST_CASE("values are the bounds of their papers, written out") {
  const auto t = random_scores(kRows * kRows, 1);
  const PairSums sums = sums_of(t, kRows);
  double joint = 0.0;
  double partition = 0.0;
  double contrast = 0.0;
  for (std::size_t i = 0; i < kRows; ++i) {
    joint += t[i * kRows + i] / kRows;
    double row = 0.0;
    double column = 0.0;
    for (std::size_t j = 0; j < kRows; ++j) {
      row += std::exp(t[i * kRows + j]) / kRows;
      column += std::exp(t[j * kRows + i]) / kRows;
      if (i != j) partition += std::exp(t[i * kRows + j]) / (kRows * (kRows - 1.0));
    }
    contrast -= 0.5 * (std::log(row) + std::log(column)) / kRows;
  }
  const CriticReading mine = read_pairs(Objective::mine, sums);
  CHECK(near(mine.value, joint - std::log(partition), kRounding));
  CHECK(near(read_pairs(Objective::nwj, sums).value, joint - partition / std::exp(1.0), kRounding));
  const CriticReading infonce = read_pairs(Objective::infonce, sums);
  CHECK(near(infonce.value, joint + contrast, kRounding));
  CHECK(near(infonce.ceiling, std::log(double{kRows}), kRounding));
  for (const auto& reading : {mine, infonce}) {
    CHECK(reading.terms.size() == kRows);
    CHECK(near(mean_of(reading.terms), reading.value, kRounding));
  }
}

TEST_CASE("a critic that knows every pair reaches infonce's ceiling and no more") {
  std::vector<double> t(kRows * kRows, 0.0);
  for (std::size_t i = 0; i < kRows; ++i) t[i * kRows + i] = 50.0;
  const CriticReading reading = read_pairs(Objective::infonce, sums_of(t, kRows));
  CHECK(near(reading.value, std::log(double{kRows}), 1e-9));
}

TEST_CASE("one extreme wrong pair is seen as a heavy partition") {
  std::vector<double> t(kRows * kRows, 0.0);
  CHECK(near(read_pairs(Objective::mine, sums_of(t, kRows)).heaviest, 1.0 / kRows, kRounding));
  t[1] = 20.0;
  CHECK(read_pairs(Objective::mine, sums_of(t, kRows)).heaviest > 0.9);
}

TEST_CASE("clipping bounds a pair in both directions") {
  PairSums sums(2);
  sums.set_positive(0, 0.0);
  sums.set_positive(1, 0.0);
  sums.add_clipped(0, 1, 100.0, 2.0);
  sums.add_clipped(1, 0, -100.0, 2.0);
  CHECK(near(sums.mean_as_x(0), std::exp(2.0), kRounding));
  CHECK(near(sums.mean_as_x(1), std::exp(-2.0), kRounding));
}

TEST_CASE("classes: infonce is ln q(y|x) / p(y) of the scores as logits") {
  constexpr std::size_t kClasses = 3;
  std::vector<float> scores;
  for (const double t : random_scores(kRows * kClasses, 2)) scores.push_back(static_cast<float>(t));
  std::vector<std::int64_t> labels;
  for (std::size_t i = 0; i < kRows; ++i) labels.push_back(static_cast<std::int64_t>(i % kClasses));
  const std::vector<double> prior{0.5, 0.3, 0.2};
  double expected = 0.0;
  for (std::size_t i = 0; i < kRows; ++i) {
    double all = 0.0;
    for (std::size_t c = 0; c < kClasses; ++c) {
      all += prior[c] * std::exp(double{scores[i * kClasses + c]});
    }
    const auto y = static_cast<std::size_t>(labels[i]);
    const double q = prior[y] * std::exp(double{scores[i * kClasses + y]}) / all;
    expected += std::log(q / prior[y]) / kRows;
  }
  const CriticReading reading = read_classes(Objective::infonce, scores, labels, prior, 0.0);
  CHECK(near(reading.value, expected, 1e-9));
  double entropy = 0.0;
  for (const double p : prior) entropy -= p * std::log(p);
  CHECK(near(reading.ceiling, entropy, kRounding));
}

}  // namespace
}  // namespace cch
