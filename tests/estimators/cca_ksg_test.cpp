// The canonical-pairs estimator on data whose information is known, and on data that break a naive
// one. Bias bounds come from repeats at these sizes (20 seeds, N = 2000); each says why there is a
// bias.

#include "cch/estimators/cca_ksg.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "cch/estimators/error_bars.hpp"
#include "cch/estimators/scale.hpp"
#include "estimators/cca/principal_components.hpp"
#include "estimators/cca/screening.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::XY;

constexpr std::size_t kManyRows = 2000;
const double kBit = std::log(2.0);

Estimate run(const XY& xy, const Groups& groups, const Execution& exec = {}) {
  std::vector<Warning> ignored;
  return cca_ksg(scaled(xy.x, Scale::rank, ignored, exec), scaled(xy.y, Scale::rank, ignored, exec),
                 groups, {}, exec);
}

Estimate run(const XY& xy) {
  return run(xy, Groups::singletons(xy.x.size()));
}

// n rows of `rank` canonical pairs with correlation rho, each side spread over dim columns by a
// random matrix, with sensor noise.
XY low_rank(std::size_t n, std::size_t dim, std::size_t rank, double rho, std::uint64_t seed,
            double noise = 0.01) {
  Random random(derive_seed(seed, "low-rank"));
  Matrix a(rank, dim);
  Matrix b(rank, dim);
  for (std::size_t i = 0; i < rank * dim; ++i) a.data()[i] = random.normal();
  for (std::size_t i = 0; i < rank * dim; ++i) b.data()[i] = random.normal();
  const XY pairs = test::gaussian_rows(n, rank, rank, rho, seed);
  auto spread = [&](const Samples& z, const Matrix& loadings) {
    Matrix out(n, dim);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < dim; ++j) {
        out(i, j) = noise * random.normal();
        for (std::size_t r = 0; r < rank; ++r) out(i, j) += z(i, r) * loadings(r, j);
      }
    }
    return Samples::from(std::move(out));
  };
  return {spread(pairs.x, a), spread(pairs.y, b)};
}

// Mean |estimate − truth| over four seeds; every single value must stay below the truth plus
// `above`.
double mean_absolute_error(std::size_t rank, double truth, double above) {
  constexpr std::uint64_t kSeeds = 4;
  const double rho = std::sqrt(1.0 - std::exp(-2.0 * truth / static_cast<double>(rank)));
  double error = 0.0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const double nats = run(low_rank(kManyRows, 100, rank, rho, seed)).nats;
    CHECK(nats < truth + above);
    error += std::abs(nats - truth) / static_cast<double>(kSeeds);
  }
  return error;
}

TEST_CASE("long: Gaussian of rank 3 in 100 + 100 columns, 0, 1 and 2 bits") {
  // Bias −.06: the pairs are fitted on 1000 rows and read by KSG on the other 1000; SD .02 at 0,
  // .08 and .10 above, so 4 SD of a mean of four are .04, .16 and .20 at most.
  CHECK(mean_absolute_error(3, 0.0, 0.10) < 0.05);
  CHECK(mean_absolute_error(3, kBit, 0.30) < 0.06 + 0.16);
  CHECK(mean_absolute_error(3, 2.0 * kBit, 0.40) < 0.06 + 0.20);
}

TEST_CASE("long: Gaussian of rank 9 in 100 + 100 columns, 0, 1 and 2 bits") {
  // Bias −.13 and −.15: nine weaker pairs, ρ = .38 and .51, cost more in fitting; SD .03 and .11.
  CHECK(mean_absolute_error(9, 0.0, 0.10) < 0.05);
  CHECK(mean_absolute_error(9, kBit, 0.20) < 0.13 + 0.06);
  CHECK(mean_absolute_error(9, 2.0 * kBit, 0.40) < 0.15 + 0.22);
}

