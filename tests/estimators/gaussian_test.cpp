#include "cch/estimators/gaussian.hpp"

#include <functional>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/estimators/gaussian_copula.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using namespace cch::test;

struct PairedRows {
  Samples x;
  Samples y;
};

/// Column j of y has correlation rho with column j of x; all else is independent.
PairedRows correlated(std::size_t n, std::size_t d, double rho, std::uint64_t seed) {
  Random random(seed);
  Matrix x(n, d);
  Matrix y(n, d);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      x(i, j) = random.normal();
      y(i, j) = rho * x(i, j) + std::sqrt(1.0 - rho * rho) * random.normal();
    }
  }
  return {Samples::from(std::move(x), "x"), Samples::from(std::move(y), "y")};
}

/// Information of d independent pairs with correlation rho.
double truth(std::size_t d, double rho) {
  return -0.5 * static_cast<double>(d) * std::log(1.0 - rho * rho);
}

Samples mapped(const Samples& s, const std::function<double(double)>& f) {
  Matrix m(s.size(), s.dim());
  for (std::size_t i = 0; i < s.size() * s.dim(); ++i) m.data()[i] = f(s.view().data()[i]);
  return Samples::from(std::move(m), s.name());
}

Estimate run(const Samples& x, const Samples& y, bool correct = true, unsigned threads = 1) {
  Execution exec;
  exec.threads = threads;
  return gaussian(x, y, Groups::singletons(x.size()), {.bias_correction = correct}, exec);
}

struct Mean {
  double value = 0.0;
  double standard_error = 0.0;
};

Mean mean_over(std::size_t repeats, const std::function<double(std::uint64_t)>& draw) {
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t r = 0; r < repeats; ++r) {
    const double v = draw(derive_seed(5, "gaussian-test", r));
    sum += v;
    squares += v * v;
  }
  const auto n = static_cast<double>(repeats);
  return {sum / n, std::sqrt((squares / n - sum * sum / (n * n)) / (n - 1.0))};
}

TEST_CASE("gaussian: without correction it is -1/2 ln(1 - r^2) of the sample correlation") {
  // x = (−1, 0, 1, 0), y = (−1, 1, 1, −1): r = 2 / sqrt(2 · 4), so 1 − r² = 1/2; 40 copies.
  Matrix x(160, 1);
  Matrix y(160, 1);
  const std::vector<double> xs{-1, 0, 1, 0};
  const std::vector<double> ys{-1, 1, 1, -1};
  for (std::size_t i = 0; i < 160; ++i) {
    x(i, 0) = 3.0 + 2.0 * xs[i % 4];
    y(i, 0) = ys[i % 4];
  }
  const Estimate e = run(Samples::from(std::move(x)), Samples::from(std::move(y)), false);
  CHECK(near(e.nats, 0.5 * std::log(2.0), kRounding));
  CHECK(e.warnings.empty());
}

TEST_CASE("gaussian: the correction leaves no bias at N = 50, 5 + 5 dimensions") {
  const Mean corrected = mean_over(2000, [](std::uint64_t seed) {
    const PairedRows p = correlated(50, 5, 0.6, seed);
    return run(p.x, p.y).nats;
  });
  CHECK(within_sampling_error(corrected.value, truth(5, 0.6), corrected.standard_error));
  const Mean plain = mean_over(200, [](std::uint64_t seed) {
    const PairedRows p = correlated(50, 5, 0.6, seed);
    return run(p.x, p.y, false).nats;
  });
  // The plug-in is high by about D_x D_y / (2N) = .25, so the check above is not an idle one.
  CHECK(plain.value > truth(5, 0.6) + 0.2);
}

TEST_CASE("gaussian: does not change under linear maps of either side") {
  const PairedRows p = correlated(300, 3, 0.5, 3);
  Matrix mixed(300, 3);
  for (std::size_t i = 0; i < 300; ++i) {
    mixed(i, 0) = 1e4 * p.x(i, 0) + 7.0;
    mixed(i, 1) = p.x(i, 0) + 2.0 * p.x(i, 1);
    mixed(i, 2) = p.x(i, 2) - p.x(i, 1) + 0.5 * p.x(i, 0);
  }
  const double expected = run(p.x, p.y).nats;
  CHECK(near(run(Samples::from(std::move(mixed)), p.y).nats, expected, kRounding));
  CHECK(near(run(p.y, p.x).nats, expected, kRounding));
}

