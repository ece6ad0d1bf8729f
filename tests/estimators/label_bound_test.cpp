#include "cch/estimators/label_bound.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/classifiers/folds.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using namespace cch::test;

using Means = std::vector<std::vector<double>>;  // class × coordinate

struct Data {
  Samples x;
  ClassLabels y;
};

ClassLabels labels(std::vector<int> codes, std::size_t classes) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return ClassLabels::from(std::move(codes), std::move(names));
}

Means draw_means(std::size_t classes, std::size_t m, double sd, Random& random) {
  Means means(classes, std::vector<double>(m));
  for (auto& row : means) {
    for (double& value : row) value = sd * random.normal();
  }
  return means;
}

/// n rows of equiprobable classes: means in the first coordinates, unit noise in all d.
Data draw(std::size_t n, std::size_t d, const Means& means, Random& random) {
  Matrix x(n, d);
  std::vector<int> y(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t c = random.below(means.size());
    y[i] = static_cast<int>(c);
    for (std::size_t j = 0; j < d; ++j) {
      x(i, j) = random.normal() + (j < means[c].size() ? means[c][j] : 0.0);
    }
  }
  return {Samples::from(std::move(x)), labels(std::move(y), means.size())};
}

struct MonteCarlo {
  double nats = 0.0;
  double standard_error = 0.0;
};

/// I(X;Y) from the known densities: the mean of ln p(x|y) − ln p(x) over fresh rows.
MonteCarlo information(const Means& means, std::size_t rows, Random& random) {
  double sum = 0.0;
  double squares = 0.0;
  std::vector<double> x(means.front().size());
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t own = random.below(means.size());
    for (std::size_t j = 0; j < x.size(); ++j) x[j] = means[own][j] + random.normal();
    double own_density = 0.0;
    double all = 0.0;
    for (std::size_t c = 0; c < means.size(); ++c) {
      double distance = 0.0;
      for (std::size_t j = 0; j < x.size(); ++j) {
        distance += (x[j] - means[c][j]) * (x[j] - means[c][j]);
      }
      const double density = std::exp(-0.5 * distance);
      all += density;
      if (c == own) own_density = density;
    }
    const double term = std::log(own_density * static_cast<double>(means.size()) / all);
    sum += term;
    squares += term * term;
  }
  const auto n = static_cast<double>(rows);
  return {sum / n, std::sqrt((squares / n - sum * sum / (n * n)) / n)};
}

Estimate run(const Samples& x, const ClassLabels& y, const Groups& groups, unsigned threads = 0) {
  Execution exec;
  exec.threads = threads;
  return label_bound(x, y, groups, {}, exec);
}

Estimate run(const Data& data) {
  return run(data.x, data.y, Groups::singletons(data.x.size()));
}

TEST_CASE("label bound: 64 dimensions, 10 classes, N = 4000, against the known information") {
  for (std::uint64_t i = 0; i < 5; ++i) {
    Random random(derive_seed(11, "label-bound-test", i));
    const Means means = draw_means(10, 4, 1.0, random);
    const MonteCarlo truth = information(means, 200000, random);
    const Estimate e = run(draw(4000, 64, means, random));
    CAPTURE(i);
    CAPTURE(truth.nats);
    CAPTURE(e.nats);
    // A bound may lie above the truth by its sampling error only. The deficit of a linear rule
    // fitted to 3200 rows is below .10: published figures for plain discriminants are .06.
    CHECK(e.nats <= truth.nats + 2.0 * std::hypot(*e.standard_error, truth.standard_error));
    CHECK(e.nats >= truth.nats - 0.10);
  }
}

TEST_CASE("label bound: 256 dimensions with weak signals in 16 of them") {
  Random random(21);
  const Means means = draw_means(10, 16, 0.5, random);
  const MonteCarlo truth = information(means, 200000, random);
  const Estimate e = run(draw(2000, 256, means, random));
  CHECK(e.nats <= truth.nats + 3.0 * *e.standard_error);
  // What has to be learned, 9 · 16 means, costs 144 / (2 · 1600) = .045; the search for
  // the 16 among 256 columns may cost as much again, and the sampling error comes on top.
  CHECK(e.nats >= truth.nats - 0.09 - 2.0 * *e.standard_error);
}