TEST_CASE("two related pairs among 25 + 25 columns") {
  for (const double rho : {0.5, 0.8}) {
    CAPTURE(rho);
    const XY noise = test::gaussian_rows(kManyRows, 25, 25, 0.0, 3);
    Matrix y(kManyRows, 25);
    for (std::size_t i = 0; i < kManyRows; ++i) {
      for (std::size_t j = 0; j < 25; ++j) {
        y(i, j) = noise.y(i, j);
        if (j < 2) y(i, j) = rho * noise.x(i, j) + std::sqrt(1.0 - rho * rho) * y(i, j);
      }
    }
    const double truth = -std::log(1.0 - rho * rho);
    // Low by .06: held-out pairs of 25 columns on 1000 rows, ρ̂² falls by about 25/1000 a side. SD
    // .043.
    const double nats = run({noise.x, Samples::from(std::move(y))}).nats;
    CHECK(test::within_sampling_error(nats, truth, 0.043, 0.06));
  }
}

TEST_CASE("long: independent data give nothing within the standard error, in many columns") {
  int above = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const XY xy = test::gaussian_rows(400, 40, 30, 0.0, seed);
    const Groups groups = Groups::singletons(400);
    const Estimate e = with_error_bar(Measurement(CcaKsgOptions{}, xy.x, xy.y, groups, {}), {});
    REQUIRE(e.standard_error.has_value());
    CHECK(std::abs(e.nats) < 3.0 * *e.standard_error);
    above += e.nats > *e.standard_error ? 1 : 0;
  }
  // One SE is passed by one run in six at most; four of six in 9 of 1000 sets of seeds.
  CHECK(above < 4);
}

// P pairs that share one random scale exp(σZ): (u_j, v_j) Gaussian with correlation rho, x = S u,
// y = S v. Both sides then know S, and every pair repeats that.
XY common_scale(std::size_t pairs, double sigma, double rho, std::uint64_t seed) {
  Random random(derive_seed(seed, "common-scale"));
  Matrix x(kManyRows, pairs);
  Matrix y(kManyRows, pairs);
  for (std::size_t i = 0; i < kManyRows; ++i) {
    const double scale = std::exp(sigma * random.normal());
    for (std::size_t j = 0; j < pairs; ++j) {
      const double u = random.normal();
      x(i, j) = scale * u;
      y(i, j) = scale * (rho * u + std::sqrt(1.0 - rho * rho) * random.normal());
    }
  }
  return {Samples::from(std::move(x)), Samples::from(std::move(y))};
}

// ln p of a d-dimensional scale mixture of Gaussians at squared radius r²: ∫ N(r; s²I) p(s) ds over
// z = ln s / σ by the midpoint rule.
double log_density(double squared_radius, double d, double sigma) {
  constexpr int kNodes = 400;
  double sum = 0.0;
  // The exponents are around that of s² = r²/d, where the integrand is largest up to the prior.
  const double offset = -0.5 * d * (std::log(squared_radius / d) + 1.0);
  for (int node = 0; node < kNodes; ++node) {
    const double z = -6.0 + 12.0 * (node + 0.5) / kNodes;
    const double exponent =
        -d * sigma * z - 0.5 * squared_radius * std::exp(-2.0 * sigma * z) - 0.5 * z * z;
    sum += std::exp(exponent - offset) * 12.0 / kNodes;
  }
  const double log_two_pi = std::log(8.0 * std::atan(1.0));
  return std::log(sum) + offset - 0.5 * (d + 1.0) * log_two_pi;
}

// I(X;Y) of common_scale at ρ = 0 by Monte Carlo over radii. (For other ρ whiten (x, y): the two
// densities stay, and the determinant adds −(P/2) ln(1 − ρ²).)
test::Repeats scale_information(std::size_t pairs, double sigma) {
  Random random(5);
  std::vector<double> terms(4000);
  const auto d = static_cast<double>(pairs);
  for (double& term : terms) {
    const double scale = std::exp(sigma * random.normal());
    double x = 0.0;
    double y = 0.0;
    for (std::size_t j = 0; j < pairs; ++j) {
      x += std::pow(scale * random.normal(), 2.0);
      y += std::pow(scale * random.normal(), 2.0);
    }
    term = log_density(x + y, 2.0 * d, sigma) - log_density(x, d, sigma) - log_density(y, d, sigma);
  }
  return test::summary(terms);
}

