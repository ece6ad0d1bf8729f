// Error bars against independent re-implementations of their formulas, and against simulation.

#include "cch/estimators/error_bars.hpp"

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "cch/estimators/scale.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;
using test::XY;

constexpr std::size_t kPartitions = 5;
constexpr std::array<std::size_t, 3> kParts{2, 3, 4};

Measurement measured(const EstimatorOptions& options, const Variable& x, const Variable& y,
                     const Groups& groups, const Execution& exec = {}) {
  return {options, x, y, groups, exec};
}

Measurement ksg_of(const XY& xy, const Groups& groups, const Execution& exec = {}) {
  return measured(Ksg1Options{}, xy.x, xy.y, groups, exec);
}

// Holmes & Nemenman's pooled variance, written as in their paper: s² first, then the weights.
double holmes_nemenman(const std::vector<double>& replicates) {
  double weighted = 0.0;
  double weights = 0.0;
  std::size_t next = 0;
  for (const std::size_t m : kParts) {
    for (std::size_t p = 0; p < kPartitions; ++p) {
      std::vector<double> parts;
      for (std::size_t i = 0; i < m; ++i) parts.push_back(replicates.at(next++));
      const double s = test::summary(parts).sd;
      const double free = static_cast<double>(m) - 1.0;
      weighted += free / static_cast<double>(m) * s * s;
      weights += free;
    }
  }
  CHECK(next == replicates.size());
  return std::sqrt(weighted / weights);
}

ErrorBar bar_of(std::vector<Term> terms, const Execution& exec = {}) {
  const auto bar = error_bar(terms, exec);
  REQUIRE(bar.has_value());
  return *bar;
}

// A value that no other row has, so that a refit on a part can be recognised by its rows.
ClassLabels alternating(std::size_t n, std::size_t classes) {
  std::vector<int> codes(n);
  for (std::size_t i = 0; i < n; ++i) codes[i] = static_cast<int>(i % classes);
  return test::labels_of(std::move(codes), classes);
}

// y_i = class of x_i's first column with noise: a label that a classifier can learn.
ClassLabels noisy_halves(const Samples& x, double noise, std::uint64_t seed) {
  Random random(seed);
  std::vector<int> codes(x.size());
  for (std::size_t i = 0; i < codes.size(); ++i) {
    codes[i] = x(i, 0) + noise * random.normal() > 0.0 ? 1 : 0;
  }
  return test::labels_of(std::move(codes), 2);
}

TEST_CASE("Holmes-Nemenman: the pooled variance of the parts, t from the number of groups") {
  const XY xy = test::gaussian_rows(240, 1, 1, 0.6, 11);
  const Measurement m = ksg_of(xy, Groups::singletons(240));
  CHECK(m.kind() == ErrorBarKind::subsampling);
  const auto& values = m.replicates({});
  REQUIRE(values.size() == kPartitions * (2 + 3 + 4));
  CHECK(std::set<double>(values.begin(), values.end()).size() == values.size());
  const ErrorBar bar = bar_of({{&m}});
  CHECK(test::near(bar.standard_error, holmes_nemenman(values), kRounding));
  // 1/(1/30 + 1/239) = 26.65 is above the cap of 20.
  CHECK(bar.degrees_of_freedom == 20.0);
}

