// The library's neighbour estimators against the slow oracles over many shapes of data.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/random.hpp"
#include "cch/estimators/ksg1.hpp"
#include "cch/estimators/ksg2.hpp"
#include "cch/estimators/ksg_conditional.hpp"
#include "cch/estimators/mixed_ksg.hpp"
#include "cch/estimators/ross.hpp"
#include "estimators/kNN/forced.hpp"
#include "support/draws.hpp"
#include "support/oracles.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;

enum class Kind { gaussian, cauchy, coarse, duplicates, constant, integers };
enum class Grouping { none, equal, unequal, large };

struct Case {
  Samples x;
  Samples y;
  Samples z;  // one column
  ClassLabels labels;
  ClassLabels more_labels;
  Groups groups;
  std::size_t k;
  std::string name;
};

double draw(Kind kind, Random& random) {
  switch (kind) {
    case Kind::cauchy:
      return random.normal() / random.normal();
    case Kind::coarse:
      return std::round(2.0 * random.normal()) / 2.0;
    case Kind::integers:
      return static_cast<double>(random.below(4));
    default:
      return random.normal();
  }
}

// Columns of one kind; the first column carries some of `shared`, so that both sides depend.
Samples draw_samples(Kind kind, std::size_t n, std::size_t dim, const std::vector<double>& shared,
                     Random& random) {
  Matrix values(n, dim);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t d = 0; d < dim; ++d) values(i, d) = draw(kind, random);
    values(i, 0) += shared[i];
    if (kind == Kind::constant) values(i, dim - 1) = 3.0;
    if (kind == Kind::duplicates && i % 3 != 0) {
      std::ranges::copy(values.row(i - 1), values.row(i).begin());
    }
  }
  return Samples::from(std::move(values));
}

Groups draw_groups(Grouping grouping, std::size_t n, std::uint64_t seed) {
  switch (grouping) {
    case Grouping::none:
      return Groups::singletons(n);
    case Grouping::equal: {
      std::vector<std::size_t> codes(n);
      for (std::size_t i = 0; i < n; ++i) codes[i] = i / 2;
      return Groups::from(codes);
    }
    case Grouping::unequal:
      return test::unequal_groups(n, 5, seed);
    case Grouping::large:
      return test::unequal_groups(n, std::max<std::size_t>(2, n / 3), seed);
  }
  return Groups::singletons(n);
}

// Class 0 is common, the others rarer and rarer; the last often has one row or none.
ClassLabels draw_labels(std::size_t n, std::size_t classes, const std::vector<double>& shared,
                        Random& random) {
  std::vector<int> codes(n);
  for (int& code : codes) {
    const double signal = shared[static_cast<std::size_t>(&code - codes.data())];
    const double u = random.uniform() * (signal > 0.0 ? 0.5 : 1.0);
    code = std::min(static_cast<int>(classes) - 1, static_cast<int>(-std::log2(1.0 - u)));
  }
  codes.back() = static_cast<int>(classes) - 1;
  return test::labels_of(std::move(codes), classes);
}

Case make_case(Kind kind, Grouping grouping, std::size_t dim_x, std::size_t dim_y,
               std::uint64_t seed) {
  static constexpr std::size_t kRows[] = {6, 9, 27, 60, 131, 131, 260, 700};
  static constexpr std::size_t kNeighbours[] = {1, 3, 4, 10};
  Random random(derive_seed(seed, "oracle-case"));
  const std::size_t n = kRows[random.below(std::size(kRows))];
  const std::size_t k = kNeighbours[random.below(std::size(kNeighbours))];
  std::vector<double> shared(n);
  for (double& v : shared) v = draw(kind, random);
  const std::string name = "kind " + std::to_string(static_cast<int>(kind)) + ", grouping " +
                           std::to_string(static_cast<int>(grouping)) + ", " +
                           std::to_string(dim_x) + "+" + std::to_string(dim_y) + ", N " +
                           std::to_string(n) + ", k " + std::to_string(k);
  Samples x = draw_samples(kind, n, dim_x, shared, random);
  Samples y = draw_samples(kind, n, dim_y, shared, random);
  Samples z = draw_samples(kind, n, 1, shared, random);
  ClassLabels labels = draw_labels(n, 2 + random.below(5), shared, random);
  ClassLabels more_labels = draw_labels(n, 3, shared, random);
  return {std::move(x),
          std::move(y),
          std::move(z),
          std::move(labels),
          std::move(more_labels),
          draw_groups(grouping, n, seed),
          k,
          name};
}

