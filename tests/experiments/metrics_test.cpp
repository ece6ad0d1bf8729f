#include "cch/experiments/metrics.hpp"

#include <cmath>
#include <vector>

#include "support/test.hpp"

namespace cch {
namespace {

TEST_CASE("metrics: four rows of three classes by hand") {
  // Decisions 0, 1, 1, 2; truths 0, 1, 2, 2.
  const Matrix z(4, 3, {2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.5, 0.0, 0.0, 3.0});
  const std::vector<int> y{0, 1, 2, 2};
  const std::vector<std::size_t> rows{0, 1, 2, 3};
  const Metrics m = class_metrics(z, y, rows);
  CHECK(*m.accuracy == 0.75);
  // F1: class 0 1; class 1: precision ½, recall 1: ⅔; class 2: precision 1, recall ½: ⅔.
  CHECK(test::near(*m.weighted_f1, (1.0 + 2.0 / 3.0 + 2.0 * 2.0 / 3.0) / 4.0, test::kRounding));
  const double first = std::log(1.0 + 2.0 * std::exp(-2.0));
  const double third = std::log(1.0 + std::exp(1.0) + std::exp(0.5)) - 0.5;
  const double fourth = std::log(1.0 + 2.0 * std::exp(-3.0));
  CHECK(test::near(*m.cross_entropy, (2.0 * first + third + fourth) / 4.0, test::kRounding));
  CHECK_FALSE(m.mse.has_value());
}

TEST_CASE("metrics: the area under the curve counts ties half, against all pairs") {
  const Matrix z(6, 2, {0, 1, 0, 2, 0, 1, 0, 0, 0, 3, 0, 2});
  const std::vector<int> y{1, 1, 0, 0, 1, 0};
  const std::vector<std::size_t> rows{0, 1, 2, 3, 4, 5};
  double sum = 0.0;
  for (const std::size_t a : rows) {
    for (const std::size_t b : rows) {
      if (y[a] != 1 || y[b] != 0) continue;
      sum += z(a, 1) > z(b, 1) ? 1.0 : z(a, 1) == z(b, 1) ? 0.5 : 0.0;
    }
  }
  CHECK(test::near(*class_metrics(z, y, rows).auc, sum / 9.0, test::kRounding));
}

TEST_CASE("metrics: one class alone has no curve") {
  const Matrix z(2, 2, {0, 1, 1, 0});
  CHECK_FALSE(class_metrics(z, std::vector<int>{1, 1}, std::vector<std::size_t>{0, 1}).auc);
}

TEST_CASE("metrics: the calibrated cross-entropy does not see the scale of logits") {
  Matrix z(40, 2);
  std::vector<int> y;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < 40; ++i) {
    z(i, 1) = std::sin(static_cast<double>(3 * i));
    y.push_back(std::cos(static_cast<double>(5 * i)) + z(i, 1) > 0.0 ? 1 : 0);
    rows.push_back(i);
  }
  Matrix large = z;
  for (std::size_t i = 0; i < 40; ++i) large(i, 1) *= 7.0;
  const Metrics a = class_metrics(z, y, rows);
  const Metrics b = class_metrics(large, y, rows);
  CHECK(std::abs(*a.cross_entropy - *b.cross_entropy) > 0.05);
  // The search for the scale ends within 30 golden sections of 9.2: to 5e-6.
  CHECK(std::abs(*a.calibrated_cross_entropy - *b.calibrated_cross_entropy) < 1e-5);
}

TEST_CASE("metrics: square error sums columns and takes the mean over the rows given") {
  const Matrix z(3, 2, {1, 1, 0, 0, 9, 9});
  const Matrix y(3, 2, {0, 0, 0, 2, 0, 0});
  const Metrics m = real_metrics(z, y, std::vector<std::size_t>{0, 1});
  CHECK(*m.mse == 3.0);
  CHECK(m.rows == 2);
  CHECK_FALSE(m.accuracy.has_value());
}

}  // namespace
}  // namespace cch
