// The path that is chosen is the quicker one, by measured times.

#include "estimators/kNN/search_cost.hpp"

#include "support/test.hpp"

namespace cch {
namespace {

using detail::SearchPath;

struct Measured {
  std::size_t rows;
  std::size_t columns;
  double tree;   // processor seconds of one KSG1, k = 4
  double brute;  // on the same rows
};

// `cch-bench --benchmark_filter=path`, AVX-512.
constexpr Measured kMeasured[] = {
    {1000, 2, .0007, .0015},   {1000, 6, .0046, .0019},   {1000, 10, .0125, .0023},
    {1000, 24, .0417, .0039},  {3000, 4, .0110, .0137},   {3000, 8, .0384, .0146},
    {3000, 16, .1753, .0212},  {10000, 2, .0123, .1010},  {10000, 6, .1007, .1244},
    {10000, 10, .4528, .1505}, {10000, 16, 1.267, .1950}, {30000, 3, .1041, 1.115},
    {30000, 6, .4959, 1.139},  {30000, 12, 4.058, 1.487}, {30000, 24, 36.39, 2.207},
    {100000, 2, .1835, 10.15}, {100000, 4, .6788, 11.15}, {100000, 6, 1.853, 12.46},
    {100000, 8, 5.359, 13.5},
};

TEST_CASE("the path chosen by cost takes at most a third longer than the quicker one") {
  for (const Measured& m : kMeasured) {
    CAPTURE(m.rows);
    CAPTURE(m.columns);
    const bool tree = detail::cheaper_path(m.rows, m.columns) == SearchPath::tree;
    const double taken = tree ? m.tree : m.brute;
    // Where the two lines cross within the scatter of the fit either will do.
    CHECK(taken <= 4.0 / 3.0 * std::min(m.tree, m.brute));
  }
}

TEST_CASE("both costs rise with rows and columns") {
  for (std::size_t columns = 1; columns < 40; ++columns) {
    for (std::size_t rows = 10; rows < 10'000'000; rows *= 10) {
      CHECK(detail::tree_cost(10 * rows, columns) > detail::tree_cost(rows, columns));
      CHECK(detail::brute_cost(10 * rows, columns) > detail::brute_cost(rows, columns));
      if (rows >= 10000)
        CHECK(detail::tree_cost(rows, columns + 1) >= detail::tree_cost(rows, columns));
      CHECK(detail::brute_cost(rows, columns + 1) > detail::brute_cost(rows, columns));
    }
  }
}

}  // namespace
}  // namespace cch
