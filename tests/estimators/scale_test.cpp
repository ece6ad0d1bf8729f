#include "cch/estimators/scale.hpp"

#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <vector>

#include "cch/core/random.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using namespace cch::test;

Samples column_of(std::vector<double> values) {
  const std::size_t n = values.size();
  return Samples::from(Matrix(n, 1, std::move(values)), "x");
}

Samples random_samples(std::size_t n, std::size_t d) {
  Random random(7);
  Matrix m(n, d);
  for (std::size_t i = 0; i < n * d; ++i) m.data()[i] = std::exp(random.normal());
  return Samples::from(std::move(m), "x");
}

Samples scaled_quietly(const Samples& x, Scale scale, unsigned threads = 1) {
  std::vector<Warning> warnings;
  Execution exec;
  exec.threads = threads;
  return scaled(x, scale, warnings, exec);
}

TEST_CASE("scale: names round-trip and a wrong one is told the nearest") {
  for (const Scale s : {Scale::none, Scale::zscore, Scale::rank}) {
    CHECK(parse_scale(to_string(s)) == s);
  }
  try {
    parse_scale("zscores");
    FAIL("an unknown name was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.faults().front().action.find("'zscore'") != std::string::npos);
  }
}

TEST_CASE("scale: zscore of a known column, also far from zero") {
  // mean 3, variance 2 with N in the denominator
  const double offset = 1e6;
  const Samples z = scaled_quietly(
      column_of({1 + offset, 2 + offset, 3 + offset, 4 + offset, 5 + offset}), Scale::zscore);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(near(z(i, 0), (static_cast<double>(i) - 2.0) / std::sqrt(2.0), kRounding));
  }
}

TEST_CASE("scale: zscore of columns whose squares are no doubles") {
  for (const double size : {0x1p-1070, 0x1p-600, 0x1p600, 0x1p1020}) {
    const Samples z = scaled_quietly(column_of({1 * size, 2 * size, 3 * size, 4 * size, 5 * size}),
                                     Scale::zscore);
    for (std::size_t i = 0; i < 5; ++i) {
      CHECK(near(z(i, 0), (static_cast<double>(i) - 2.0) / std::sqrt(2.0), kRounding));
    }
  }
}

TEST_CASE("scale: rank gives normal quantiles, ties their mid-rank") {
  const Samples r = scaled_quietly(column_of({10, -5, 10, 1e9}), Scale::rank);
  const boost::math::normal normal;
  CHECK(near(r(1, 0), boost::math::quantile(normal, 0.2), kRounding));
  CHECK(near(r(0, 0), boost::math::quantile(normal, 0.5), kRounding));  // ranks 2 and 3
  CHECK(r(0, 0) == r(2, 0));
  CHECK(near(r(3, 0), boost::math::quantile(normal, 0.8), kRounding));
}

TEST_CASE("scale: ranks do not change under increasing maps") {
  const Samples x = random_samples(200, 2);
  Matrix logs(200, 2);
  for (std::size_t i = 0; i < 400; ++i) logs.data()[i] = std::log(x.view().data()[i]);
  const Samples a = scaled_quietly(x, Scale::rank);
  const Samples b = scaled_quietly(Samples::from(std::move(logs)), Scale::rank);
  for (std::size_t i = 0; i < 200; ++i) CHECK(a(i, 1) == b(i, 1));
}

TEST_CASE("scale: constant and tied columns are named, once each") {
  Matrix m(100, 3);
  for (std::size_t i = 0; i < 100; ++i) {
    m(i, 0) = static_cast<double>(i);
    m(i, 1) = 4.5;
    m(i, 2) = static_cast<double>(i < 6 ? 0 : i);  // 6 % tied
  }
  const Samples x = Samples::from(std::move(m), "audio");
  std::vector<Warning> warnings;
  const Samples r = scaled(x, Scale::rank, warnings, Execution{});
  CHECK(r(3, 1) == 0.0);
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].code == "constant-column");
  CHECK(warnings[0].message.find("audio") != std::string::npos);
  CHECK(warnings[0].message.find("column 1,") != std::string::npos);
  CHECK(warnings[1].code == "tied-values");
  CHECK(warnings[1].message.find("column 2;") != std::string::npos);
}

TEST_CASE("scale: five tied rows in a hundred are not worth a warning") {
  std::vector<double> values(100);
  for (std::size_t i = 0; i < 100; ++i) values[i] = static_cast<double>(i < 5 ? 0 : i);
  std::vector<Warning> warnings;
  (void)scaled(column_of(values), Scale::rank, warnings, Execution{});
  CHECK(warnings.empty());
}

void check_ranks_by_counting(const std::vector<double>& values) {
  const Samples r = scaled_quietly(column_of(values), Scale::rank);
  const boost::math::normal normal;
  for (std::size_t i = 0; i < values.size(); ++i) {
    double rank = 0.5;
    for (const double other : values) {
      rank += other < values[i] ? 1.0 : other == values[i] ? 0.5 : 0.0;
    }
    const double n = static_cast<double>(values.size());
    CHECK(near(r(i, 0), boost::math::quantile(normal, rank / (n + 1.0)), kRounding));
  }
}

TEST_CASE("scale: ranks agree with counting, for values of every size and sign") {
  Random random(17);
  std::vector<double> values{0.0, -0.0, 5e-324, -5e-324, 1e308, -1e308, 1.0, 1.0};
  while (values.size() < 700) {  // a third of them tied
    const double size = std::pow(10.0, std::floor(40.0 * random.uniform() - 20.0));
    values.push_back(size * (random.below(3) == 0 ? 1.0 : random.normal()));
  }
  check_ranks_by_counting(values);
}

TEST_CASE("scale: ranks agree with counting, for values that only their last digits tell apart") {
  Random random(18);
  std::vector<double> few{1.0 + 3e-13, 1.0 + 1e-13, 1.0 + 2e-13, -1.0 - 1e-13, -1.0, 1.0 + 1e-13};
  while (few.size() < 500) few.push_back(random.normal());
  check_ranks_by_counting(few);
  std::vector<double> all;
  while (all.size() < 700) all.push_back(1.0 + 1e-13 * static_cast<double>(random.below(2000)));
  check_ranks_by_counting(all);
}

TEST_CASE("scale: none hands the values through, threads change nothing") {
  const Samples x = random_samples(50, 39);
  const Samples same = scaled_quietly(x, Scale::none);
  const Samples one = scaled_quietly(x, Scale::rank, 1);
  const Samples seven = scaled_quietly(x, Scale::rank, 7);
  for (std::size_t i = 0; i < 50; ++i) {
    for (std::size_t j = 0; j < 39; ++j) {
      CHECK(same(i, j) == x(i, j));
      CHECK(one(i, j) == seven(i, j));
    }
  }
}

}  // namespace
