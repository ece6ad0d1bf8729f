#include "cch/criterion/pilot.hpp"

#include <cmath>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "cch/core/random.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using test::labels_of;
using test::with_seed;

Matrix normal_matrix(std::size_t n, std::size_t d, Random& random) {
  Matrix m(n, d);
  for (std::size_t i = 0; i < n * d; ++i) m.data()[i] = random.normal();
  return m;
}

Samples samples(Matrix m) {
  return Samples::from(std::move(m));
}

PilotInput input_of(Samples student, std::vector<Samples> teachers, Variable labels) {
  const std::size_t n = student.size();
  return {std::move(student), std::move(teachers), std::move(labels), Groups::singletons(n), {}};
}

/// K class means of norm about `spread` in d columns, and rows around them with unit noise.
struct ClassRows {
  Samples x;
  std::vector<Samples> views;
  std::vector<int> y;
};
/// Two views of the classes, independent given the class: a weak one and a strong one.
ClassRows two_views(std::size_t n, double weak, double strong, std::uint64_t seed) {
  constexpr std::size_t kDim = 20;
  constexpr int kClasses = 3;
  Random model(17);
  const Matrix means_weak = normal_matrix(kClasses, kDim, model);
  const Matrix means_strong = normal_matrix(kClasses, kDim, model);
  Random random(seed);
  Matrix x = normal_matrix(n, kDim, random);
  Matrix t = normal_matrix(n, kDim, random);
  std::vector<int> y(n);
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = static_cast<int>(i % kClasses);
    for (std::size_t j = 0; j < kDim; ++j) {
      x(i, j) += weak * means_weak(static_cast<std::size_t>(y[i]), j);
      t(i, j) += strong * means_strong(static_cast<std::size_t>(y[i]), j);
    }
  }
  return {samples(std::move(x)), {samples(std::move(t))}, std::move(y)};
}

/// The gamma sweep of Xue et al. (2023): x2 sees columns 0..9 of xs, x1 columns 10−v..19−v.
struct Mfh {
  Samples x1;
  Samples x2;
  std::vector<int> y;
};
Mfh mfh_rows(std::size_t n, std::size_t v, const Matrix& a, Random& random) {
  const Matrix xs = normal_matrix(n, 20, random);
  Matrix x1 = normal_matrix(n, 25, random);
  Matrix x2 = normal_matrix(n, 50, random);
  std::vector<int> y(n);
  for (std::size_t i = 0; i < n; ++i) {
    double latent = 0.0;
    for (std::size_t j = 0; j < 20; ++j) latent += a(0, j) * xs(i, j);
    y[i] = latent > 0.0 ? 1 : 0;
    for (std::size_t j = 0; j < 10; ++j) x2(i, j) = xs(i, j);
    for (std::size_t j = 10 - v; j < 20 - v; ++j) x1(i, j) = xs(i, j);
  }
  return {samples(std::move(x1)), samples(std::move(x2)), std::move(y)};
}

std::vector<double> mfh_gains(std::size_t v) {
  std::vector<double> gains;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(derive_seed(seed, "mfh"));
    const Matrix a = normal_matrix(1, 20, random);
    const Mfh rows = mfh_rows(200, v, a, random);
    const Mfh fresh = mfh_rows(400, v, a, random);
    PilotInput input = input_of(rows.x2, {rows.x1}, labels_of(rows.y, 2));
    input.extra.teachers = {fresh.x1};
    input.extra.labels = labels_of(fresh.y, 2);
    PilotOptions options;
    options.lambda = 1.0;
    options.scenario = Scenario::more_labels;
    gains.push_back(pilot(input, options, with_seed(seed)).teachers[0].gain.value);
  }
  return gains;
}

/// `count` groups of `size` equal rows, each with a random label that only its identity tells.
ClassRows memorable(std::size_t count, std::size_t size, std::uint64_t seed) {
  constexpr std::size_t kDim = 60;  // as many as groups: any labelling of them is linear
  Random random(seed);
  const Matrix identity = normal_matrix(count, kDim, random);
  Matrix x(count * size, kDim);
  std::vector<int> y(count * size);
  for (std::size_t g = 0; g < count; ++g) {
    const int label = static_cast<int>(random.below(2));
    for (std::size_t i = g * size; i < (g + 1) * size; ++i) {
      y[i] = label;
      for (std::size_t j = 0; j < kDim; ++j) x(i, j) = identity(g, j);
    }
  }
  return {samples(std::move(x)), {}, std::move(y)};
}