TEST_CASE("gaussian: copula sees through monotone maps, the plain one does not") {
  const PairedRows p = correlated(4000, 1, 0.8, 11);
  const Samples bent = mapped(p.y, [](double v) { return v * v * v * v * v; });
  const Groups rows = Groups::singletons(4000);
  const double before = gaussian_copula(p.x, p.y, rows, {}, Execution{}).nats;
  CHECK(gaussian_copula(p.x, bent, rows, {}, Execution{}).nats == before);
  // SE of -1/2 ln(1-r^2) is r/sqrt(N); ranks lose O(ln N / N), bounded by .01 here.
  CHECK(within_sampling_error(before, truth(1, 0.8), 0.8 / std::sqrt(4000.0), 0.01));
  CHECK(run(p.x, bent).nats < 0.5 * truth(1, 0.8));
}

TEST_CASE("gaussian: half as many columns as rows leave the estimate unbiased") {
  constexpr double kStandardErrors = 4.0;  // 1 in 16 000 by chance
  const Mean mean = mean_over(60, [](std::uint64_t seed) {
    const PairedRows p = correlated(130, 32, 0.5, seed);
    return run(p.x, p.y).nats;
  });
  CHECK(near(mean.value, truth(32, 0.5), kStandardErrors * mean.standard_error));
}

TEST_CASE("gaussian: four fifths as many columns as rows, shuffled: nothing, as it should be") {
  constexpr double kStandardErrors = 4.0;  // 1 in 16 000 by chance
  const Mean mean = mean_over(60, [](std::uint64_t seed) {
    const PairedRows p = correlated(100, 40, 0.0, seed);
    return run(p.x, p.y).nats;
  });
  CHECK(near(mean.value, 0.0, kStandardErrors * mean.standard_error));
}

TEST_CASE("gaussian: about as many columns as rows are refused") {
  const PairedRows p = correlated(60, 40, 0.0, 2);
  CHECK(fault_code([&] { run(p.x, p.y); }) == "too-few-rows");
  CHECK(fault_code([&] {
          (void)gaussian_copula(p.x, p.y, Groups::singletons(60), {}, Execution{});
        }) == "too-few-rows");
  const PairedRows fits = correlated(60, 27, 0.0, 2);
  CHECK(fault_code([&] { run(fits.x, fits.y); }).empty());
}

TEST_CASE("gaussian: constant, collinear and copied columns are refused by name") {
  const PairedRows p = correlated(100, 2, 0.5, 9);
  Matrix constant(100, 2, 1.5);
  for (std::size_t i = 0; i < 100; ++i) constant(i, 0) = p.x(i, 0);
  Matrix collinear(100, 3);
  for (std::size_t i = 0; i < 100; ++i) {
    collinear(i, 0) = p.x(i, 0);
    collinear(i, 1) = p.x(i, 1);
    collinear(i, 2) = p.x(i, 0) - 3.0 * p.x(i, 1);
  }
  const Samples flat = Samples::from(std::move(constant), "audio");
  CHECK(fault_code([&] { run(flat, p.y); }) == "constant-column");
  CHECK(fault_code([&] { run(Samples::from(std::move(collinear)), p.y); }) == "collinear-columns");
  CHECK(fault_code([&] { run(p.x, p.x); }) == "deterministic-relation");
  try {
    run(p.y, flat);
    FAIL("a constant column was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    CHECK(error.faults().front().where.find("column 1") != std::string::npos);
    CHECK(error.faults().front().problem.find("audio") != std::string::npos);
  }
}

TEST_CASE("gaussian: unequal rows and too few rows are refused") {
  const PairedRows p = correlated(20, 1, 0.5, 9);
  const PairedRows q = correlated(21, 1, 0.5, 9);
  const PairedRows two = correlated(2, 1, 0.5, 9);
  CHECK(fault_code([&] { run(p.x, q.y); }) == "unequal-rows");
  CHECK(fault_code([&] { run(two.x, two.y); }) == "too-few-rows");
}

TEST_CASE("gaussian: threads change nothing") {
  const PairedRows p = correlated(2500, 120, 0.3, 4);
  const double one = run(p.x, p.y, true, 1).nats;
  CHECK(run(p.x, p.y, true, 2).nats == one);
  CHECK(run(p.x, p.y, true, 7).nats == one);
}

}  // namespace