TEST_CASE("long: what all pairs share is not counted once a pair") {
  for (const double sigma : {0.5, 1.0}) {
    const test::Repeats shared = scale_information(8, sigma);
    for (const double rho : {0.0, 0.15, 0.6}) {
      CAPTURE(sigma);
      CAPTURE(rho);
      const double truth = shared.mean - 4.0 * std::log(1.0 - rho * rho);
      const Estimate e = run(common_scale(8, sigma, rho, 7));
      // A lower bound up to noise: SD at most .07 here, and the Monte Carlo's own error.
      CHECK(e.nats < truth + 4.0 * std::hypot(0.07, shared.standard_error));
      // And not by finding nothing: the scale alone is most of it unless rho is large.
      CHECK(e.nats > 0.4 * truth);
    }
  }
}

TEST_CASE(
    "long: ten rows a column hold the information of two pairs, and none where there is none") {
  // 32 + 32 columns, 300 rows: seven components would be learned well and miss the pairs; with
  // thirty half of the information is lost in learning, which the folds tell.
  auto mean_over_seeds = [](double rho) {
    double mean = 0.0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const XY pairs = test::gaussian_rows(300, 2, 2, rho, seed);
      Random random(derive_seed(seed, "further columns"));
      auto wide = [&](const Samples& z) {
        Matrix out(300, 32);
        for (std::size_t i = 0; i < 300; ++i) {
          for (std::size_t j = 0; j < 32; ++j) out(i, j) = j < 2 ? z(i, j) : random.normal();
        }
        return Samples::from(std::move(out));
      };
      const Samples x = wide(pairs.x);
      mean += run({x, wide(pairs.y)}).nats / 4.0;
    }
    return mean;
  };
  // ρ² = 1 − e⁻¹: 1 nat, of which seven components would hold .02. Directions learned from five
  // rows a column lose more than a 1/n law may add. The error of the mean of four is below .05.
  const double nats = mean_over_seeds(std::sqrt(1.0 - std::exp(-1.0)));
  CHECK(nats > 0.3);
  CHECK(nats < 1.0 + 0.1);
  CHECK(std::abs(mean_over_seeds(0.0)) < 0.1);
}

TEST_CASE("long: nine pairs are read to a tenth of a bit") {
  const double rho = std::sqrt(1.0 - std::exp(-2.0 * 1.5 * kBit / 9.0));
  double mean = 0.0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const Estimate e = run(low_rank(kManyRows, 100, 9, rho, seed));
    mean += e.nats / 4.0;
  }
  // SD of the information of 2000 rows: √(Σ ρ²) / √2000 = .031 nats, of the mean of four .016.
  CHECK(std::abs(mean - 1.5 * kBit) < 0.1 * kBit + 2.0 * 0.016);
}