const double kCoin = std::log(2.0);  // cross-entropy of knowing nothing about a fair binary label

}  // namespace

TEST_CASE(
    "pilot: a teacher of the student's own information helps, one of other information harms") {
  // MFH Gaussian, effective weight ½, teacher with fresh rows: published +2.7 and −1.8 points.
  const auto shared = test::summary(mfh_gains(10));
  const auto disjoint = test::summary(mfh_gains(0));
  CHECK(shared.mean > 2.0 * shared.standard_error);
  CHECK(disjoint.mean < -2.0 * disjoint.standard_error);
}

TEST_CASE("pilot: a clone of the student and a teacher without information never help") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const ClassRows rows = two_views(150, 0.4, 1.0, seed);
    Random random(derive_seed(seed, "no-information"));
    const PilotInput input =
        input_of(rows.x, {rows.x, samples(normal_matrix(150, 20, random))}, labels_of(rows.y, 3));
    const PilotResult result = pilot(input, {}, with_seed(seed));
    CAPTURE(seed);
    for (const PilotTeacher& teacher : result.teachers) {
      CHECK(teacher.outcome != PilotOutcome::helps);
      CHECK(teacher.gain.interval95.lo <= 0.0);
    }
  }
}

TEST_CASE("pilot: an informative teacher helps where it labels unlabelled pairs") {
  const ClassRows rows = two_views(100, 0.4, 1.0, 3);
  const ClassRows more = two_views(1000, 0.4, 1.0, 4);
  PilotInput input = input_of(rows.x, rows.views, labels_of(rows.y, 3));
  input.extra.student = more.x;
  input.extra.teachers = more.views;
  PilotOptions options;
  options.scenario = Scenario::unlabelled_pairs;
  const PilotResult result = pilot(input, options, with_seed(1));
  CHECK(result.extra_rows == 1000);
  CHECK(result.teachers[0].outcome == PilotOutcome::helps);
  CHECK(result.teachers[0].gain_accuracy->value > 0.0);
  CHECK(result.teachers[0].teacher_score < result.score_alone);

  // The same rows labelled by a teacher that knows nothing.
  Random random(5);
  input.teachers = {samples(normal_matrix(100, 20, random))};
  input.extra.teachers = {samples(normal_matrix(1000, 20, random))};
  CHECK(pilot(input, options, with_seed(1)).teachers[0].outcome != PilotOutcome::helps);
}

TEST_CASE("pilot: labels memorised on the rows of a group stay in that group") {
  const ClassRows rows = memorable(60, 5, 11);
  PilotInput input = input_of(rows.x, {rows.x}, labels_of(rows.y, 2));
  // Without groups the near-duplicates give the labels away: the test can see a leak.
  CHECK(pilot(input, {}, with_seed(1)).teachers[0].teacher_score < 0.2);

  input.groups = test::equal_groups(60, 5);
  const PilotResult grouped = pilot(input, {}, with_seed(1));
  // 60 fair coins: the best constant is ln 2 nats within the 0.02 of their imbalance; calibration
  // may gain as much by chance.
  CHECK(grouped.teachers[0].teacher_score > kCoin - 0.05);
  CHECK(grouped.score_alone > kCoin - 0.05);
  CHECK(grouped.teachers[0].outcome != PilotOutcome::helps);
}