// Calls check(case) for every shape of data, kind and grouping; rows and neighbours are drawn.
template <class Check>
void for_each_case(std::uint64_t seed, Check&& check) {
  static constexpr std::pair<std::size_t, std::size_t> kDims[] = {{1, 1}, {1, 2}, {2, 2},  {3, 3},
                                                                  {5, 5}, {8, 1}, {17, 20}};
  for (const auto& [dim_x, dim_y] : kDims) {
    for (const Kind kind : {Kind::gaussian, Kind::cauchy, Kind::coarse, Kind::duplicates,
                            Kind::constant, Kind::integers}) {
      for (const Grouping grouping :
           {Grouping::none, Grouping::equal, Grouping::unequal, Grouping::large}) {
        const Case c = make_case(kind, grouping, dim_x, dim_y, ++seed);
        CAPTURE(c.name);
        check(c);
      }
    }
  }
}

std::size_t largest_group(const Groups& groups) {
  std::size_t largest = 0;
  for (std::size_t i = 0; i < groups.rows(); ++i) largest = std::max(largest, groups.size_of(i));
  return largest;
}

// Some row has fewer than k rows outside its group.
bool k_is_too_large(const Case& c) {
  return c.k + largest_group(c.groups) > c.x.size();
}

// Either the library gives the oracle's number, or it must refuse the call because k is too large.
template <class Library, class Oracle>
void compare(const Case& c, Library&& library, Oracle&& oracle) {
  if (k_is_too_large(c)) {
    CHECK_THROWS_AS(library(), Error);
    return;
  }
  const Estimate estimate = library();
  const double expected = oracle();
  CAPTURE(estimate.nats);
  CAPTURE(expected);
  CHECK(test::near(estimate.nats, expected, kRounding));
  CHECK(estimate.n == c.x.size());
}

TEST_CASE("ksg1 gives the oracle's number") {
  for_each_case(1000, [](const Case& c) {
    compare(
        c, [&] { return ksg1(c.x, c.y, c.groups, {.k = c.k}, {}); },
        [&] { return test::naive_ksg1(c.x, c.y, c.groups, c.k); });
  });
}

TEST_CASE("ksg2 gives the oracle's number, ties in order of row number") {
  for_each_case(2000, [](const Case& c) {
    compare(
        c, [&] { return ksg2(c.x, c.y, c.groups, {.k = c.k}, {}); },
        [&] { return test::naive_ksg2(c.x, c.y, c.groups, c.k); });
  });
}

TEST_CASE("ksg_conditional gives the oracle's number") {
  for_each_case(3000, [](const Case& c) {
    compare(
        c, [&] { return ksg_conditional(c.x, c.y, c.z, c.groups, {.k = c.k}, {}); },
        [&] { return test::naive_ksg_conditional(c.x, c.y, c.z, c.groups, c.k); });
  });
}

TEST_CASE("mixed_ksg gives the oracle's number for real vectors") {
  for_each_case(4000, [](const Case& c) {
    compare(
        c, [&] { return mixed_ksg(c.x, c.y, c.groups, {.k = c.k}, {}); },
        [&] { return test::naive_mixed_ksg(c.x, c.y, c.groups, c.k); });
  });
}

TEST_CASE("mixed_ksg gives the oracle's number with labels on one side or both") {
  for_each_case(5000, [](const Case& c) {
    const std::pair<Variable, Variable> sides[] = {
        {c.x, c.labels}, {c.labels, c.x}, {c.labels, c.more_labels}};
    for (const auto& [x, y] : sides) {
      compare(
          c, [&, &x = x, &y = y] { return mixed_ksg(x, y, c.groups, {.k = c.k}, {}); },
          [&, &x = x, &y = y] { return test::naive_mixed_ksg(x, y, c.groups, c.k); });
    }
  });
}