TEST_CASE("long: a spiral is unrolled by waves, and the estimate stays below the truth") {
  // Two pairs with ρ = .8 (1.02 nats) in 3 + 3 columns, each side turned in a plane by |x|² / 3.
  const XY straight = test::gaussian_rows(10'000, 2, 2, 0.8, 5);
  Random random(6);
  auto turned = [&](const Samples& z, std::size_t a, std::size_t b) {
    Matrix out(z.size(), 3);
    for (std::size_t i = 0; i < z.size(); ++i) {
      const double row[3] = {z(i, 0), z(i, 1), random.normal()};
      const double angle = (row[0] * row[0] + row[1] * row[1] + row[2] * row[2]) / 3.0;
      for (std::size_t j = 0; j < 3; ++j) out(i, j) = row[j];
      out(i, a) = std::cos(angle) * row[a] - std::sin(angle) * row[b];
      out(i, b) = std::sin(angle) * row[a] + std::cos(angle) * row[b];
    }
    return Samples::from(std::move(out));
  };
  const Estimate e = run({turned(straight.x, 0, 1), turned(straight.y, 1, 2)});
  const double truth = -std::log(1.0 - 0.64);
  CHECK(e.nats < truth);
  CHECK(e.nats > truth - 0.2);  // squares alone: .72
  CHECK(e.diagnostics.text("rung_1").value().find("+waves") != std::string::npos);
}

TEST_CASE("more columns than rows") {
  const XY xy = low_rank(120, 300, 1, 0.9, 2);
  const Estimate e = run(xy);
  // One pair with ρ = .9, truth .83; 60 rows fitted and 60 read: SE about .15.
  CHECK(test::within_sampling_error(e.nats, 0.83, 0.15, 0.15));
  const XY nothing = low_rank(120, 300, 1, 0.0, 2);
  CHECK(test::within_sampling_error(run(nothing).nats, 0.0, 0.15));
}

TEST_CASE("a constant side holds no information, and a warning says why") {
  const XY xy = test::gaussian_rows(200, 3, 2, 0.5, 1);
  const Samples constant = Samples::from(Matrix(200, 2, 7.5));
  const Groups groups = Groups::singletons(200);
  for (const bool left : {true, false}) {
    const Measurement m(CcaKsgOptions{}, left ? constant : xy.x, left ? xy.x : constant, groups,
                        {});
    const Estimate e = with_error_bar(m, {});
    CHECK(e.nats == 0.0);
    REQUIRE_FALSE(e.warnings.empty());
    CHECK(e.warnings.front().code == "constant-input");
    // No variation at all: an exact 0, with an error bar of 0.
    CHECK(e.standard_error.value_or(-1.0) == 0.0);
  }
}

TEST_CASE("collinear, repeated and constant columns beside the others change little") {
  const XY xy = test::gaussian_rows(kManyRows, 3, 3, 0.6, 4);
  Matrix wide(kManyRows, 8);
  for (std::size_t i = 0; i < kManyRows; ++i) {
    for (std::size_t j = 0; j < 3; ++j) wide(i, j) = xy.x(i, j);
    wide(i, 3) = xy.x(i, 0);
    wide(i, 4) = 2.0 * xy.x(i, 1) - 3.0;
    wide(i, 5) = xy.x(i, 0) + xy.x(i, 2);
    wide(i, 6) = 4.0;
    wide(i, 7) = -xy.x(i, 2);
  }
  const double plain = run(xy).nats;
  const double repeated = run({Samples::from(std::move(wide)), xy.y}).nats;
  // Same span, other weights of its components: the same pairs up to fitting noise, SD of either
  // about .05.
  CHECK(test::within_sampling_error(repeated, plain, 0.05));
  CHECK(std::abs(plain - 1.5 * -std::log(1.0 - 0.36)) < 0.2);
}

TEST_CASE("long: rows of a group are not each other's evidence") {
  const Groups groups = test::equal_groups(60, 20);
  const double truth = -1.5 * std::log(1.0 - 0.25);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const XY xy = test::gaussian_grouped_rows(groups, 3, 0.5, 0.8, seed);
    // The mean over 500 runs is .27 (30 groups to fit, 30 to read), SD .11.
    CHECK(run(xy, groups).nats < truth + 2.0 * 0.11);
    const XY none = test::gaussian_grouped_rows(groups, 3, 0.0, 0.8, seed);
    CHECK(test::within_sampling_error(run(none, groups).nats, 0.0, 0.09, 0.02));
    // The same rows taken for independent: what the groups protect from.
    CHECK(run(xy).nats > truth);
  }
}

TEST_CASE("cca-ksg is bitwise equal for 1, 2 and 7 threads, and for both PCA engines") {
  for (const std::size_t dim : {30U, 210U}) {
    const XY xy = low_rank(300, dim, 3, 0.8, 6);
    auto nats = [&](unsigned threads) {
      Execution exec;
      exec.threads = threads;
      return run(xy, test::unequal_groups(300, 4, 3), exec).nats;
    };
    CHECK(nats(1) == nats(2));
    CHECK(nats(1) == nats(7));
  }
}

// max |A − B| / max |A| over rows after matching signs column by column.
double largest_difference(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  double worst = 0.0;
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    const double sign = a.col(j).dot(b.col(j)) < 0.0 ? -1.0 : 1.0;
    worst = std::max(
        worst, (a.col(j) - sign * b.col(j)).cwiseAbs().maxCoeff() / a.col(j).cwiseAbs().maxCoeff());
  }
  return worst;
}

