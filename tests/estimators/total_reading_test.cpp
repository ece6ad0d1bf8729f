// The total reading against closed forms: Gaussian rows with many weak pairs, classes that a
// Gaussian determinant counts many times, groups, independent sides; and the learning loss of the
// readings beside it.

#include "estimators/cca/total_reading.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/estimators/error_bars.hpp"
#include "estimators/cca/ladder.hpp"
#include "estimators/group_moves.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using detail::TotalReading;
using Eigen::Index;
using Eigen::MatrixXd;

MatrixXd normal(Index rows, Index cols, Random& random) {
  MatrixXd m(rows, cols);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = random.normal();
  return m;
}

struct Sides {
  MatrixXd u;
  MatrixXd v;
};

// `pairs` of the columns correlate by rho.
Sides gaussian_sides(Index rows, Index cols, Index pairs, double rho, std::uint64_t seed) {
  Random random(seed);
  Sides s{normal(rows, cols, random), normal(rows, cols, random)};
  s.v.leftCols(pairs) =
      rho * s.u.leftCols(pairs) + std::sqrt(1.0 - rho * rho) * s.v.leftCols(pairs);
  return s;
}

TotalReading reading(const MatrixXd& u, const MatrixXd& v, Groups groups) {
  const auto sizes = TotalReading::sizes_for(groups.rows(), static_cast<std::size_t>(u.cols()));
  return {u, v, std::move(groups), sizes};
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST_CASE("total reading: forty weak pairs that no half of the rows tells are all there") {
  // 40 pairs of .025 nats among 64 + 64 columns: canonical correlations of noise reach .5 here.
  const double rho = std::sqrt(1.0 - std::exp(-2.0 * 0.025));
  double mean = 0.0;
  constexpr int kSeeds = 6;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Sides s = gaussian_sides(1000, 64, 40, rho, seed);
    const TotalReading total = reading(s.u, s.v, Groups::singletons(1000));
    CHECK(total.sizes() == std::vector<std::size_t>{4, 8, 16, 32, 64});
    mean += total.nats(64) / kSeeds;
  }
  // SD √(Σ ρ²)/√1000 = .045 by rows and 64/(√2 · 1000) = .045 by chance, √6 less for the mean.
  CHECK(std::abs(mean - 1.0) < 3.0 * 0.064 / std::sqrt(6.0));
}

TEST_CASE("total reading: independent sides show nothing, at any size") {
  std::vector<double> values;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Sides s = gaussian_sides(400, 32, 0, 0.0, seed);
    const TotalReading total = reading(s.u, s.v, Groups::singletons(400));
    values.push_back(total.nats(32));
    CHECK(std::abs(total.nats(32)) < 4.0 * total.chance_spread(32));
    CHECK(mean_of(total.row_terms(32)) == doctest::Approx(total.nats(32)));
  }
  // Its standard deviation is what it says, .057: the mean of 20 lies within 3 of its errors.
  CHECK(std::abs(mean_of(values)) < 3.0 * 0.057 / std::sqrt(20.0));
}

TEST_CASE("total reading: classes far apart are ln 10, however many columns tell them") {
  for (const double apart : {2.0, 4.0}) {
    for (const Index cols : {16, 64}) {
      CAPTURE(apart);
      CAPTURE(cols);
      Random random(7);
      const MatrixXd a = apart * normal(10, cols, random);
      const MatrixXd b = apart * normal(10, cols, random);
      Sides s{normal(1000, cols, random), normal(1000, cols, random)};
      for (Index i = 0; i < 1000; ++i) {
        const auto c = static_cast<Index>(random.below(10));
        s.u.row(i) += a.row(c);
        s.v.row(i) += b.row(c);
      }
      const TotalReading total = reading(s.u, s.v, Groups::singletons(1000));
      const auto size = static_cast<std::size_t>(cols);
      // The determinant alone says 5 to 30 nats. A critic fitted on its own rows may be above the
      // bound by what it learned by heart.
      CHECK(total.nats(size) < std::numbers::ln10 + 0.2);
      CHECK(total.nats(size) > 0.3);
      CHECK(mean_of(total.row_terms(size)) == doctest::Approx(total.nats(size)));
    }
  }
}

TEST_CASE("total reading: rows of a group are not as many as they look") {
  // 100 groups of 10 equal rows but for a tenth of noise, both sides independent: a determinant
  // takes what 100 rows show by chance for information.
  std::vector<double> values;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Random random(seed);
    const MatrixXd of_u = normal(100, 8, random);
    const MatrixXd of_v = normal(100, 8, random);
    Sides s{0.3 * normal(1000, 8, random), 0.3 * normal(1000, 8, random)};
    std::vector<std::size_t> codes;
    for (Index i = 0; i < 1000; ++i) {
      s.u.row(i) += of_u.row(i / 10);
      s.v.row(i) += of_v.row(i / 10);
      codes.push_back(static_cast<std::size_t>(i / 10));
    }
    const TotalReading grouped = reading(s.u, s.v, Groups::from(codes));
    const TotalReading alone = reading(s.u, s.v, Groups::singletons(1000));
    values.push_back(grouped.nats(8));
    CHECK(alone.nats(8) > 0.15);
  }
  // 8 · 8 / (2 · 100) = .32 nats by chance, taken off to a third of its spread of .06 in six draws.
  CHECK(std::abs(mean_of(values)) < 0.08);
}