TEST_CASE("Holmes-Nemenman: many groups are cut in eight parts, twice") {
  CHECK(partition_plan(9'999).size() == 3);
  const std::size_t n = 10'000;
  REQUIRE(partition_plan(n).size() == 1);
  const XY xy = test::gaussian_rows(n, 1, 1, 0.6, 12);
  const Measurement m = ksg_of(xy, Groups::singletons(n));
  const auto& values = m.replicates({});
  REQUIRE(values.size() == 16);
  double squares = 0.0;
  for (std::size_t p = 0; p < 2; ++p) {
    const std::span<const double> parts = std::span(values).subspan(8 * p, 8);
    const double mean = std::accumulate(parts.begin(), parts.end(), 0.0) / 8.0;
    for (const double value : parts) squares += (value - mean) * (value - mean) / 8.0;
  }
  const ErrorBar bar = bar_of({{&m}});
  CHECK(test::near(bar.standard_error, std::sqrt(squares / 14.0), kRounding));
  CHECK(bar.degrees_of_freedom == 14.0);
  // 300 draws of 4000 rows spread by .01425, so 10 000 by .0090; 14 degrees of freedom know a
  // spread to 19 %, of which this is three and a half.
  CHECK(std::abs(bar.standard_error - 0.0090) < 0.66 * 0.0090);
  // Fewer groups than rows, as before.
  const Groups groups = test::equal_groups(2'000, 5);
  CHECK(bar_of({{&m}}).method.find("8 parts") != std::string::npos);
  const Measurement grouped = ksg_of(xy, groups);
  CHECK(grouped.replicates({}).size() == 45);
}

TEST_CASE("Holmes-Nemenman: few groups lower the degrees of freedom") {
  const Groups groups = test::equal_groups(12, 20);
  const Measurement m = ksg_of(test::gaussian_grouped_rows(groups, 1, 0.7, 0.5, 3), groups);
  CHECK(test::near(bar_of({{&m}}).degrees_of_freedom, 330.0 / 41.0, kRounding));
}

TEST_CASE("Holmes-Nemenman: a sum's error bar is that of the summed replicates") {
  const XY a = test::gaussian_rows(200, 1, 1, 0.6, 1);
  const XY b = test::gaussian_rows(200, 1, 1, 0.3, 2);
  const Groups groups = Groups::singletons(200);
  const Measurement first = ksg_of(a, groups);
  const Measurement second = ksg_of(b, groups);
  std::vector<double> sum = first.replicates({});
  const auto& other = second.replicates({});
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = 2.0 * sum[i] - 0.5 * other[i];
  CHECK(test::near(bar_of({{&first, 2.0}, {&second, -0.5}}).standard_error, holmes_nemenman(sum),
                   kRounding));
}

TEST_CASE("cca-ksg enters parts with its directions fixed, whose own variance is added") {
  const XY xy = test::gaussian_rows(300, 3, 3, 0.5, 5);
  const Groups groups = Groups::singletons(300);
  const Measurement cca = measured(CcaKsgOptions{}, xy.x, xy.y, groups);
  CHECK(cca.kind() == ErrorBarKind::subsampling);
  std::vector<double> margin = cca.replicates({});
  REQUIRE(margin.size() == 45);
  const double hidden = std::sqrt(fit_variance(std::vector<Term>{{&cca}}, {}));
  CHECK(hidden > 0.0);
  CHECK(test::near(bar_of({{&cca}}).standard_error, std::hypot(holmes_nemenman(margin), hidden),
                   kRounding));
  // A neighbour estimate beside it is taken again on the same parts and hides nothing.
  const Measurement ksg = ksg_of(xy, groups);
  CHECK(ksg.fit_replicates({}).empty());
  const auto& others = ksg.replicates({});
  for (std::size_t i = 0; i < margin.size(); ++i) margin[i] -= others[i];
  CHECK(test::near(bar_of({{&cca, 1.0}, {&ksg, -1.0}}).standard_error,
                   std::hypot(holmes_nemenman(margin), hidden), kRounding));
}

TEST_CASE("per-row terms: clustered over groups, against a calculation by hand") {
  // Two label variables on 8 rows; the terms of the plug-in are ln(n_xy N / (n_x n_y)).
  const ClassLabels x = test::labels_of({0, 0, 0, 0, 1, 1, 1, 1}, 2);
  const ClassLabels y = test::labels_of({0, 0, 0, 1, 1, 1, 1, 1}, 2);
  const std::vector<std::size_t> codes{0, 1, 1, 2, 2, 2, 0, 0};
  const Groups groups = Groups::from(codes);
  const Measurement m = measured(DiscreteOptions{}, x, y, groups);
  // x0y0: 3 rows, ln(3·8/(4·3)) = ln 2;  x0y1: 1 row, ln(8/(4·5)) = ln .4;
  // x1y1: 4 rows, ln(4·8/(4·5)) = ln 1.6.
  const double a = std::log(2.0);
  const double b = std::log(0.4);
  const double c = std::log(1.6);
  const double mean = (3.0 * a + b + 4.0 * c) / 8.0;
  const std::array<double, 3> clusters{a + 2.0 * c - 3.0 * mean, 2.0 * a - 2.0 * mean,
                                       b + 2.0 * c - 3.0 * mean};
  double squares = 0.0;
  for (const double cluster : clusters) squares += cluster * cluster;
  const double by_terms = 3.0 / 2.0 * squares / 64.0;
  const ErrorBar bar = bar_of({{&m}});
  CHECK(test::near(bar.standard_error, std::sqrt(by_terms), kRounding));
  CHECK(bar.degrees_of_freedom == 2.0);
  CHECK(test::near(with_error_bar(m, {}).standard_error.value_or(0.0), bar.standard_error,
                   kRounding));
}

TEST_CASE("independent labels: the error bar covers what chance does to the plug-in") {
  // The plug-in of independent labels is χ²_ν/(2N), SD sqrt(ν/2)/N; its terms have variance
  // 2·χ²/(2N), so their SE is about sqrt(ν)/N: wide enough.
  constexpr int kRepeats = 200;
  int covered = 0;
  for (int r = 0; r < kRepeats; ++r) {
    Random random(derive_seed(21, "independent-labels", static_cast<std::uint64_t>(r)));
    std::vector<int> a(400);
    std::vector<int> b(400);
    for (std::size_t i = 0; i < a.size(); ++i) {
      a[i] = static_cast<int>(random.below(5));
      b[i] = static_cast<int>(random.below(5));
    }
    const Measurement m = measured(DiscreteOptions{}, test::labels_of(a, 5), test::labels_of(b, 5),
                                   Groups::singletons(400));
    const Interval interval = with_error_bar(m, {}).interval95.value_or(Interval{1.0, 1.0});
    covered += interval.lo <= 0.0 && 0.0 <= interval.hi ? 1 : 0;
  }
  // 95 % less 4 binomial standard errors, sqrt(.95 · .05 / 200) = .0154.
  CHECK(covered >= kRepeats * (0.95 - 4.0 * 0.0154));
}

TEST_CASE("per-row terms: a label bound enters parts as the mean of its terms there") {
  const XY xy = test::gaussian_rows(240, 1, 1, 0.6, 9);
  const ClassLabels y = noisy_halves(xy.x, 0.3, 4);
  const Groups groups = Groups::singletons(240);
  const Measurement bound = measured(LabelBoundOptions{}, xy.x, y, groups);
  const Measurement ross = measured(RossOptions{}, xy.x, y, groups);
  // The parts of one partition are disjoint and cover all rows, 120 + 120: their means average to
  // the whole.
  const auto& parts = bound.replicates({});
  REQUIRE(parts.size() == 45);
  CHECK(test::near((parts[0] + parts[1]) / 2.0, bound.estimate().nats, kRounding));
  std::vector<double> margin = ross.replicates({});
  for (std::size_t i = 0; i < margin.size(); ++i) margin[i] -= parts[i];
  CHECK(test::near(bar_of({{&ross, 1.0}, {&bound, -1.0}}).standard_error, holmes_nemenman(margin),
                   kRounding));
}

TEST_CASE("a paired margin of related terms has less spread than its terms apart") {
  // Both terms look at the same student column, and the teacher is nearly the label.
  const XY xy = test::gaussian_rows(600, 1, 1, 0.8, 31);
  const Groups groups = Groups::singletons(600);
  Matrix close(600, 1);
  Random random(8);
  for (std::size_t i = 0; i < 600; ++i) close(i, 0) = xy.x(i, 0) + 0.05 * random.normal();
  const Measurement first = ksg_of(xy, groups);
  const Measurement second = measured(Ksg1Options{}, Samples::from(close), xy.y, groups);
  const double a = bar_of({{&first}}).standard_error;
  const double b = bar_of({{&second}}).standard_error;
  const double paired = bar_of({{&first, 1.0}, {&second, -1.0}}).standard_error;
  CHECK(paired < 0.7 * std::hypot(a, b));
  // The same measurement twice cancels exactly, and doubled it doubles.
  CHECK(bar_of({{&first, 1.0}, {&first, -1.0}}).standard_error == 0.0);
  CHECK(test::near(bar_of({{&first, 1.0}, {&first, 1.0}}).standard_error, 2.0 * a, kRounding));
}

TEST_CASE("p values and intervals follow the t distribution") {
  const ErrorBar bar{0.02, 7.0, ""};
  const boost::math::students_t t(7.0);
  for (const double value : {-0.05, -0.01, 0.0, 0.013, 0.08}) {
    CHECK(test::near(p_above_zero(value, bar), 1.0 - boost::math::cdf(t, value / 0.02), kRounding));
    CHECK(test::near(p_above_zero(value, bar) + p_above_zero(-value, bar), 1.0, kRounding));
  }
  // Tables: t_{.975, 7} = 2.36462.
  const Interval interval = interval95(0.1, bar);
  constexpr double kTable = 1e-6;
  CHECK(test::near(interval.lo, 0.1 - 2.364624 * 0.02, kTable));
  CHECK(test::near(interval.hi, 0.1 + 2.364624 * 0.02, kTable));
  // A value at the interval's end has p = .025, whatever the degrees of freedom.
  CHECK(test::near(p_above_zero(interval.hi - 0.1, bar), 0.025, kRounding));
  // No spread: certain where there is something, nothing where there is nothing.
  CHECK(p_above_zero(0.1, {0.0, 7.0, ""}) == 0.0);
  CHECK(p_above_zero(0.0, {0.0, 7.0, ""}) == 1.0);
}

TEST_CASE("whole groups are never split between parts") {
  // Every third group holds 7 rows of (1, 1) among its 10, the others none, and all else is (0, 0).
  // 24 equal groups in 2, 3, 4 parts are 12, 8, 6 groups each; the mean of the row terms of a part
  // then tells how many ones it has, a multiple of 7 unless a group was cut.
  const Groups groups = test::equal_groups(24, 10);
  std::vector<int> codes(240);
  for (std::size_t i = 0; i < 240; ++i) codes[i] = (i / 10) % 3 == 0 && i % 10 < 7 ? 1 : 0;
  const ClassLabels labels = test::labels_of(codes, 2);
  const Measurement m = measured(DiscreteOptions{}, labels, labels, groups);
  const double zero = m.estimate().row_terms[9];
  const double one = m.estimate().row_terms[0];
  std::size_t next = 0;
  const auto& values = m.replicates({});
  for (const std::size_t parts : kParts) {
    for (std::size_t p = 0; p < kPartitions; ++p) {
      double groups_with_ones = 0.0;
      for (std::size_t i = 0; i < parts; ++i) {
        const double share = (values[next++] - zero) / (one - zero);
        const double sevens = share * 240.0 / static_cast<double>(parts) / 7.0;
        CHECK(std::abs(sevens - std::round(sevens)) < kRounding);
        groups_with_ones += sevens;
      }
      CHECK(test::near(groups_with_ones, 8.0, kRounding));
    }
  }
}

TEST_CASE("duplicated rows in one group do not shrink a neighbour estimate's error bar") {
  // 60 draws, each 10 times: the information of 60 rows, whatever the number of copies. Split
  // groups would find each other's copies at distance 0 and report nats far above the truth .22.
  const XY draws = test::gaussian_rows(60, 1, 1, 0.6, 41);
  std::vector<std::size_t> rows(600);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i / 10;
  const Groups groups = test::equal_groups(60, 10);
  const Measurement copied =
      measured(GaussianOptions{}, draws.x.select(rows), draws.y.select(rows), groups);
  const Measurement once = measured(GaussianOptions{}, draws.x, draws.y, Groups::singletons(60));
  const Measurement ignored = measured(GaussianOptions{}, draws.x.select(rows),
                                       draws.y.select(rows), Groups::singletons(600));
  const double se = bar_of({{&copied}}).standard_error;
  // Same spread as without copies up to the draw of the partitions (15 of them, 30 degrees of
  // freedom: an SE varies by 1/sqrt(60) = 13 %, 4 of those both ways).
  CHECK(se > 0.5 * bar_of({{&once}}).standard_error);
  CHECK(se < 2.0 * bar_of({{&once}}).standard_error);
  // Rows taken for independent shrink it by about sqrt(10).
  CHECK(bar_of({{&ignored}}).standard_error < 0.5 * se);
}

TEST_CASE("a Gaussian estimate of many columns: an interval that holds the truth, or none") {
  // 350 rows of 60 + 60 columns, five factors a side, nothing in common: a quarter of the rows has
  // no covariance.
  Random random(3);
  const auto factors = [&random] {
    Matrix x(350, 60);
    for (std::size_t i = 0; i < x.rows(); ++i) {
      std::array<double, 5> f{};
      for (double& v : f) v = random.normal();
      for (std::size_t j = 0; j < x.cols(); ++j) x(i, j) = 2.0 * f[j % 5] + random.normal();
    }
    return Samples::from(std::move(x));
  };
  const XY wide{factors(), factors()};
  for (const EstimatorOptions& options :
       {EstimatorOptions(GaussianOptions{}), EstimatorOptions(GaussianCopulaOptions{})}) {
    const Estimate estimate =
        with_error_bar(measured(options, wide.x, wide.y, Groups::singletons(350)), {});
    CHECK(std::abs(estimate.nats) < 1.0);  // √(2 · 60 · 60) / (2 · 350) = .12 is one SD
    CHECK_FALSE(estimate.interval95.has_value());
    CHECK_FALSE(estimate.standard_error.has_value());
    CHECK(estimate.warnings.back().code == "no-error-bar");
  }
  // 30 + 30 columns, 400 rows: the parts have down to 100 rows. 60 draws: 95 % ± 4 binomial SE is
  // 83 %.
  int held = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const XY xy = test::gaussian_rows(400, 30, 30, 0.3, seed);
    const double truth = -0.5 * 30.0 * std::log(1.0 - 0.3 * 0.3);
    const Estimate estimate =
        with_error_bar(measured(GaussianOptions{}, xy.x, xy.y, Groups::singletons(400)), {});
    REQUIRE(estimate.interval95.has_value());
    held += estimate.interval95->lo <= truth && truth <= estimate.interval95->hi ? 1 : 0;
  }
  CHECK(held >= 50);
}

TEST_CASE("where the rows or groups are too few there is no error bar, and the reason is given") {
  std::string why;
  const XY xy = test::gaussian_rows(200, 1, 1, 0.6, 1);
  const Groups seven = Groups::from(std::vector<std::size_t>([] {
    std::vector<std::size_t> codes(200);
    for (std::size_t i = 0; i < 200; ++i) codes[i] = i % 7;
    return codes;
  }()));
  const Measurement grouped = ksg_of(xy, seven);
  const Term term{&grouped};
  CHECK_FALSE(error_bar(std::span(&term, 1), {}, &why).has_value());
  CHECK(why.find("7 groups") != std::string::npos);
  const Estimate estimate = with_error_bar(grouped, {});
  CHECK_FALSE(estimate.standard_error.has_value());
  CHECK_FALSE(estimate.interval95.has_value());
  REQUIRE(estimate.warnings.size() == 1);
  CHECK(estimate.warnings.front().code == "no-error-bar");
  CHECK(estimate.warnings.front().message.find("7 groups") != std::string::npos);

  const XY few = test::gaussian_rows(31, 1, 1, 0.6, 1);
  const Measurement small = ksg_of(few, Groups::singletons(31));
  const Term small_term{&small};
  CHECK_FALSE(error_bar(std::span(&small_term, 1), {}, &why).has_value());
  CHECK(why.find("31 rows") != std::string::npos);

  // All rows in one group: per-row terms have a single cluster.
  const Measurement single = measured(DiscreteOptions{}, alternating(60, 2), alternating(60, 3),
                                      Groups::from(std::vector<std::size_t>(60, 5)));
  const Term single_term{&single};
  CHECK_FALSE(error_bar(std::span(&single_term, 1), {}, &why).has_value());
  CHECK(why.find("one group") != std::string::npos);
}

TEST_CASE("a part that gives no estimate leaves no error bar, with the reason") {
  // 30 neighbours exist among 80 rows but not among the 20 of a quarter.
  const XY xy = test::gaussian_rows(80, 1, 1, 0.5, 1);
  const Measurement m = measured(Ksg1Options{.k = 30}, xy.x, xy.y, Groups::singletons(80));
  std::string why;
  const Term term{&m};
  CHECK_FALSE(error_bar(std::span(&term, 1), {}, &why).has_value());
  CHECK(why.find("part of the rows") != std::string::npos);
}

TEST_CASE("error bars are bitwise equal for any number of threads, and follow the seed") {
  const XY xy = test::gaussian_rows(240, 2, 2, 0.5, 17);
  const Groups groups = test::unequal_groups(240, 5, 2);
  for (const EstimatorOptions& options :
       {EstimatorOptions(Ksg1Options{}), EstimatorOptions(CcaKsgOptions{})}) {
    auto se = [&](unsigned threads, std::uint64_t seed) {
      Execution exec;
      exec.threads = threads;
      exec.seed = seed;
      const Measurement m = measured(options, xy.x, xy.y, groups, exec);
      return with_error_bar(m, exec).standard_error.value_or(-1.0);
    };
    CHECK(se(1, 1) > 0.0);
    CHECK(se(1, 1) == se(2, 1));
    CHECK(se(1, 1) == se(7, 1));
    CHECK(se(1, 1) != se(1, 2));
  }
}

TEST_CASE("a stop request ends the replicates instead of being taken for a lack of rows") {
  const XY xy = test::gaussian_rows(200, 1, 1, 0.6, 1);
  const Measurement m = ksg_of(xy, Groups::singletons(200));
  std::stop_source source;
  source.request_stop();
  Execution exec;
  exec.stop = source.get_token();
  const Term term{&m};
  CHECK(test::fault_code([&] { (void)error_bar(std::span(&term, 1), exec); }) == "cancelled");
  CHECK(bar_of({{&m}}).standard_error > 0.0);  // and nothing half done is kept
}

TEST_CASE("long: the interval covers the estimator's own mean, KSG1 on 1 + 1 columns") {
  constexpr std::size_t kRepeats = 150;
  std::vector<double> values(kRepeats);
  std::vector<double> half(kRepeats);
  for (std::size_t r = 0; r < kRepeats; ++r) {
    const XY xy = test::gaussian_rows(400, 1, 1, 0.6, 900 + r);
    Execution exec;
    exec.seed = r;
    const Measurement m = ksg_of(xy, Groups::singletons(400), exec);
    const Estimate e = with_error_bar(m, exec);
    REQUIRE(e.interval95.has_value());
    values[r] = e.nats;
    half[r] = (e.interval95->hi - e.interval95->lo) / 2.0;
  }
  const double mean = test::summary(values).mean;
  std::size_t covered = 0;
  for (std::size_t r = 0; r < kRepeats; ++r) {
    covered += std::abs(values[r] - mean) <= half[r] ? 1 : 0;
  }
  // Nominal 95 %; 4 binomial standard errors of 150 repeats are 7.1 points, and 94 % is what this
  // formula is known to reach.
  CHECK(static_cast<double>(covered) / kRepeats >= 0.94 - 0.071);
  // Nor by being endless: the mean half width is that of the true spread, t_{.975, 20} = 2.086 SD,
  // within the 4·sqrt(1/300) = 23 % that the SD of 150 values may be off.
  const test::Repeats spread = test::summary(values);
  CHECK(test::summary(half).mean < 1.5 * 2.086 * spread.sd);
}

}  // namespace
}  // namespace cch