TEST_CASE("randomised PCA above 200 columns agrees with the exact one") {
  // 240 columns, six strong directions: exact on columns 0..199 is impossible to compare, so the
  // oracle is the eigendecomposition of the rows' Gram matrix.
  const std::size_t n = 150;
  const Samples x = low_rank(n, 240, 6, 0.0, 8).x;
  const Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>> rows(x.view().data(), 150,
                                                                              240);
  const Eigen::MatrixXd centred = rows.rowwise() - rows.colwise().mean();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> gram(centred * centred.transpose());
  const Eigen::MatrixXd exact =
      gram.eigenvectors().rightCols(6).rowwise().reverse() * std::sqrt(static_cast<double>(n));
  const Eigen::MatrixXd randomised = detail::principal_components(x.view(), 6, 3);
  REQUIRE(randomised.cols() == 6);
  // Products in single precision; neighbouring eigenvalues a few percent apart magnify its rounding
  // a hundredfold. Four power iterations leave (σ_17/σ_6)^9 of the noise, which is far less.
  constexpr double kSubspace = 1e-4;
  CHECK(largest_difference(exact, randomised) < kSubspace);
  for (const unsigned threads : {1U, 3U}) {
    Execution exec;
    exec.threads = threads;
    CHECK(detail::principal_components(x.view(), 6, 3, exec) == randomised);
  }
}

TEST_CASE("the two PCA engines lead to the same estimate") {
  // 200 columns go the exact way, the same columns and ten constant ones the randomised way. Three
  // directions carry all variance, so both keep these three.
  const XY xy = low_rank(600, 200, 3, 0.8, 9, 0.0);
  Matrix wide(600, 210);
  for (std::size_t i = 0; i < 600; ++i) {
    for (std::size_t j = 0; j < 200; ++j) wide(i, j) = xy.x(i, j);
  }
  const Groups groups = Groups::singletons(600);
  const double exact = cca_ksg(xy.x, xy.y, groups, {}, {}).nats;
  const double randomised = cca_ksg(Samples::from(std::move(wide)), xy.y, groups, {}, {}).nats;
  // Rounding can exchange two neighbours at nearly one distance: one of 600 terms, by less than 1.
  CHECK(std::abs(exact - randomised) < 1.0 / 600.0);
  CHECK(exact > 1.0);  // truth 1.53
}

// `columns` columns of noise behind those of x: white, or ten latent normals seen through random
// loadings, ten times as large.
Samples beside_noise(const Samples& x, std::size_t columns, bool structured, std::uint64_t seed) {
  constexpr std::size_t kLatent = 10;
  Random random(derive_seed(seed, "noise columns"));
  Matrix loadings(kLatent, columns);
  for (std::size_t i = 0; i < kLatent * columns; ++i) loadings.data()[i] = random.normal();
  Matrix out(x.size(), x.dim() + columns);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < x.dim(); ++j) out(i, j) = x(i, j);
    double latent[kLatent];
    for (double& value : latent) value = random.normal();
    for (std::size_t j = 0; j < columns; ++j) {
      double value = random.normal();
      for (std::size_t r = 0; structured && r < kLatent; ++r) value += latent[r] * loadings(r, j);
      out(i, x.dim() + j) = structured ? 10.0 * value : value;
    }
  }
  return Samples::from(std::move(out));
}

TEST_CASE("long: columns of noise beside either side carry nothing and hide nothing") {
  // Six pairs with ρ = .7 in 24 + 24 columns, 2.02 nats.
  const XY pairs = test::gaussian_rows(kManyRows, 6, 6, 0.7, 12);
  const Samples x = beside_noise(pairs.x, 18, false, 1);
  const Samples y = beside_noise(pairs.y, 18, false, 2);
  const double truth = -3.0 * std::log(1.0 - 0.49);
  // SD of the information of 2000 rows, √(6 ρ²)/√2000 = .04; bias as above.
  CHECK(test::within_sampling_error(run({x, y}).nats, truth, 0.04, 0.06));
  for (const std::size_t factor : {3U, 10U}) {
    for (const bool structured : {false, true}) {
      CAPTURE(factor);
      CAPTURE(structured);
      const Samples wide = beside_noise(x, factor * 24, structured, 3);

      CHECK(test::within_sampling_error(run({wide, y}).nats, truth, 0.04, 0.06));
      CHECK(test::within_sampling_error(run({y, wide}).nats, truth, 0.04, 0.06));
    }
  }
}

TEST_CASE("long: three pairs among six hundred columns of noise a side are found") {
  // Leading components of 603 columns that are all alike hold next to nothing of three of them.
  const XY pairs = test::gaussian_rows(kManyRows, 3, 3, 0.7, 21);
  const double nats =
      run({beside_noise(pairs.x, 600, false, 1), beside_noise(pairs.y, 600, false, 2)}).nats;
  // SD √(3 ρ²)/√2000 = .027; bias as above.
  CHECK(test::within_sampling_error(nats, -1.5 * std::log(1.0 - 0.49), 0.027, 0.06));
}

