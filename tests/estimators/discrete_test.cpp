#include "cch/estimators/discrete.hpp"

#include <vector>

#include "cch/core/random.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using namespace cch::test;

ClassLabels coded(std::vector<int> codes, int classes) {
  std::vector<std::string> names;
  for (int c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return ClassLabels::from(std::move(codes), std::move(names));
}

Estimate run(const ClassLabels& x, const ClassLabels& y, bool correct = true) {
  return discrete(x, y, Groups::singletons(x.size()), {.bias_correction = correct}, Execution{});
}

TEST_CASE("discrete: a 2 x 2 table by hand") {
  // p(0,0) = 1/2, p(0,1) = 0, p(1,0) = 1/4, p(1,1) = 1/4: I = H(3/4) + H(1/2) − H(1/2, 1/4, 1/4).
  const ClassLabels x = coded({0, 0, 1, 1}, 2);
  const ClassLabels y = coded({0, 0, 0, 1}, 2);
  const double h_y = -0.75 * std::log(0.75) - 0.25 * std::log(0.25);
  const double expected = h_y + std::log(2.0) - 1.5 * std::log(2.0);
  const Estimate plain = run(x, y, false);
  CHECK(near(plain.nats, expected, kRounding));
  // three occupied cells, two values on each side: bias (3 − 2 − 2 + 1) / (2·4) = 0
  CHECK(near(run(x, y).nats, expected, kRounding));
  double sum = 0.0;
  for (const double term : plain.row_terms) sum += term;
  CHECK(near(sum / 4.0, plain.nats, kRounding));
}

TEST_CASE("discrete: Miller-Madow on a full table, classes without rows not counted") {
  // All four cells once: plug-in 0, bias (4 − 2 − 2 + 1) / (2·4) = 1/8.
  const ClassLabels x = coded({0, 0, 1, 1}, 5);
  const ClassLabels y = coded({0, 1, 0, 1}, 3);
  CHECK(near(run(x, y, false).nats, 0.0, kRounding));
  CHECK(near(run(x, y).nats, -0.125, kRounding));
}

TEST_CASE("discrete: of a variable with itself is its entropy") {
  const ClassLabels x = coded({0, 1, 1, 2, 2, 2}, 3);
  CHECK(near(run(x, x, false).nats, x.entropy_nats(), kRounding));
}

TEST_CASE("discrete: the correction removes the bias of independent labels") {
  constexpr std::size_t repeats = 400;
  constexpr std::size_t n = 200;
  double sum = 0.0;
  double squares = 0.0;
  double error_bar = 0.0;
  for (std::size_t r = 0; r < repeats; ++r) {
    Random random(derive_seed(3, "discrete-test", r));
    std::vector<int> x(n);
    std::vector<int> y(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = static_cast<int>(random.below(4));
      y[i] = static_cast<int>(random.below(4));
    }
    const Estimate e = run(coded(x, 4), coded(y, 4));
    sum += e.nats;
    squares += e.nats * e.nats;
    error_bar += *e.standard_error / repeats;
  }
  const double mean = sum / repeats;
  const double sd = std::sqrt(squares / repeats - mean * mean);
  // plug-in bias is 9/400 = .0225; what Miller–Madow leaves is O(1/N²), bounded by .001
  CHECK(within_sampling_error(mean, 0.0, sd / std::sqrt(1.0 * repeats), 0.001));
  // the error bar adds the row terms' spread to the exact null variance: at most √3 too wide
  CHECK(error_bar > 0.9 * sd);
  CHECK(error_bar < 2.0 * sd);
}

TEST_CASE("discrete: sparse tables warn, unequal rows are refused") {
  const ClassLabels x = coded({0, 1, 2, 3}, 4);
  const Estimate e = run(x, x);
  REQUIRE(e.warnings.size() == 1);
  CHECK(e.warnings.front().code == "sparse-cells");
  CHECK(fault_code([&] { run(x, coded({0, 1}, 2)); }) == "unequal-rows");
}

TEST_CASE("discrete: copies of the rows in groups leave the error bar as it was") {
  Random random(5);
  std::vector<int> x(400);
  std::vector<int> y(400);
  std::vector<std::size_t> group(400);
  for (std::size_t i = 0; i < 100; ++i) {
    const int a = static_cast<int>(random.below(2));
    const int b = random.uniform() < 0.8 ? a : 1 - a;
    for (std::size_t copy = 0; copy < 4; ++copy) {
      x[4 * i + copy] = a;
      y[4 * i + copy] = b;
      group[4 * i + copy] = i;
    }
  }
  std::vector<int> once_x;
  std::vector<int> once_y;
  for (std::size_t i = 0; i < 400; i += 4) {
    once_x.push_back(x[i]);
    once_y.push_back(y[i]);
  }
  const Estimate grouped = discrete(coded(x, 2), coded(y, 2), Groups::from(group), {}, Execution{});
  const Estimate single = run(coded(once_x, 2), coded(once_y, 2));
  CHECK(near(*grouped.standard_error, *single.standard_error, kRounding));
}

}  // namespace