TEST_CASE("pilot: extra rows of a held-out group are left out") {
  const ClassRows all = memorable(60, 10, 12);
  std::vector<std::size_t> first;
  std::vector<std::size_t> second;
  for (std::size_t i = 0; i < all.y.size(); ++i) (i % 10 < 5 ? first : second).push_back(i);
  const ClassLabels labels = labels_of(all.y, 2);
  PilotInput input = input_of(all.x.select(first), {all.x.select(first)}, labels.select(first));
  input.groups = test::equal_groups(60, 5);
  input.extra.teachers = {all.x.select(second)};
  input.extra.labels = labels.select(second);
  PilotOptions options;
  options.scenario = Scenario::more_labels;
  CHECK(pilot(input, options, with_seed(1)).teachers[0].teacher_score < 0.2);

  for (const std::size_t i : second) input.extra.groups.push_back(i / 10);
  CHECK(pilot(input, options, with_seed(1)).teachers[0].teacher_score > kCoin - 0.05);
}

TEST_CASE("pilot: real-valued labels give half the log ratio of mean square errors") {
  constexpr std::size_t kPairs = 60;
  Random random(21);
  const Matrix w = normal_matrix(1, 20, random);
  auto draw = [&](std::size_t n) {
    Matrix x = normal_matrix(n, 20, random);
    Matrix latent(n, 1);
    Matrix y(n, 2);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < 20; ++j) latent(i, 0) += w(0, j) * x(i, j);
      y(i, 0) = latent(i, 0) + 3.0 * random.normal();
      y(i, 1) = 100.0 * (latent(i, 0) + 3.0 * random.normal());
    }
    return std::vector<Samples>{samples(x), samples(latent), samples(y)};
  };
  const auto rows = draw(kPairs);
  const auto more = draw(1000);
  const Samples useless = samples(normal_matrix(kPairs, 5, random));
  PilotInput input = input_of(rows[0], {rows[1], useless}, rows[2]);
  input.extra.student = more[0];
  input.extra.teachers = {more[1], samples(normal_matrix(1000, 5, random))};
  PilotOptions options;
  options.scenario = Scenario::unlabelled_pairs;
  const PilotResult result = pilot(input, options, with_seed(1));
  const PilotTeacher& latent = result.teachers[0];
  CHECK(latent.outcome == PilotOutcome::helps);
  CHECK_FALSE(latent.gain_accuracy.has_value());
  CHECK_FALSE(result.accuracy_alone.has_value());
  double mean = 0.0;
  for (const double term : latent.row_terms) mean += term / static_cast<double>(kPairs);
  CHECK(test::near(mean, latent.gain.value, test::kRounding));
  CHECK(result.teachers[1].outcome != PilotOutcome::helps);
}

TEST_CASE("pilot: the interval is for other training sets too") {
  // A clone teaches the student what it knows: its gain is nearly all chance of the training rows,
  // so that an error bar by test rows alone is too small.
  constexpr std::size_t kDraws = 200;
  constexpr std::size_t kRows = 100;
  constexpr std::size_t kDim = 8;
  std::vector<PilotGain> gains;
  std::vector<double> values;
  for (std::uint64_t seed = 1; seed <= kDraws; ++seed) {
    Random random(derive_seed(seed, "clone"));
    const Matrix x = normal_matrix(kRows, kDim, random);
    Matrix y = normal_matrix(kRows, 1, random);
    for (std::size_t i = 0; i < kRows; ++i) y(i, 0) += x(i, 0);
    PilotOptions options;
    options.lambda = 1.0;
    const PilotResult result =
        pilot(input_of(samples(x), {samples(x)}, samples(y)), options, with_seed(seed));
    gains.push_back(result.teachers[0].gain);
    values.push_back(gains.back().value);
  }
  const double mean = test::summary(values).mean;
  std::size_t covered = 0;
  std::size_t by_rows = 0;
  for (const PilotGain& gain : gains) {
    const double se = gain.standard_error;
    const double rows =
        std::sqrt(se * se - gain.standard_error_training * gain.standard_error_training);
    covered += gain.interval95.lo <= mean && mean <= gain.interval95.hi ? 1 : 0;
    by_rows += std::abs(gain.value - mean) <= 1.98 * rows ? 1 : 0;  // t of 99 degrees of freedom
  }
  // 3 binomial standard errors (.015) about 95 %, and 3 points for the estimated variance.
  CAPTURE(covered);
  CHECK(covered >= 0.95 * kDraws - (0.045 + 0.03) * kDraws);
  CHECK(by_rows < covered);
}