TEST_CASE("label bound: classes that differ in spread alone are told apart") {
  // One coordinate of ten has standard deviation 1 or 4; no linear rule beats chance.
  Random random(25);
  Matrix x(2000, 10);
  std::vector<int> y(2000);
  double truth = 0.0;  // mean of ln p(x|y) − ln p(x) over these rows
  for (std::size_t i = 0; i < 2000; ++i) {
    y[i] = static_cast<int>(random.below(2));
    for (std::size_t j = 0; j < 10; ++j) x(i, j) = random.normal();
    x(i, 0) *= y[i] == 1 ? 4.0 : 1.0;
    const double narrow = std::exp(-0.5 * x(i, 0) * x(i, 0));
    const double wide = std::exp(-x(i, 0) * x(i, 0) / 32.0) / 4.0;
    truth += std::log(2.0 * (y[i] == 1 ? wide : narrow) / (narrow + wide)) / 2000.0;
  }
  const Estimate e =
      run(Samples::from(std::move(x)), labels(std::move(y), 2), Groups::singletons(2000));
  // Same rows on both sides, so the sampling error nearly cancels: 2 · 65 moments of which each
  // costs at most 1/(2 · 1600) leave a deficit below .05, and no more than .01 can be luck.
  CHECK(e.nats > truth - 0.05);
  CHECK(e.nats < truth + 0.01);
}

TEST_CASE("label bound: independent labels give nothing, and never more than their error") {
  for (std::uint64_t i = 0; i < 10; ++i) {
    Random random(derive_seed(31, "independent", i));
    const Data data = draw(i % 2 == 0 ? 200 : 800, 10, Means(4, {0.0}), random);
    const Estimate e = run(data);
    CAPTURE(i);
    CHECK(e.nats <= 3.0 * *e.standard_error + kRounding);
    // what a needless temperature costs: a parameter or two fitted to half of the rows
    CHECK(e.nats >= -4.0 / static_cast<double>(data.x.size()) - 3.0 * *e.standard_error);
  }
}

TEST_CASE("label bound: separable classes give nearly the entropy, never more") {
  Random random(41);
  Means means(3, std::vector<double>(3, 0.0));
  for (std::size_t c = 0; c < 3; ++c) means[c][c] = 30.0;
  const Data data = draw(600, 5, means, random);
  const Estimate e = run(data);
  const double entropy = data.y.entropy_nats();
  CHECK(e.nats < entropy);
  CHECK(e.nats > entropy - 0.01);
  CHECK(e.diagnostics.number("entropy_nats").value() == entropy);
  CHECK(e.diagnostics.number("accuracy").value() == 1.0);
}

TEST_CASE("label bound: row terms are in the order of the rows and average to the bound") {
  Random random(51);
  const Data data = draw(500, 4, draw_means(3, 2, 1.5, random), random);
  const Estimate e = run(data);
  REQUIRE(e.row_terms.size() == 500);
  CHECK(near(std::accumulate(e.row_terms.begin(), e.row_terms.end(), 0.0) / 500.0, e.nats,
             kRounding));
  // ln q ≤ 0, so no term exceeds −ln p(y) of its own row; in another order some would.
  const auto counts = data.y.counts();
  for (std::size_t i = 0; i < 500; ++i) {
    const auto c = static_cast<std::size_t>(data.y[i]);
    CHECK(e.row_terms[i] <= -std::log(static_cast<double>(counts[c]) / 500.0));
  }
  double squares = 0.0;
  for (const double t : e.row_terms) squares += (t - e.nats) * (t - e.nats);
  CHECK(near(*e.standard_error, std::sqrt(squares / (500.0 * 499.0)), kRounding));
  CHECK(e.interval95->lo < e.nats);
  CHECK(e.interval95->hi > e.nats);
}

