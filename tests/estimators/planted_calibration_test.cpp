// Planted calibration: the planted information and likeness are what was asked for, the curve is
// read backwards rightly, and the result does not depend on threads.

#include "cch/estimators/planted_calibration.hpp"

#include <cmath>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/even_columns.hpp"
#include "estimators/planted_classes.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;

PlantedShape iid_shape(std::size_t rows, std::size_t dim_x, std::size_t dim_y) {
  return {Groups::singletons(rows), dim_x, dim_y, {}, 0.0, 0};
}

ClassLabels round_robin(std::size_t rows, std::size_t classes) {
  std::vector<int> codes(rows);
  for (std::size_t i = 0; i < rows; ++i) codes[i] = static_cast<int>(i % classes);
  return test::labels_of(std::move(codes), classes);
}

BiasCurve three_points(std::vector<double> means, double se) {
  BiasCurve curve;
  const double truths[] = {0.0, 0.5, 1.0};
  for (std::size_t j = 0; j < 3; ++j) curve.points.push_back({truths[j], means[j], se, se});
  return curve;
}

TEST_CASE("planted columns: equal variances, and the directions stay what they were") {
  const std::vector<double> spectrum{3.0, 1.5, 0.2, 0.1, 0.0};
  for (const std::size_t dim : {5, 8, 33}) {
    Matrix m(dim, dim);  // row k: where direction k goes
    for (std::size_t k = 0; k < dim; ++k) m(k, k) = 1.0;
    detail::spread_evenly(m, spectrum, 7);
    double total = 0.0;
    for (const double s : spectrum) total += s * s;
    for (std::size_t a = 0; a < dim; ++a) {
      double variance = 0.0;
      for (std::size_t k = 0; k < dim; ++k) variance += m(k, a) * m(k, a);
      CHECK(test::near(variance, total / static_cast<double>(dim), 1e-7));  // kEven, and rounding
      for (std::size_t b = 0; b < dim; ++b) {
        double product = 0.0;
        for (std::size_t j = 0; j < dim; ++j) product += m(a, j) * m(b, j);
        const double s = a == b && a < spectrum.size() ? spectrum[a] : 0.0;
        CHECK(test::near(product, s * s, kRounding));
      }
    }
  }
}

TEST_CASE("an unbiased estimator has no bias: the planted information is the truth asked for") {
  // The Gaussian estimator subtracts its exact bias on Gaussian rows, so its mean is the truth.
  PlantedOptions planted;
  planted.scale = Scale::none;
  planted.repeats = 40;
  for (const std::size_t pairs : {std::size_t{0}, std::size_t{1}}) {
    PlantedShape shape = iid_shape(400, 3, 5);
    shape.pairs = pairs;
    const BiasCurve curve = planted_calibration(GaussianOptions{}, shape, planted, {});
    REQUIRE(curve.points.size() == planted.truths.size());
    for (const BiasPoint& point : curve.points) {
      CHECK(test::within_sampling_error(point.mean, point.truth, point.standard_error));
      CHECK(point.repeats == 40);
      CHECK(point.sd > 0.0);
      // The draw's own information explains its estimate, except where there is none to explain.
      CHECK(point.standard_error * std::sqrt(40.0) <= point.sd * (1.0 + kRounding));
      if (point.truth >= 0.5) CHECK(point.standard_error * std::sqrt(40.0) < 0.7 * point.sd);
    }
  }
}