TEST_CASE("pilot: bitwise the same for any number of threads and beside any other teacher") {
  const ClassRows rows = two_views(120, 0.4, 1.0, 8);
  const PilotInput both = input_of(rows.x, {rows.views[0], rows.x}, labels_of(rows.y, 3));
  const PilotInput one = input_of(rows.x, {rows.x}, labels_of(rows.y, 3));
  const PilotResult first = pilot(both, {}, with_seed(5, 1));
  const PilotResult second = pilot(both, {}, with_seed(5, 3));
  CHECK(first.score_alone == second.score_alone);
  for (std::size_t t = 0; t < 2; ++t) {
    CHECK(first.teachers[t].row_terms == second.teachers[t].row_terms);
  }
  CHECK(pilot(one, {}, with_seed(5, 2)).teachers[0].row_terms == first.teachers[1].row_terms);
  CHECK(pilot(both, {}, with_seed(6, 1)).teachers[0].row_terms != first.teachers[0].row_terms);
}

TEST_CASE("pilot: above the most rows whole groups are left out, with a warning") {
  const ClassRows rows = two_views(300, 0.4, 1.0, 9);
  PilotInput input = input_of(rows.x, rows.views, labels_of(rows.y, 3));
  input.groups = test::equal_groups(100, 3);
  PilotOptions options;
  options.max_rows = 200;
  const PilotResult result = pilot(input, options, with_seed(1));
  CHECK(result.rows.size() <= 200);
  CHECK(result.rows.size() > 197);
  REQUIRE(result.warnings.size() == 1);
  CHECK(result.warnings[0].code == "pilot-subsample");
  const std::set<std::size_t> used(result.rows.begin(), result.rows.end());
  for (const std::size_t row : used) {
    for (const std::size_t other : input.groups.members(input.groups.of(row))) {
      CHECK(used.count(other) == 1);
    }
  }
  CHECK(result.teachers[0].row_terms.size() == result.rows.size());
}

TEST_CASE("pilot: a given lambda fixes the arm") {
  const ClassRows rows = two_views(100, 0.4, 1.0, 10);
  PilotOptions options;
  options.lambda = 3.0;
  const auto result =
      pilot(input_of(rows.x, rows.views, labels_of(rows.y, 3)), options, with_seed(1));
  CHECK(result.teachers[0].weight == 0.75);
  CHECK(result.teachers[0].temperature == 1.0);
}

/// Rows [first, last) as pairs, rows [last, end) as labelled rows that no teacher has.
PilotInput with_unpaired(const ClassRows& rows, std::size_t last) {
  std::vector<std::size_t> top(last);
  std::iota(top.begin(), top.end(), std::size_t{0});
  std::vector<std::size_t> rest(rows.y.size() - last);
  std::iota(rest.begin(), rest.end(), last);
  const Variable labels = labels_of(rows.y, 3);
  PilotInput out = input_of(rows.x.select(top), {rows.views[0].select(top)}, select(labels, top));
  if (!rest.empty()) out.unpaired = {rows.x.select(rest), select(labels, rest), {}};
  return out;
}

TEST_CASE("pilot: labelled rows that no teacher has teach both students their labels") {
  // Losses on the same 60 rows, whose difference in one draw has an error of about .05 nats.
  double alone = 0.0;
  double taught = 0.0;
  constexpr int kDraws = 8;
  for (int draw = 0; draw < kDraws; ++draw) {
    const ClassRows rows = two_views(660, 0.25, 1.0, 100 + static_cast<std::uint64_t>(draw));
    const PilotInput input = with_unpaired(rows, 60);
    PilotInput few = input;
    few.unpaired = {};
    const auto scarce = pilot(few, {}, with_seed(1));
    const auto helped = pilot(input, {}, with_seed(1));
    CHECK(scarce.unpaired_rows == 0);
    CHECK(helped.unpaired_rows == 600);
    CHECK(helped.rows.size() == 60);
    // Teachers learn from the pairs alone.
    CHECK(helped.teachers[0].teacher_score == scarce.teachers[0].teacher_score);
    const auto with_teacher = [](const PilotResult& r) {
      return r.score_alone - r.teachers[0].gain.value;
    };
    alone += (scarce.score_alone - helped.score_alone) / kDraws;
    taught += (with_teacher(scarce) - with_teacher(helped)) / kDraws;
    if (draw > 0) continue;
    CHECK(pilot(input, {}, with_seed(1, 1)).teachers[0].row_terms == helped.teachers[0].row_terms);
  }
  CHECK(alone > 0.05);
  CHECK(taught > 0.05);
}