/// Each group has a place of its own in x and a class drawn without regard to it.
struct Grouped {
  Data data;
  Groups groups;
};

Grouped memorable_groups(std::size_t count, std::size_t rows_each) {
  Random random(61);
  const std::size_t n = count * rows_each;
  Matrix x(n, 30);
  std::vector<int> y(n);
  std::vector<std::size_t> group(n);
  for (std::size_t g = 0; g < count; ++g) {
    std::vector<double> place(30);
    for (double& value : place) value = random.normal();
    const int c = static_cast<int>(random.below(2));
    for (std::size_t i = g * rows_each; i < (g + 1) * rows_each; ++i) {
      for (std::size_t j = 0; j < 30; ++j) x(i, j) = place[j] + 0.1 * random.normal();
      y[i] = c;
      group[i] = g;
    }
  }
  return {{Samples::from(std::move(x)), labels(std::move(y), 2)}, Groups::from(group)};
}

TEST_CASE("label bound: whole groups are held out, so what identifies a group tells nothing") {
  const Grouped g = memorable_groups(40, 10);
  const Estimate leaking = run(g.data);
  CHECK(leaking.nats > 0.3);  // rows of one group on both sides: the classes look known
  const Estimate honest = run(g.data.x, g.data.y, g.groups);
  CHECK(honest.nats <= 3.0 * *honest.standard_error);
  CHECK(*honest.standard_error > 0.0);
}

TEST_CASE("label bound: folds never split a group and balance the classes") {
  const Grouped g = memorable_groups(50, 4);
  const std::vector<int> codes(g.data.y.codes().begin(), g.data.y.codes().end());
  const auto fold = detail::stratified_folds(codes, 2, g.groups, 5, 1);
  for (std::size_t i = 0; i < fold.size(); ++i) {
    CHECK(fold[i] == fold[g.groups.members(g.groups.of(i)).front()]);
  }
  const auto total = g.data.y.counts();
  for (std::size_t f = 0; f < 5; ++f) {
    for (int c = 0; c < 2; ++c) {
      std::size_t count = 0;
      for (std::size_t i = 0; i < fold.size(); ++i) count += fold[i] == f && codes[i] == c ? 1 : 0;
      const double share = static_cast<double>(total[static_cast<std::size_t>(c)]) / 5.0;
      CHECK(std::abs(static_cast<double>(count) - share) <= 4.0);  // one group
    }
  }
}

/// `data` and `columns` columns of noise: white, or ten latent normals seen through random
/// loadings.
Data beside_noise_columns(const Data& data, std::size_t columns, bool structured, Random& random) {
  constexpr std::size_t kLatent = 10;
  Matrix loadings(kLatent, columns);
  for (std::size_t i = 0; i < kLatent * columns; ++i) loadings.data()[i] = random.normal();
  Matrix x(data.x.size(), data.x.dim() + columns);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < data.x.dim(); ++j) x(i, j) = data.x(i, j);
    double latent[kLatent];
    for (double& value : latent) value = random.normal();
    for (std::size_t j = 0; j < columns; ++j) {
      double value = random.normal();
      for (std::size_t r = 0; structured && r < kLatent; ++r) value += latent[r] * loadings(r, j);
      x(i, data.x.dim() + j) = value;
    }
  }
  return {Samples::from(std::move(x)), data.y};
}

TEST_CASE("long: label bound: columns of noise carry nothing and hide nothing") {
  Random random(23);
  const Data data = draw(2000, 32, draw_means(6, 32, 0.35, random), random);
  const Estimate plain = run(data);
  for (const std::size_t factor : {3U, 10U}) {
    for (const bool structured : {false, true}) {
      CAPTURE(factor);
      CAPTURE(structured);
      const Estimate wide = run(beside_noise_columns(data, factor * 32, structured, random));
      // The same rows and folds on both sides; a twentieth is what noise may cost.
      CHECK(wide.nats > plain.nats - 0.05 * plain.nats);
      CHECK(wide.nats < plain.nats + 0.05 * plain.nats);
    }
  }
}

