// The permutation test: what is exchanged, exact p values, level and power, refusals.

#include "cch/estimators/permutation_null.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;

ClassLabels by_sign(const Samples& x) {
  std::vector<int> codes(x.size());
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = x(i, 0) > 0.0 ? 1 : 0;
  return test::labels_of(std::move(codes), 2);
}

Groups sized(std::vector<std::size_t> sizes) {
  std::vector<std::size_t> codes;
  for (std::size_t g = 0; g < sizes.size(); ++g) codes.insert(codes.end(), sizes[g], g);
  return Groups::from(codes);
}

PermutationOptions times(std::size_t n) {
  PermutationOptions out;
  out.permutations = n;
  return out;
}

TEST_CASE("whole groups are exchanged, in the order of their rows, and only for their size") {
  const Groups groups = sized({3, 3, 3, 2, 2, 5});
  const Samples y = test::gaussian_rows(18, 1, 1, 0.0, 1).y;
  const GroupPermuter permuter(groups, y);
  // The lone group of 5 takes no part; 3! · 2! arrangements are left.
  CHECK(permuter.rows().size() == 13);
  CHECK(test::near(permuter.log_arrangements(), std::log(12.0), kRounding));
  std::set<std::vector<std::size_t>> seen;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto rows = permuter.draw(seed);
    seen.insert(rows);
    REQUIRE(std::set<std::size_t>(rows.begin(), rows.end()).size() == 13);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t own = permuter.rows()[i];
      CHECK(groups.size_of(rows[i]) == groups.size_of(own));
      if (i == 0 || groups.of(own) != groups.of(permuter.rows()[i - 1])) continue;
      CHECK(rows[i] == rows[i - 1] + 1);  // rows of a group lie one after the other here
    }
  }
  CHECK(seen.size() == 12);  // every arrangement turns up: 12 · (11/12)^400 is 1e-14
}

TEST_CASE("y constant in groups: its values are exchanged between groups of any size") {
  const Groups groups = sized({1, 4, 2, 7, 3});
  std::vector<int> codes;
  for (std::size_t i = 0; i < 17; ++i) codes.push_back(static_cast<int>(groups.of(i)));
  const GroupPermuter permuter(groups, test::labels_of(codes, 5));
  CHECK(permuter.rows().size() == 17);
  const auto rows = permuter.draw(3);
  std::set<std::size_t> givers;
  for (std::size_t g = 0; g < 5; ++g) {
    std::set<std::size_t> from;
    for (const std::size_t i : groups.members(g)) from.insert(groups.of(rows[i]));
    REQUIRE(from.size() == 1);
    givers.insert(*from.begin());
  }
  CHECK(givers.size() == 5);
}

TEST_CASE("unequal groups whose y varies inside are refused where no strata can be formed") {
  const Samples y = test::gaussian_rows(15, 1, 1, 0.0, 1).y;
  CHECK(test::fault_code([&] { GroupPermuter(sized({1, 2, 3, 4, 5}), y); }) == "no-size-strata");
}

TEST_CASE("too few permutations or arrangements for the level are refused") {
  const test::XY xy = test::gaussian_rows(60, 1, 1, 0.5, 1);
  auto code = [&](std::size_t n, std::size_t tests, const Groups& groups) {
    PermutationOptions options = times(n);
    options.tests = tests;
    return test::fault_code(
        [&] { (void)permutation_null(GaussianOptions{}, xy.x, xy.y, groups, options, {}); });
  };
  const Groups rows = Groups::singletons(60);
  CHECK(code(19, 1, rows) == "too-few-permutations");  // 1/20 is not below .05
  CHECK(code(20, 1, rows).empty());
  CHECK(code(99, 5, rows) == "too-few-permutations");
  CHECK(code(100, 5, rows).empty());
  CHECK(code(999, 1, test::equal_groups(3, 20)) == "too-few-arrangements");  // 3! = 6
  CHECK(code(999, 1, test::equal_groups(5, 12)).empty());                    // 5! = 120
}

TEST_CASE("p = (1 + b)/(1 + n): by counting, and at both ends") {
  const test::XY xy = test::gaussian_rows(80, 1, 1, 0.25, 4);
  const auto null =
      permutation_null(GaussianOptions{}, xy.x, xy.y, Groups::singletons(80), times(199), {});
  REQUIRE(null.null_values.size() == 199);
  double b = 0.0;
  for (const double v : null.null_values) b += v >= null.observed ? 1.0 : 0.0;
  CHECK(null.p_value == (1.0 + b) / 200.0);
  CHECK(null.resolution == 1.0 / 200.0);
  CHECK(null.observed == estimate(GaussianOptions{}, xy.x, xy.y, Groups::singletons(80), {}).nats);
  const auto sure =
      permutation_null(Ksg1Options{}, xy.x, xy.x, Groups::singletons(80), times(39), {});
  CHECK(sure.p_value == 1.0 / 40.0);
}