TEST_CASE("KSG in 5 + 5 dimensions: the curve shows the collapse that one estimate hides") {
  PlantedOptions planted;
  planted.truths = {0.0, 1.0, 2.0};
  planted.repeats = 4;
  const BiasCurve curve = planted_calibration(Ksg1Options{}, iid_shape(1000, 5, 5), planted, {});
  CHECK(std::abs(curve.points[0].mean) < 0.05);  // independence has next to no bias
  CHECK(curve.points[1].mean < 1.0 - 6.0 * curve.points[1].sd);
  CHECK(curve.points[2].mean < 2.0 - 6.0 * curve.points[2].sd);
  // An estimate of other data with truth 1 (ρ² = 1 − e^{−2/5}) is led back near its truth.
  const double rho = std::sqrt(-std::expm1(-0.4));
  const test::XY xy = test::gaussian_rows(1000, 5, 5, rho, 77);
  const double seen = estimate(Ksg1Options{}, xy.x, xy.y, Groups::singletons(1000), {}).nats;
  const PlantedBias bias = bias_at(curve, seen);
  CHECK(bias.resolved);
  const double slope = curve.points[1].mean - curve.points[0].mean;
  // 4 SD of one estimate, carried through the inverse curve; bend of the curve between knots .05.
  CHECK(std::abs(bias.truth - 1.0) < 4.0 * curve.points[1].sd / slope + 0.05);
}

TEST_CASE("planted labels: s gives the information asked for, by quadrature for two classes") {
  const ClassLabels labels = round_robin(1000, 2);
  const detail::PlantedClasses classes(labels, 1, 3);  // means 0 and 1 on a line
  for (const double truth : {0.05, 0.2, 0.5}) {
    const double s = classes.separation(truth);
    // I = ln 2 − ∫ φ(z) ln(1 + exp(−s z − s²/2)) dz, trapezoid to 9 SD.
    double integral = 0.0;
    for (int step = -9000; step <= 9000; ++step) {
      const double z = step * 1e-3;
      integral += 1e-3 * std::exp(-z * z / 2.0) / std::sqrt(2.0 * M_PI) *
                  std::log1p(std::exp(-s * z - s * s / 2.0));
    }
    CHECK(test::within_sampling_error(std::log(2.0) - integral, truth, classes.standard_error(s)));
  }
  CHECK(classes.separation(0.0) == 0.0);
}

TEST_CASE("planted labels: truths that labels cannot have are left out, with a warning") {
  PlantedShape shape{Groups::singletons(400), 2, 1, round_robin(400, 2), 0.0, 0};
  PlantedOptions planted;
  planted.repeats = 4;
  const BiasCurve curve = planted_calibration(RossOptions{}, shape, planted, {});
  REQUIRE(curve.warnings.size() == 1);
  CHECK(curve.warnings.front().code == "truth-above-entropy");
  CHECK(test::near(curve.points.back().truth, 0.95 * std::log(2.0), kRounding));
  // Ross in 2 dimensions at 400 rows is within .06 of the truth everywhere on the curve.
  for (const BiasPoint& p : curve.points) {
    CHECK(test::within_sampling_error(p.mean, p.truth, p.standard_error, 0.06));
  }
}

TEST_CASE("planted labels: the information of the rows drawn has the planted one as its mean") {
  // Four classes of unequal frequency, in 6 columns (unit means) and in 2 (random ones). The mean
  // over 200 draws knows its own error; the class means were set by Monte Carlo with its own.
  std::vector<int> codes(300);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = i % 10 < 6 ? 0 : 1 + int(i) % 3;
  const ClassLabels labels = test::labels_of(std::move(codes), 4);
  for (const std::size_t dim : {std::size_t{6}, std::size_t{2}}) {
    const detail::PlantedClasses classes(labels, dim, 3);
    const double s = classes.separation(0.4);
    CHECK(std::abs(classes.information(s) - 0.4) < 1e-5);
    double sum = 0.0;
    double squares = 0.0;
    for (std::uint64_t r = 0; r < 200; ++r) {
      Random random(derive_seed(5, "draw", r));
      Matrix x(300, dim);
      for (std::size_t i = 0; i < 300 * dim; ++i) x.data()[i] = random.normal();
      classes.shift(x, labels, s);
      const double realised = classes.realised(x, labels, s);
      sum += realised;
      squares += realised * realised;
    }
    const double mean = sum / 200.0;
    const double se = std::sqrt((squares / 200.0 - mean * mean) / 199.0);
    CHECK(test::within_sampling_error(mean, 0.4, std::hypot(se, classes.standard_error(s))));
  }
}

