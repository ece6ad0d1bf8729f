// SerialInput that resemble their neighbours: found in windows and scenes, and not in rows in
// random order, sorted by class or by value.
#include "cch/data/serial_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cch/core/random.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

struct SerialInput {
  Samples x;
  Variable y;
};

/// x is the class in its first column and AR(1) noise of this memory everywhere.
SerialInput of_classes(std::size_t n, std::size_t dim, double memory, bool sorted,
                       std::uint64_t seed) {
  Random random(seed);
  std::vector<int> codes(n);
  for (int& c : codes) c = static_cast<int>(random.below(3));
  if (sorted) std::sort(codes.begin(), codes.end());
  Matrix x(n, dim);
  for (std::size_t j = 0; j < dim; ++j) {
    double noise = random.normal();
    for (std::size_t i = 0; i < n; ++i) {
      noise = memory * noise + std::sqrt(1.0 - memory * memory) * random.normal();
      x(i, j) = noise + (j == 0 ? 2.0 * codes[i] : 0.0);
    }
  }
  return {Samples::from(std::move(x)), ClassLabels::from(codes, {"a", "b", "c"})};
}

/// y is AR(1) too, or sorted; x = y² and noise.
SerialInput of_values(std::size_t n, double memory, bool sorted, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> y(n);
  double state = random.normal();
  for (double& v : y) {
    state = memory * state + std::sqrt(1.0 - memory * memory) * random.normal();
    v = state;
  }
  if (sorted) std::sort(y.begin(), y.end());
  Matrix x(n, 2);
  double noise = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    noise = memory * noise + std::sqrt(1.0 - memory * memory) * random.normal();
    x(i, 0) = std::exp(y[i]) + noise;
    x(i, 1) = std::sin(3.0 * y[i]) + random.normal();
  }
  return {Samples::from(std::move(x)), Samples::from(Matrix(n, 1, std::move(y)))};
}

bool alarm(const SerialInput& rows, std::uint64_t seed = 1) {
  return is_serial(serial_rows(rows.x, rows.y, seed), 1);
}

TEST_CASE("serial rows: windows with a memory are found") {
  for (const std::size_t dim : {std::size_t{1}, std::size_t{40}}) {
    CHECK(alarm(of_classes(600, dim, 0.6, false, 1)));
    CHECK(alarm(of_classes(600, dim, 0.6, true, 2)));
  }
  CHECK(alarm(of_values(600, 0.6, false, 3)));
  const auto rows =
      serial_rows(of_classes(4000, 1, 0.6, true, 4).x, of_classes(4000, 1, 0.6, true, 4).y, 1);
  REQUIRE(rows.has_value());
  CHECK(test::near(rows->correlation, 0.6, 0.05));  // 4000 pairs: SE .013
  CHECK(rows->p <= 0.001 + 1e-12);
}

TEST_CASE("long: serial rows: at most 1 % alarms on independent rows, sorted or not") {
  int alarms = 0;
  int looked = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    for (const bool sorted : {false, true}) {
      for (const std::size_t n : {std::size_t{120}, std::size_t{600}}) {
        for (const std::size_t dim : {std::size_t{1}, std::size_t{5}, std::size_t{30}}) {
          alarms += alarm(of_classes(n, dim, 0.0, sorted, 1000 + seed), seed) ? 1 : 0;
          ++looked;
        }
        alarms += alarm(of_values(n, 0.0, sorted, 2000 + seed), seed) ? 1 : 0;
        ++looked;
      }
    }
  }
  MESSAGE(alarms << " alarms in " << looked);
  CHECK(alarms <= looked / 100);
}

TEST_CASE("serial rows: too few, or constant, says nothing") {
  CHECK_FALSE(serial_rows(of_classes(40, 2, 0.9, true, 1).x, of_classes(40, 2, 0.9, true, 1).y, 1));
  const Samples constant = Samples::from(Matrix(200, 2, 1.0));
  CHECK_FALSE(serial_rows(constant, of_classes(200, 1, 0.0, true, 1).y, 1));
  CHECK_FALSE(is_serial(std::nullopt, 1));
}

TEST_CASE("serial rows: the alarm needs more of each of several modalities") {
  const SerialRows rows{0.3, 0.004, 500};
  CHECK(is_serial(rows, 1));
  CHECK(is_serial(rows, 2));
  CHECK_FALSE(is_serial(rows, 3));
  CHECK_FALSE(is_serial(SerialRows{0.05, 0.001, 500}, 1));
}

}  // namespace
}  // namespace cch