TEST_CASE("Wilks: one column a side is the regression on x and x², up to the squares of y") {
  // With labels of two classes and one column the statistic is −½ ln(1 − R²) of the regression of
  // the indicator on x and x²: computed here by the 2 × 2 normal equations.
  const test::XY xy = test::gaussian_rows(300, 1, 1, 0.6, 8);
  const ClassLabels labels = by_sign(xy.y);
  const auto null =
      permutation_null(LabelBoundOptions{}, xy.x, labels, Groups::singletons(300), times(39), {});
  CHECK(null.statistic == "wilks");
  double sums[5] = {};  // a a, a b, b b, a y, b y of centred columns; then y y
  double yy = 0.0;
  std::vector<double> a(300);
  std::vector<double> b(300);
  std::vector<double> y(300);
  double mean_a = 0.0;
  double mean_b = 0.0;
  double mean_y = 0.0;
  for (std::size_t i = 0; i < 300; ++i) mean_a += xy.x(i, 0) / 300.0;
  for (std::size_t i = 0; i < 300; ++i) {
    a[i] = xy.x(i, 0) - mean_a;  // the square is of the centred column, as of a component
    b[i] = a[i] * a[i];
    y[i] = labels[i];
    mean_b += b[i] / 300.0;
    mean_y += y[i] / 300.0;
  }
  for (std::size_t i = 0; i < 300; ++i) {
    b[i] -= mean_b;
    y[i] -= mean_y;
    sums[0] += a[i] * a[i];
    sums[1] += a[i] * b[i];
    sums[2] += b[i] * b[i];
    sums[3] += a[i] * y[i];
    sums[4] += b[i] * y[i];
    yy += y[i] * y[i];
  }
  const double det = sums[0] * sums[2] - sums[1] * sums[1];
  const double explained = (sums[3] * (sums[2] * sums[3] - sums[1] * sums[4]) +
                            sums[4] * (sums[0] * sums[4] - sums[1] * sums[3])) /
                           det;
  CHECK(test::near(null.observed, -0.5 * std::log(1.0 - explained / yy), kRounding));
}

TEST_CASE("dependence is found by every statistic, of means and of spread") {
  const test::XY xy = test::gaussian_rows(400, 3, 3, 0.4, 2);
  const Groups rows = Groups::singletons(400);
  const double least = 1.0 / 100.0;
  CHECK(permutation_null(Ksg1Options{}, xy.x, xy.y, rows, times(99), {}).p_value == least);
  CHECK(permutation_null(CcaKsgOptions{}, xy.x, xy.y, rows, times(99), {}).p_value == least);
  CHECK(permutation_null(RossOptions{}, xy.x, by_sign(xy.x), rows, times(99), {}).p_value == least);
  // Only the spread of y depends on x: no linear correlation.
  Matrix spread(400, 2);
  for (std::size_t i = 0; i < 400; ++i) {
    for (std::size_t j = 0; j < 2; ++j) spread(i, j) = std::exp(xy.x(i, j)) * xy.y(i, 2);
  }
  const Samples y = Samples::from(std::move(spread));
  CHECK(permutation_null(CcaKsgOptions{}, xy.x, y, rows, times(99), {}).p_value == least);
}

TEST_CASE(
    "long: the level holds for rows, whole groups and strata, rows of groups would break it") {
  constexpr int kRepeats = 200;
  const std::vector<Groups> shapes{Groups::singletons(120), test::equal_groups(24, 10),
                                   test::unequal_groups(200, 3, 7)};
  auto rejections = [&](const Groups& groups, const Groups& exchanged) {
    int rejected = 0;
    for (std::uint64_t r = 0; r < kRepeats; ++r) {
      const test::XY xy = test::gaussian_grouped_rows(groups, 1, 0.0, 0.8, 100 + r);
      Execution exec;
      exec.seed = r;
      const auto null = permutation_null(GaussianOptions{}, xy.x, xy.y, exchanged, times(59), exec);
      rejected += null.p_value <= 0.05 ? 1 : 0;
    }
    return rejected;
  };
  for (const Groups& groups : shapes) {
    // Exactly 5 % under the null; 4 binomial SD of 200 repeats are 6.2 points.
    const int rejected = rejections(groups, groups);
    CHECK(rejected <= kRepeats * (0.05 + 0.062));
    CHECK(rejected >= 1);  // none at all has probability .95^200 = 4e-5
  }
  CHECK(rejections(shapes[1], Groups::singletons(240)) > kRepeats / 4);
}

TEST_CASE("the null is bitwise equal for any number of threads") {
  const test::XY xy = test::gaussian_rows(150, 2, 2, 0.2, 3);
  const Groups groups = test::unequal_groups(150, 2, 5);
  for (const EstimatorOptions& options :
       {EstimatorOptions(Ksg1Options{}), EstimatorOptions(CcaKsgOptions{})}) {
    auto values = [&](unsigned threads) {
      Execution exec;
      exec.threads = threads;
      return permutation_null(options, xy.x, xy.y, groups, times(29), exec).null_values;
    };
    CHECK(values(1) == values(3));
  }
}

TEST_CASE("a histogram counts every value once, and the largest lies in the last bin") {
  const std::vector<double> values = {0.0, 0.4, 0.5, 1.9, 2.0};
  const Histogram bins = histogram(values, 4);
  CHECK(bins.edges == std::vector<double>{0.0, 0.5, 1.0, 1.5, 2.0});
  CHECK(bins.counts == std::vector<std::size_t>{2, 1, 0, 2});
  const Histogram equal = histogram(std::vector<double>{3.0, 3.0}, 2);
  CHECK(equal.counts == std::vector<std::size_t>{2, 0});
}

}  // namespace
}  // namespace cch