TEST_CASE("the intra-class correlation of the data is found, and what labels explain is not") {
  const Groups groups = test::equal_groups(300, 10);
  for (const double icc : {0.0, 0.3, 0.8}) {
    const test::XY xy = test::gaussian_grouped_rows(groups, 4, 0.5, icc, 5);
    // SE of one column's ICC is at most √(2/300)(1 − icc)(1 + 9 icc)/√90 ≈ .03, 4 columns: .015.
    CHECK(test::within_sampling_error(intraclass_correlation(xy.x, groups), icc, 0.015));
  }
  // Groups of one class each, rows otherwise independent: all likeness is the label's.
  const test::XY xy = test::gaussian_rows(3000, 2, 1, 0.5, 6);
  std::vector<int> codes(3000);
  Matrix shifted(3000, 2);
  for (std::size_t i = 0; i < 3000; ++i) {
    codes[i] = static_cast<int>(groups.of(i) % 2);
    for (std::size_t j = 0; j < 2; ++j) shifted(i, j) = xy.x(i, j) + 3.0 * codes[i];
  }
  const Samples x = Samples::from(std::move(shifted));
  const ClassLabels labels = test::labels_of(codes, 2);
  CHECK(intraclass_correlation(x, groups) > 0.5);
  CHECK(intraclass_correlation(x, groups, &labels) < 4.0 * 0.01);
  CHECK(intraclass_correlation(x, Groups::singletons(3000)) == 0.0);
}

TEST_CASE("the informative pairs follow the directions that hold the variance") {
  const test::XY iid = test::gaussian_rows(2000, 5, 3, 0.5, 2);
  // Unit variances; the SD of the ratio over 1000 rows is below .05.
  CHECK(std::abs(effective_dimension(iid.x) - 5.0) < 0.2);
  CHECK(planted_shape(iid.x, iid.y, Groups::singletons(2000)).pairs == 3);
  // Twelve copies of one column are one direction; with one free column of variance 12 beside
  // them there are two equal ones.
  Matrix copies(2000, 13);
  for (std::size_t i = 0; i < 2000; ++i) {
    for (std::size_t j = 0; j < 12; ++j) copies(i, j) = iid.x(i, 0);
    copies(i, 12) = std::sqrt(12.0) * iid.x(i, 1);
  }
  const Samples two = Samples::from(std::move(copies));
  CHECK(std::abs(effective_dimension(two) - 2.0) < 0.05);
  CHECK(planted_shape(two, iid.x, Groups::singletons(2000)).pairs == 2);
  // More columns than rows: the noise of the rows does not pass for structure.
  CHECK(effective_dimension(test::gaussian_rows(100, 300, 1, 0.0, 3).x) > 240.0);
  CHECK(effective_dimension(Samples::from(Matrix(10, 2, 1.0))) == 1.0);
}

TEST_CASE("groups are planted as they are: their likeness lowers a neighbour estimate") {
  // 60 groups of 20 rows, icc .8, 3 + 3 columns with rho = .5 (truth .432): an independent program
  // had .327 as the mean of KSG with the own group excluded.
  const Groups groups = test::equal_groups(60, 20);
  PlantedShape shape{groups, 3, 3, {}, 0.8, 0};
  PlantedOptions planted;
  planted.truths = {-1.5 * std::log(0.75)};
  planted.repeats = 24;
  planted.scale = Scale::none;
  const BiasPoint alike = planted_calibration(Ksg1Options{}, shape, planted, {}).points[0];
  CHECK(test::within_sampling_error(alike.mean, 0.327, alike.standard_error));
  shape.icc = 0.0;
  const BiasPoint free = planted_calibration(Ksg1Options{}, shape, planted, {}).points[0];
  CHECK(alike.sd > 1.5 * free.sd);
  CHECK(std::abs(free.mean - free.truth) < std::abs(alike.mean - alike.truth));
}