TEST_CASE("label bound: wide noise that says nothing of the labels stays at nothing") {
  // Correlated columns pass or fail a screen together, and sometimes all pass by chance.
  for (std::uint64_t i = 0; i < 8; ++i) {
    Random random(derive_seed(35, "independent, correlated", i));
    const Data few = draw(300, 4, Means(3, {0.0}), random);
    const Estimate e = run(beside_noise_columns(few, 60, true, random));
    CAPTURE(i);
    CHECK(e.nats <= 3.0 * *e.standard_error + kRounding);
  }
}

TEST_CASE("label bound: names and order of the classes say nothing, to the bit") {
  Random random(17);
  Matrix features(240, 4);
  std::vector<int> codes;
  std::vector<int> reversed;
  for (std::size_t i = 0; i < 240; ++i) {
    codes.push_back(static_cast<int>(random.below(3)));
    reversed.push_back(2 - codes.back());
    for (std::size_t j = 0; j < 4; ++j) {
      features(i, j) = (static_cast<int>(j) == codes.back() ? 1.0 : 0.0) + random.normal();
    }
  }
  const Samples x = Samples::from(std::move(features));
  const Groups groups = Groups::singletons(240);
  const Estimate one =
      label_bound(x, ClassLabels::from(std::move(codes), {"a", "b", "c"}), groups, {}, {});
  const Estimate other =
      label_bound(x, ClassLabels::from(std::move(reversed), {"c", "b", "a"}), groups, {}, {});
  CHECK(one.row_terms == other.row_terms);
}

TEST_CASE("label bound: any number of threads gives the same bits") {
  Random random(71);
  const Data data = draw(400, 12, draw_means(4, 3, 1.0, random), random);
  const Groups rows = Groups::singletons(400);
  const Estimate one = run(data.x, data.y, rows, 1);
  for (const unsigned threads : {2U, 7U}) {
    const Estimate many = run(data.x, data.y, rows, threads);
    CHECK(many.nats == one.nats);
    CHECK(many.row_terms == one.row_terms);
  }
}

TEST_CASE("label bound: components of many columns, the same bits for any number of threads") {
  Random random(73);
  const Data data = draw(600, 300, draw_means(3, 40, 0.5, random), random);
  const Groups rows = Groups::singletons(600);
  auto bound = [&](unsigned threads) {
    Execution exec;
    exec.threads = threads;
    return label_bound(data.x, data.y, rows, {.max_dim = 24}, exec);
  };
  const Estimate one = bound(1);
  CHECK(one.nats > 0.5 * data.y.entropy_nats());  // classes lie 4.5 standard deviations apart
  for (const unsigned threads : {2U, 7U}) CHECK(bound(threads).row_terms == one.row_terms);
}

TEST_CASE("label bound: components fitted on all rows tell nothing of labels held out") {
  // More columns than rows, where directions could be found that suit any labels.
  for (std::uint64_t i = 0; i < 5; ++i) {
    Random random(derive_seed(33, "independent, wide", i));
    const Data data = draw(150, 400, Means(3, {0.0}), random);
    const Estimate e = run(data);
    CAPTURE(i);
    CHECK(e.nats <= 3.0 * *e.standard_error + kRounding);
  }
}

TEST_CASE("label bound: more columns than rows, and sixty rows") {
  Random random(81);
  const Means strong = draw_means(3, 200, 0.5, random);
  const Data wide = draw(150, 400, strong, random);
  const Estimate e = run(wide);
  // the classes lie about 10 standard deviations apart, in many columns at once
  CHECK(e.nats > 0.7 * wide.y.entropy_nats());
  const Data few = draw(60, 5, draw_means(2, 2, 3.0, random), random);
  const Estimate small = run(few);
  CHECK(std::isfinite(small.nats));
  CHECK(small.nats < few.y.entropy_nats());
}

