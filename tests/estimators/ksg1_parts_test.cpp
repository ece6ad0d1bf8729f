// Estimates of all parts from one search, against ksg1 of each part's own rows.

#include "estimators/kNN/ksg1_parts.hpp"

#include <algorithm>

#include "cch/core/random.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

// Groups dealt to parts at random.
detail::Partition deal(const Groups& groups, std::size_t parts, std::uint64_t seed) {
  Random random(seed);
  detail::Partition partition(parts);
  for (std::size_t g = 0; g < groups.count(); ++g) {
    auto& part = partition[random.below(parts)];
    for (const std::size_t row : groups.members(g)) part.push_back(row);
  }
  for (auto& part : partition) std::ranges::sort(part);
  return partition;
}

void check_equal(const Samples& x, const Samples& y, const Groups& groups,
                 const std::vector<detail::Partition>& partitions, const Ksg1Options& options) {
  std::vector<double> expected;
  for (const detail::Partition& partition : partitions) {
    for (const auto& part : partition) {
      expected.push_back(
          ksg1(x.select(part), y.select(part), groups.select(part), options, {}).nats);
    }
  }
  for (const unsigned threads : {1U, 3U}) {
    Execution exec;
    exec.threads = threads;
    const auto together = detail::ksg1_on_parts(x, y, groups, partitions, options, exec);
    REQUIRE(together.has_value());
    CHECK(*together == expected);
  }
}

TEST_CASE("parts from one search are to the bit what each part gives alone") {
  for (const auto& [dim_x, dim_y] : {std::pair{1, 1}, {1, 2}, {3, 3}}) {
    for (const bool grouped : {false, true}) {
      CAPTURE(dim_x);
      CAPTURE(dim_y);
      CAPTURE(grouped);
      const test::XY xy = test::gaussian_rows(700, dim_x, dim_y, 0.6, 11);
      const Groups groups = grouped ? test::unequal_groups(700, 5, 12) : Groups::singletons(700);
      const std::vector<detail::Partition> partitions = {deal(groups, 2, 1), deal(groups, 3, 2),
                                                         deal(groups, 4, 3), deal(groups, 12, 4)};
      for (const std::size_t k : {1, 4, 9}) {
        check_equal(xy.x, xy.y, groups, partitions, {.k = k});
      }
    }
  }
}

TEST_CASE("a part whose neighbours are far behind all others is searched to the end") {
  const test::XY xy = test::gaussian_rows(400, 1, 1, 0.6, 21);
  detail::Partition partition(2);  // every 40th row against all others
  for (std::size_t i = 0; i < 400; ++i) partition[i % 40 == 0 ? 0 : 1].push_back(i);
  check_equal(xy.x, xy.y, Groups::singletons(400), {partition}, {.k = 4});
}

TEST_CASE("parts are asked for one by one where ksg1 would not take their values as they are") {
  const test::XY xy = test::gaussian_rows(300, 1, 1, 0.6, 31);
  const Groups groups = Groups::singletons(300);
  const std::vector<detail::Partition> partitions = {deal(groups, 2, 1)};
  const auto together = [&](const Samples& x, const Ksg1Options& options) {
    return detail::ksg1_on_parts(x, xy.y, groups, partitions, options, {}).has_value();
  };
  CHECK(together(xy.x, {}));
  CHECK_FALSE(together(xy.x, {.k = 200}));      // a part has too few rows
  CHECK_FALSE(together(xy.x, {.queries = 9}));  // not every row is a query
  Matrix rounded(300, 1);
  for (std::size_t i = 0; i < 300; ++i) rounded(i, 0) = std::round(xy.x(i, 0) * 20.0);
  const Samples ties = Samples::from(std::move(rounded));
  CHECK_FALSE(together(ties, {.tie_draws = 4}));
}

}  // namespace
}  // namespace cch