TEST_CASE("the bias is read backwards off the curve") {
  const BiasCurve curve = three_points({0.1, 0.3, 0.6}, 0.01);
  const PlantedBias middle = bias_at(curve, 0.45);  // half way from .3 to .6: truth .75
  CHECK(test::near(middle.truth, 0.75, kRounding));
  CHECK(test::near(middle.bias, -0.30, kRounding));
  CHECK(test::near(middle.standard_error, 0.01 * std::sqrt(0.5) / 0.6, kRounding));
  CHECK(middle.resolved);
  const PlantedBias below = bias_at(curve, -0.2);
  CHECK(test::near(below.bias, 0.1, kRounding));
  CHECK(below.truth == 0.0);
  const PlantedBias beyond = bias_at(curve, 0.7);
  CHECK_FALSE(beyond.resolved);
  CHECK(test::near(beyond.bias, -0.4, kRounding));
  // Noise that turned the means round is pooled: .3 and .2 become .25 each.
  const BiasCurve bent = three_points({0.3, 0.2, 0.5}, 0.01);
  CHECK(test::near(bias_at(bent, 0.375).truth, 0.75, kRounding));
}

TEST_CASE("the bias-aware interval is t times √(SE² + bias²), about the estimate") {
  // Tables: t_{.975, 20} = 2.085963; 3-4-5.
  const Interval interval = bias_aware_interval(1.0, 0.03, 20.0, -0.04);
  constexpr double kTable = 1e-7;
  CHECK(test::near(interval.lo, 1.0 - 2.0859634 * 0.05, kTable));
  CHECK(test::near(interval.hi, 1.0 + 2.0859634 * 0.05, kTable));
}

TEST_CASE("the curve reaches the observed estimate where it can, and says how many rows it used") {
  PlantedOptions planted;
  planted.truths = {0.0, 0.2};
  planted.repeats = 2;
  planted.most_rows = 300;
  planted.reach = 0.7;
  const BiasCurve curve = planted_calibration(GaussianOptions{}, iid_shape(900, 1, 1), planted, {});
  CHECK(curve.points.back().truth == 1.0);  // .2, then 2 · max(.2, .5)
  CHECK(curve.points.back().mean > 0.7);
  CHECK(curve.diagnostics.number("rows_planted") == 300.0);
  CHECK(curve.diagnostics.number("rows") == 900.0);
}

// The truths of the whole curve around the answers, for comparison.
BiasCurve whole_curve(const EstimatorOptions& options, const PlantedShape& shape) {
  PlantedOptions planted;
  planted.truths = {0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2};
  planted.repeats = 12;
  Execution other_draws;
  other_draws.seed = 99;
  return planted_calibration(options, shape, planted, other_draws);
}

TEST_CASE("the bias near one estimate is that of the whole curve, for a quarter of its cost") {
  const PlantedShape columns = iid_shape(500, 3, 3);
  PlantedShape classes{Groups::singletons(500), 3, 1, round_robin(500, 4), 0.0, 0};
  const std::pair<EstimatorOptions, PlantedShape> cases[] = {
      {Ksg1Options{}, columns}, {GaussianOptions{}, columns}, {RossOptions{}, classes}};
  for (const auto& [options, shape] : cases) {
    const BiasCurve curve = whole_curve(options, shape);
    for (const double estimate : {0.15, 0.5, 0.75}) {
      const PlantedBias expected = bias_at(curve, estimate);
      const NearbyBias nearby = planted_bias_near(options, shape, estimate, {}, {});
      CHECK(nearby.bias.resolved);
      // Chords between truths .2 apart lie within .01 of these gently bent curves.
      CHECK(test::within_sampling_error(
          nearby.bias.bias, expected.bias,
          std::hypot(nearby.bias.standard_error, expected.standard_error), 0.01));
      std::size_t estimates = 0;
      double sd = 0.0;
      for (const BiasPoint& point : nearby.curve.points) {
        estimates += point.repeats;
        sd = std::max(sd, point.sd);
      }
      CHECK(estimates <= 20);
      CHECK(nearby.bias.standard_error < sd);
    }
  }
}