TEST_CASE("label bound: constant columns and classes without rows do no harm") {
  Random random(91);
  const Data data = draw(300, 6, draw_means(3, 2, 1.5, random), random);
  Matrix padded(300, 8, 2.5);
  std::vector<int> codes(300);
  for (std::size_t i = 0; i < 300; ++i) {
    for (std::size_t j = 0; j < 6; ++j) padded(i, j) = data.x(i, j);
    codes[i] = 2 * data.y[i] + 1;
  }
  const Estimate plain = run(data);
  const Estimate same =
      run(Samples::from(std::move(padded)), labels(codes, 8), Groups::singletons(300));
  // constant columns change which columns count as "without information", so only nearly equal
  CHECK(std::abs(same.nats - plain.nats) < 0.5 * *plain.standard_error);
}

TEST_CASE("label bound: a row unlike all others costs little") {
  Random random(101);
  const Data data = draw(500, 4, draw_means(2, 2, 1.5, random), random);
  Matrix x(500, 5);
  for (std::size_t i = 0; i < 500; ++i) {
    for (std::size_t j = 0; j < 4; ++j) x(i, j) = data.x(i, j);
    x(i, 4) = i == 17 ? 1e6 : 1e-3 * random.normal();  // 1e9 standard deviations off when held out
  }
  const Estimate e = run(Samples::from(std::move(x)), data.y, Groups::singletons(500));
  const Estimate plain = run(data);
  const double cost_limit = std::log(1e5);  // the least doubt; 1/p(y) is small beside it
  CHECK(e.row_terms[17] >= -cost_limit);
  CHECK(std::abs(e.nats - plain.nats) < *plain.standard_error + cost_limit / 500.0);
}

TEST_CASE("label bound: small classes are named, lone ones refused") {
  Random random(111);
  const Data data = draw(200, 3, Means(2, {0.0}), random);
  std::vector<int> codes(data.y.codes().begin(), data.y.codes().end());
  codes[3] = 2;
  const Groups rows = Groups::singletons(200);
  try {
    run(data.x, labels(codes, 3), rows);
    FAIL("a class with one row was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    CHECK(error.faults().front().code == "lone-class");
    CHECK(error.faults().front().where.find("'2' (1 row") != std::string::npos);
  }
  codes[90] = 2;
  const Estimate e = run(data.x, labels(codes, 3), rows);
  CHECK(std::isfinite(e.nats));
  REQUIRE(!e.warnings.empty());
  CHECK(e.warnings.front().code == "small-class");
  CHECK(e.warnings.front().message.find("'2'") != std::string::npos);
}

TEST_CASE("label bound: what has no answer is refused with its reason") {
  Random random(121);
  const Data data = draw(40, 2, Means(2, {0.0}), random);
  const Groups rows = Groups::singletons(40);
  std::vector<std::size_t> two(40);
  for (std::size_t i = 0; i < 40; ++i) two[i] = i % 2;
  CHECK(fault_code([&] { run(data.x, labels(std::vector<int>(40, 0), 2), rows); }) == "one-class");
  CHECK(fault_code([&] { run(data.x, labels({0, 1}, 2), rows); }) == "unequal-rows");
  CHECK(fault_code([&] { run(data.x, data.y, Groups::from(two)); }) == "too-few-groups");
  CHECK(fault_code([&] { label_bound(data.x, data.y, rows, {.folds = 2}, Execution{}); }) ==
        "too-few-folds");
}

TEST_CASE("label bound: few groups are called exploratory, a stop is obeyed") {
  const Grouped g = memorable_groups(10, 10);
  const Estimate e = run(g.data.x, g.data.y, g.groups);
  CHECK(std::any_of(e.warnings.begin(), e.warnings.end(),
                    [](const Warning& w) { return w.code == "few-groups"; }));
  std::stop_source source;
  source.request_stop();
  Execution stopped;
  stopped.stop = source.get_token();
  CHECK(fault_code([&] { label_bound(g.data.x, g.data.y, g.groups, {}, stopped); }) == "cancelled");
}

}  // namespace