TEST_CASE("long: shuffled rows know nothing through a screen, within the standard error") {
  // Two sides that are far from white, so that something passes by chance now and then.
  int above = 0;
  constexpr int kSeeds = 12;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const XY both = test::gaussian_rows(400, 4, 4, 0.0, seed);
    const Samples x = beside_noise(both.x, 60, true, seed);
    const Samples y = beside_noise(both.y, 40, true, seed + 100);
    const Estimate e =
        with_error_bar(Measurement(CcaKsgOptions{}, x, y, Groups::singletons(400), {}), {});
    REQUIRE(e.standard_error.has_value());
    CHECK(e.nats < 3.5 * *e.standard_error);
    above += e.nats > *e.standard_error ? 1 : 0;
  }
  // One SE is passed by one run in six; six of twelve in 1 of 100 sets of seeds.
  CHECK(above < 6);
}

TEST_CASE("a screen passes what carries something, also by its spread, and little else") {
  // Column 0 is correlated, column 1 shares its size alone, 198 columns are noise.
  const XY noise = test::gaussian_rows(800, 200, 2, 0.0, 8);
  Matrix y(800, 2);
  for (std::size_t i = 0; i < 800; ++i) {
    y(i, 0) = 0.6 * noise.x(i, 0) + 0.8 * noise.y(i, 0);
    y(i, 1) = noise.y(i, 1) * (0.3 + std::abs(noise.x(i, 1)));
  }
  const Samples other = Samples::from(std::move(y));
  detail::Scores scores{detail::principal_components(noise.x.view(), 64, 1),
                        detail::principal_components(other.view(), 64, 1)};
  const detail::ColumnScreen screen(noise.x, other, scores, 1);
  std::vector<std::size_t> rows(800);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const detail::KeptColumns kept = screen.passing(rows, detail::Columns::strict, {});
  REQUIRE(kept[0].size() >= 2);
  CHECK(kept[0][0] == 0);
  CHECK(kept[0][1] == 1);
  CHECK(kept[0].size() <= 3);  // one in a thousand of those kept: a third by chance in 1 run of 500
  CHECK(kept[1].size() == 2);
}

TEST_CASE("cca-ksg with columns of noise is bitwise equal for 1, 2 and 7 threads") {
  const XY xy = test::gaussian_rows(500, 3, 3, 0.8, 6);
  const Samples wide = beside_noise(xy.x, 240, true, 4);
  auto nats = [&](unsigned threads) {
    Execution exec;
    exec.threads = threads;
    return run({wide, xy.y}, test::unequal_groups(500, 3, 3), exec).nats;
  };
  CHECK(nats(1) == nats(2));
  CHECK(nats(1) == nats(7));
}

TEST_CASE("too few rows or groups and impossible options are refused") {
  const XY xy = test::gaussian_rows(40, 2, 2, 0.5, 1);
  auto code = [&](std::size_t n, const Groups& groups, const CcaKsgOptions& options) {
    std::vector<std::size_t> rows(n);
    for (std::size_t i = 0; i < n; ++i) rows[i] = i;
    return test::fault_code(
        [&] { (void)cca_ksg(xy.x.select(rows), xy.y.select(rows), groups, options, {}); });
  };
  CHECK(code(40, Groups::singletons(40), {}).empty());
  CHECK(code(39, Groups::singletons(39), {}) == "too-few-rows");
  CHECK(code(40, test::equal_groups(4, 10), {}).empty());
  CHECK(code(40, test::equal_groups(2, 20), {}) == "too-few-rows");
  CHECK(code(40, Groups::singletons(40), {.k = 0}) == "option-out-of-range");
  CHECK(code(40, Groups::singletons(40), {.joint_pairs = 0}) == "option-out-of-range");
  CHECK(code(40, Groups::singletons(40), {.components = 0}) == "option-out-of-range");
  CHECK(code(40, Groups::singletons(40), {.k = 20}) == "k-too-large");
}

}  // namespace
}  // namespace cch