TEST_CASE("ross gives the oracle's number and says how many rows it dropped") {
  for_each_case(6000, [](const Case& c) {
    const std::size_t lonely = test::rows_without_class_neighbour(c.labels, c.groups);
    if (lonely == c.x.size()) {
      CHECK_THROWS_AS(ross(c.x, c.labels, c.groups, {.k = c.k}, {}), Error);
      return;
    }
    const Estimate estimate = ross(c.x, c.labels, c.groups, {.k = c.k}, {});
    const test::NaiveRoss expected = test::naive_ross(c.x, c.labels, c.groups, c.k);
    CAPTURE(estimate.nats);
    CAPTURE(expected.nats);
    CHECK(test::near(estimate.nats, expected.nats, kRounding));
    CHECK(estimate.n == expected.rows);
    const bool warned = std::ranges::any_of(estimate.warnings, [&](const Warning& warning) {
      return warning.message.find(std::to_string(lonely)) != std::string::npos;
    });
    if (lonely > 0) CHECK(warned);
  });
}

TEST_CASE("ross refuses labels that are all singletons") {
  const test::XY xy = test::gaussian_rows(5, 1, 1, 0.5, 3);
  const ClassLabels labels = test::labels_of({0, 1, 2, 3, 4}, 5);
  CHECK_THROWS_AS(ross(xy.x, labels, Groups::singletons(5), {}, {}), Error);
}

TEST_CASE("k must be 1 or more and no more than the rows outside the largest group") {
  const test::XY xy = test::gaussian_rows(40, 1, 2, 0.5, 5);
  const Samples z = test::gaussian_rows(40, 1, 1, 0.5, 6).x;
  for (const Groups& groups : {Groups::singletons(40), test::equal_groups(8, 5)}) {
    const std::size_t limit = 40 - largest_group(groups);
    CHECK_NOTHROW(ksg1(xy.x, xy.y, groups, {.k = limit}, {}));
    CHECK_NOTHROW(ksg2(xy.x, xy.y, groups, {.k = limit}, {}));
    CHECK_NOTHROW(mixed_ksg(xy.x, xy.y, groups, {.k = limit}, {}));
    CHECK_NOTHROW(ksg_conditional(xy.x, xy.y, z, groups, {.k = limit}, {}));
    for (const std::size_t k : {std::size_t{0}, limit + 1, std::size_t{1000}}) {
      CAPTURE(k);
      CHECK_THROWS_AS(ksg1(xy.x, xy.y, groups, {.k = k}, {}), Error);
      CHECK_THROWS_AS(ksg2(xy.x, xy.y, groups, {.k = k}, {}), Error);
      CHECK_THROWS_AS(mixed_ksg(xy.x, xy.y, groups, {.k = k}, {}), Error);
      CHECK_THROWS_AS(ksg_conditional(xy.x, xy.y, z, groups, {.k = k}, {}), Error);
    }
  }
}

TEST_CASE("one sweep gives exactly what separate calls give, in the order asked") {
  const std::vector<std::size_t> ks = {10, 1, 4, 4, 3};
  for_each_case(7000, [&](const Case& c) {
    if (c.x.size() <= 10 + largest_group(c.groups)) return;
    const std::vector<Estimate> swept = ksg1_sweep(c.x, c.y, c.groups, ks, {}, {});
    REQUIRE(swept.size() == ks.size());
    for (std::size_t i = 0; i < ks.size(); ++i) {
      CHECK(swept[i].nats == ksg1(c.x, c.y, c.groups, {.k = ks[i]}, {}).nats);
    }
  });
}

TEST_CASE("mixed_ksg does not depend on how classes are numbered, however rare they are") {
  for_each_case(5500, [](const Case& c) {
    if (k_is_too_large(c)) return;
    const auto classes = static_cast<int>(c.labels.classes());
    std::vector<int> codes(c.labels.codes().begin(), c.labels.codes().end());
    for (int& code : codes) code = (code + 1) % classes;
    const ClassLabels renamed = test::labels_of(codes, c.labels.classes());
    CHECK(mixed_ksg(c.x, c.labels, c.groups, {.k = c.k}, {}).nats ==
          mixed_ksg(c.x, renamed, c.groups, {.k = c.k}, {}).nats);
  });
}