TEST_CASE("pilot: unpaired rows of a group that is held out are left out") {
  // Noise as student: only copies of the rows themselves could tell their labels.
  Random random(3);
  ClassRows rows = two_views(120, 0.0, 1.0, 22);
  rows.x = samples(normal_matrix(120, 100, random));
  PilotInput input = input_of(rows.x, rows.views, labels_of(rows.y, 3));
  const double alone = pilot(input, {}, with_seed(1)).score_alone;
  input.unpaired = {rows.x, labels_of(rows.y, 3), {}};
  const double leaked = pilot(input, {}, with_seed(1)).score_alone;
  for (std::size_t i = 0; i < rows.y.size(); ++i) input.unpaired.groups.push_back(i);
  const double apart = pilot(input, {}, with_seed(1)).score_alone;
  CHECK(leaked < alone - 0.05);
  CHECK(apart > alone - 0.02);
}

TEST_CASE("pilot: unpaired rows with real labels are on the scale of the others") {
  Random random(5);
  const Matrix x = normal_matrix(400, 5, random);
  Matrix y(400, 1);
  for (std::size_t i = 0; i < 400; ++i) y(i, 0) = 100.0 + 7.0 * x(i, 0) + random.normal();
  std::vector<std::size_t> top(40);
  std::iota(top.begin(), top.end(), std::size_t{0});
  std::vector<std::size_t> rest(360);
  std::iota(rest.begin(), rest.end(), std::size_t{40});
  const Samples all = samples(Matrix(x));
  const Samples labels = samples(Matrix(y));
  PilotInput input = input_of(all.select(top), {all.select(top)}, labels.select(top));
  const double scarce = pilot(input, {}, with_seed(1)).score_alone;
  input.unpaired = {all.select(rest), labels.select(rest), {}};
  const double helped = pilot(input, {}, with_seed(1)).score_alone;
  // Of a variance near 1 about 1/50 is noise.
  CHECK(helped < scarce);
  CHECK(helped < 0.04);
}

TEST_CASE("pilot: wrong calls and data are refused") {
  const ClassRows rows = two_views(60, 0.4, 1.0, 13);
  const PilotInput good = input_of(rows.x, rows.views, labels_of(rows.y, 3));
  auto code = [&](const PilotInput& input, const PilotOptions& options) {
    return test::fault_code([&] { pilot(input, options, with_seed(1)); });
  };
  PilotOptions options;
  options.lambda = 0.0;
  CHECK(code(good, options) == "bad-lambda");
  options = {};
  options.scenario = Scenario::more_labels;
  CHECK(code(good, options) == "no-extra-rows");
  PilotInput other = good;
  other.extra.teachers = rows.views;
  other.extra.labels = labels_of(rows.y, 4);
  CHECK(code(other, options) == "different-labels");
  PilotInput half = good;
  half.unpaired.student = rows.x;
  CHECK(code(half, {}) == "no-extra-rows");
  half.unpaired.labels = labels_of(rows.y, 4);
  CHECK(code(half, {}) == "different-labels");
  PilotInput few = good;
  few.groups = test::equal_groups(6, 10);
  CHECK(code(few, {}) == "too-few-groups");
  PilotInput unequal = good;
  unequal.teachers.push_back(two_views(59, 0.4, 1.0, 1).x);
  CHECK(code(unequal, {}) == "unequal-rows");
  CHECK(test::fault_code([] { parse_scenario("same-row"); }) == "unknown-scenario");
  CHECK(parse_scenario("unlabelled-pairs") == Scenario::unlabelled_pairs);
}
