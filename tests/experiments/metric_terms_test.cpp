// Row terms of F1 and AUC against the measures themselves, with rows left out and with published
// formulas.
#include "experiments/metric_terms.hpp"

#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"
#include "cch/experiments/metrics.hpp"
#include "estimators/row_terms.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using Rows = std::vector<std::size_t>;

struct Said {
  Matrix z;
  std::vector<int> y;
};

/// Logits that know a little, some of them tied.
Said some_outputs(std::size_t n, std::size_t classes, std::uint64_t seed) {
  Random random(seed);
  Said out{Matrix(n, classes), {}};
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t truth = random.below(classes);
    out.y.push_back(static_cast<int>(truth));
    for (std::size_t c = 0; c < classes; ++c) {
      out.z(i, c) = std::round(4.0 * (random.normal() + (c == truth ? 1.0 : 0.0))) / 4.0;
    }
  }
  return out;
}

Rows all_but(std::size_t n, std::size_t left_out) {
  Rows out;
  for (std::size_t i = 0; i < n; ++i) {
    if (i != left_out) out.push_back(i);
  }
  return out;
}

double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// √((n−1)/n Σ (m₋ᵢ − m̄)²), the delete-one jackknife.
template <class Measure>
double jackknife_error(std::size_t n, const Measure& measure) {
  std::vector<double> without;
  for (std::size_t i = 0; i < n; ++i) without.push_back(measure(all_but(n, i)));
  const double middle = mean(without);
  double sum = 0.0;
  for (const double m : without) sum += (m - middle) * (m - middle);
  return std::sqrt((static_cast<double>(n) - 1.0) / static_cast<double>(n) * sum);
}

TEST_CASE("metric terms: their means are the measures of metrics.hpp") {
  for (const std::size_t classes : {2, 3, 5}) {
    const Said said = some_outputs(83, classes, classes);
    const Metrics m = class_metrics(said.z, said.y, all_but(83, 83));
    CHECK(test::near(mean(detail::weighted_f1_terms(said.z, said.y)), *m.weighted_f1,
                     test::kRounding));
    CHECK(test::near(mean(detail::auc_terms(said.z, said.y)), *m.auc, test::kRounding));
  }
}

TEST_CASE("metric terms: their spread is that of the delete-one jackknife") {
  constexpr std::size_t n = 400;
  // The two jackknifes differ by terms of 1/n, a few percent for a ratio such as F1.
  constexpr double relative = 0.03;
  for (const std::size_t classes : {2, 4}) {
    const Said said = some_outputs(n, classes, 10 + classes);
    const Groups rows = Groups::singletons(n);
    const auto f1 = jackknife_error(
        n, [&](const Rows& kept) { return *class_metrics(said.z, said.y, kept).weighted_f1; });
    const auto auc = jackknife_error(
        n, [&](const Rows& kept) { return *class_metrics(said.z, said.y, kept).auc; });
    const auto error = [&](const std::vector<double>& terms) {
      return std::sqrt(detail::variance_of_mean(terms, rows));
    };
    CHECK(std::abs(error(detail::weighted_f1_terms(said.z, said.y)) / f1 - 1.0) < relative);
    CHECK(std::abs(error(detail::auc_terms(said.z, said.y)) / auc - 1.0) < relative);
  }
}

TEST_CASE("metric terms: the AUC of two classes has DeLong's variance") {
  const Said said = some_outputs(200, 2, 5);
  std::vector<double> inside;
  std::vector<double> outside;
  std::vector<double> score[2];
  for (std::size_t i = 0; i < 200; ++i) {
    score[said.y[i]].push_back(said.z(i, 1) - said.z(i, 0));
  }
  const auto above = [](double a, double b) { return a > b ? 1.0 : a == b ? 0.5 : 0.0; };
  for (const double a : score[1]) {
    double sum = 0.0;
    for (const double b : score[0]) sum += above(a, b);
    inside.push_back(sum / static_cast<double>(score[0].size()));
  }
  for (const double b : score[0]) {
    double sum = 0.0;
    for (const double a : score[1]) sum += above(a, b);
    outside.push_back(sum / static_cast<double>(score[1].size()));
  }
  const auto variance = [](const std::vector<double>& x) {
    const double middle = mean(x);
    double sum = 0.0;
    for (const double v : x) sum += (v - middle) * (v - middle);
    return sum / (static_cast<double>(x.size()) - 1.0) / static_cast<double>(x.size());
  };
  const double delong = variance(inside) + variance(outside);
  const double ours =
      detail::variance_of_mean(detail::auc_terms(said.z, said.y), Groups::singletons(200));
  // Freedoms of each side against those of all rows: 1/100.
  CHECK(std::abs(ours / delong - 1.0) < 0.015);
}

TEST_CASE("metric terms: rows of one class have no curve") {
  CHECK(detail::auc_terms(Matrix(3, 2), std::vector<int>{1, 1, 1}).empty());
}

}  // namespace
}  // namespace cch