TEST_CASE("total reading: groups of unequal sizes show nothing by chance either") {
  // 31 groups of 4 to 44 rows whose means hold a quarter of the variance of 64 independent columns:
  // a move in which a group meets parts of several others shows too little by chance, and .5 to .8
  // nats were left.
  std::vector<double> values;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Random random(seed);
    std::vector<std::size_t> codes;
    for (std::size_t g = 0; g < 31; ++g) codes.insert(codes.end(), 4 + (g * 17) % 41, g);
    const auto n = static_cast<Index>(codes.size());
    Sides s{std::sqrt(0.75) * normal(n, 64, random), std::sqrt(0.75) * normal(n, 64, random)};
    const MatrixXd of_u = 0.5 * normal(31, 64, random);
    const MatrixXd of_v = 0.5 * normal(31, 64, random);
    for (Index i = 0; i < n; ++i) {
      s.u.row(i) += of_u.row(static_cast<Index>(codes[static_cast<std::size_t>(i)]));
      s.v.row(i) += of_v.row(static_cast<Index>(codes[static_cast<std::size_t>(i)]));
    }
    values.push_back(reading(s.u, s.v, Groups::from(codes)).nats(32));
  }
  // One value scatters by about .08: three errors of the mean of four.
  CHECK(std::abs(mean_of(values)) < 0.12);
}

TEST_CASE("rows of other groups: every group meets exactly one") {
  const Groups groups = Groups::from(std::vector<std::size_t>{0, 0, 0, 1, 2, 2, 1, 1, 1});
  CHECK(detail::rows_of_other_groups(groups, {0, 1, 2}, 1) ==
        std::vector<std::size_t>{3, 6, 7, 4, 0, 1, 5, 4, 5});
  CHECK_FALSE(detail::equally_large(groups));
  CHECK(detail::equally_large(Groups::singletons(5)));
}

TEST_CASE("total reading: a copy is left to other readings") {
  const Sides s = gaussian_sides(500, 8, 8, 1.0, 3);
  CHECK(reading(s.u, s.v, Groups::singletons(500)).sizes().empty());
}

TEST_CASE("total reading: what its fit moves is of the order of chance") {
  const Sides s = gaussian_sides(1000, 32, 0, 0.0, 5);
  const TotalReading total = reading(s.u, s.v, Groups::singletons(1000));
  std::vector<std::size_t> most(950);
  std::iota(most.begin(), most.end(), std::size_t{0});
  // Replicates without one of 20 blocks scatter by the spread / √19.
  CHECK(std::abs(total.fit_excess({most}, 32, {})[0]) <
        6.0 * total.chance_spread(32) / std::sqrt(19.0));
  std::vector<std::size_t> all(1000);
  std::iota(all.begin(), all.end(), std::size_t{0});
  CHECK(total.fit_excess({all}, 32, {})[0] == doctest::Approx(0.0));
}

TEST_CASE("cca-ksg: either way round it is the same number, to the bit") {
  const test::XY pairs = test::gaussian_rows(400, 5, 5, 0.5, 9);
  const Groups groups = Groups::singletons(400);
  const auto error_bar_of = [&](const Samples& x, const Samples& y) {
    return with_error_bar(Measurement(CcaKsgOptions{}, x, y, groups, {}), {});
  };
  const Estimate one = error_bar_of(pairs.x, pairs.y);
  const Estimate other = error_bar_of(pairs.y, pairs.x);
  CHECK(one.nats == other.nats);
  CHECK(one.standard_error == other.standard_error);
}

TEST_CASE("long: the loss of learning directions is that of least squares") {
  const test::XY pairs =
      test::gaussian_rows(2000, 9, 9, std::sqrt(1.0 - std::exp(-2.0 * 0.115)), 2);
  Random random(3);
  Matrix x(2000, 16);
  Matrix y(2000, 16);
  for (std::size_t i = 0; i < 2000; ++i) {
    for (std::size_t j = 0; j < 16; ++j) {
      x(i, j) = j < 9 ? pairs.x(i, j) : random.normal();
      y(i, j) = j < 9 ? pairs.y(i, j) : random.normal();
    }
  }
  const detail::CcaLadder ladder(Samples::from(std::move(x)), Samples::from(std::move(y)),
                                 Groups::singletons(2000), {}, {});
  const auto directions = ladder.climb({});
  const detail::Rung nine{detail::Columns::all, 16, detail::Features::plain,
                          detail::Reading::normal, 16};
  const std::vector<detail::Rung> chosen(directions.size(), nine);
  // 9 · 15 / (2 · 1000) = .07 nats and the useless seven pairs' share; the folds' spread is .02.
  const double loss = ladder.learning_loss(chosen, directions, {});
  CHECK(loss > 0.03);
  CHECK(loss < 0.17);
}

}  // namespace
}  // namespace cch