TEST_CASE("the bias near an estimate that no planted data reach, or of no information") {
  // KSG on 40 rows cannot say 5 nats: it ends near ψ(40).
  const NearbyBias beyond = planted_bias_near(Ksg1Options{}, iid_shape(40, 2, 2), 5.0, {}, {});
  CHECK_FALSE(beyond.bias.resolved);
  CHECK(beyond.bias.bias < -1.0);
  // Labels: up to .95 H(Y).
  PlantedShape classes{Groups::singletons(400), 2, 1, round_robin(400, 2), 0.0, 0};
  const NearbyBias sure = planted_bias_near(RossOptions{}, classes, 0.69, {}, {});
  CHECK(sure.curve.points.back().truth <= 0.95 * std::log(2.0) + kRounding);
  // Below what independence gives the truth is 0 and the bias what independence gives.
  const NearbyBias none = planted_bias_near(GaussianOptions{}, iid_shape(400, 2, 2), -0.1, {}, {});
  CHECK(none.bias.truth == 0.0);
  CHECK(none.curve.points.size() == 1);
  CHECK(test::within_sampling_error(none.bias.bias, 0.0, none.bias.standard_error));
  CHECK(test::fault_code([] {
          (void)planted_bias_near(Ksg1Options{}, iid_shape(40, 2, 2), std::nan(""), {}, {});
        }) == "bad-estimate");
}

TEST_CASE("the bias near an estimate is bitwise equal for any number of threads") {
  auto near_half = [](unsigned threads) {
    Execution exec;
    exec.threads = threads;
    return planted_bias_near(CcaKsgOptions{}, iid_shape(300, 4, 3), 0.5, {}, exec);
  };
  const NearbyBias one = near_half(1);
  for (const unsigned threads : {2U, 7U}) {
    const NearbyBias same = near_half(threads);
    CHECK(same.bias.bias == one.bias.bias);
    CHECK(same.bias.standard_error == one.bias.standard_error);
    REQUIRE(same.curve.points.size() == one.curve.points.size());
    CHECK(same.curve.points.back().mean == one.curve.points.back().mean);
  }
}

TEST_CASE("planted calibration is bitwise equal for any number of threads, and follows the seed") {
  auto last_mean = [](unsigned threads, std::uint64_t seed) {
    Execution exec;
    exec.threads = threads;
    exec.seed = seed;
    PlantedOptions planted;
    planted.truths = {0.0, 0.5};
    return planted_calibration(Ksg1Options{}, iid_shape(200, 1, 2), planted, exec)
        .points.back()
        .mean;
  };
  CHECK(last_mean(1, 1) == last_mean(3, 1));
  CHECK(last_mean(1, 1) != last_mean(1, 2));
}

TEST_CASE("what cannot be planted is refused") {
  auto code = [](PlantedShape shape, std::vector<double> truths) {
    PlantedOptions planted;
    planted.truths = std::move(truths);
    return test::fault_code([&] { (void)planted_calibration(Ksg1Options{}, shape, planted, {}); });
  };
  CHECK(code(iid_shape(100, 1, 1), {}) == "bad-truths");
  CHECK(code(iid_shape(100, 1, 1), {0.5, 0.1}) == "bad-truths");
  CHECK(code(iid_shape(100, 1, 1), {-0.1, 0.1}) == "bad-truths");
  PlantedShape copies = iid_shape(100, 1, 1);
  copies.icc = 1.0;
  CHECK(code(copies, {0.0}) == "bad-icc");
  PlantedShape wide = iid_shape(100, 2, 3);
  wide.pairs = 3;
  CHECK(code(wide, {0.0}) == "bad-dimensions");
  const ClassLabels labels = round_robin(100, 2);
  CHECK(test::fault_code([&] { (void)planted_shape(labels, labels, Groups::singletons(100)); }) ==
        "two-label-sides");
}

}  // namespace
}  // namespace cch