TEST_CASE("tree and brute force with and without codes give bitwise the same numbers") {
  using detail::SearchPath;
  const auto all = [](const Case& c, SearchPath path) {
    const std::vector<std::size_t> ks = {c.k, 1};
    const std::vector<Estimate> swept = detail::ksg1_sweep(c.x, c.y, c.groups, ks, {}, path, {});
    std::vector<double> nats = {
        swept[0].nats,
        swept[1].nats,
        detail::ksg2(c.x, c.y, c.groups, {.k = c.k}, path, {}).nats,
        detail::ksg_conditional(c.x, c.y, c.z, c.groups, {.k = c.k}, path, {}).nats,
        detail::mixed_ksg(c.x, c.y, c.groups, {.k = c.k}, path, {}).nats,
        detail::mixed_ksg(c.labels, c.y, c.groups, {.k = c.k}, path, {}).nats,
    };
    if (test::rows_without_class_neighbour(c.labels, c.groups) < c.x.size()) {
      nats.push_back(detail::ross(c.x, c.labels, c.groups, {.k = c.k}, path, {}).nats);
    }
    return nats;
  };
  for_each_case(9000, [&](const Case& c) {
    if (k_is_too_large(c)) return;
    const std::vector<double> brute = all(c, SearchPath::brute);
    CHECK(brute == all(c, SearchPath::tree));
    CHECK(brute == all(c, SearchPath::coded_tree));
    CHECK(brute == all(c, SearchPath::coded_brute));
    CHECK(brute == all(c, SearchPath::automatic));
  });
}

TEST_CASE("results are bitwise equal for 1, 2 and 7 threads") {
  const auto all = [](const Case& c, unsigned threads) {
    Execution exec;
    exec.threads = threads;
    std::vector<double> nats = {
        ksg1(c.x, c.y, c.groups, {.k = c.k}, exec).nats,
        ksg2(c.x, c.y, c.groups, {.k = c.k}, exec).nats,
        ksg_conditional(c.x, c.y, c.z, c.groups, {.k = c.k}, exec).nats,
        mixed_ksg(c.x, c.y, c.groups, {.k = c.k}, exec).nats,
        mixed_ksg(c.x, c.labels, c.groups, {.k = c.k}, exec).nats,
        ksg1(c.x, c.y, c.groups, {.k = c.k, .queries = c.x.size() / 2}, exec).nats,
    };
    if (test::rows_without_class_neighbour(c.labels, c.groups) < c.x.size()) {
      nats.push_back(ross(c.x, c.labels, c.groups, {.k = c.k}, exec).nats);
    }
    return nats;
  };
  for_each_case(8000, [&](const Case& c) {
    if (k_is_too_large(c)) return;
    const std::vector<double> one = all(c, 1);
    CHECK(one == all(c, 2));
    CHECK(one == all(c, 7));
  });
}

TEST_CASE("a random subset of query points is unbiased and states its standard error") {
  const test::XY xy = test::gaussian_rows(4000, 1, 1, 0.6, 9);
  const Groups groups = Groups::singletons(4000);
  const double full = ksg1(xy.x, xy.y, groups, {.exact = true}, {}).nats;
  std::vector<double> nats;
  double stated = 0.0;
  constexpr std::size_t kRepeats = 60;
  for (std::uint64_t seed = 1; seed <= kRepeats; ++seed) {
    const Estimate part = ksg1(xy.x, xy.y, groups, {.queries = 200}, Execution{}.with_seed(seed));
    nats.push_back(part.nats);
    stated += part.diagnostics.number("query_standard_error").value_or(0.0) / kRepeats;
  }
  const test::Repeats repeats = test::summary(nats);
  CHECK(test::within_sampling_error(repeats.mean, full, repeats.standard_error));
  // The relative standard error of a standard deviation from R repeats is 1/√(2(R−1)); drawing 200
  // of 4000 without replacement lowers it by at most 3 %.
  const double relative = 1.0 / std::sqrt(2.0 * (kRepeats - 1.0));
  CHECK(test::within_sampling_error(repeats.sd / stated, 1.0, relative, 0.03));
}

TEST_CASE("as many queries as rows is the full estimate") {
  const test::XY xy = test::gaussian_rows(300, 2, 2, 0.6, 10);
  const Groups groups = Groups::singletons(300);
  const double full = ksg1(xy.x, xy.y, groups, {}, {}).nats;
  CHECK(ksg1(xy.x, xy.y, groups, {.queries = 300}, {}).nats == full);
  CHECK(ksg1(xy.x, xy.y, groups, {.queries = 5000}, {}).nats == full);
}

}  // namespace
}  // namespace cch
