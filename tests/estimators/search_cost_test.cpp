// The path that is chosen is the quicker one, by measured times.

#include "estimators/kNN/search_cost.hpp"

#include <cmath>
#include <string_view>

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

// `cch-bench --benchmark_filter=path`, without codes, AVX-512.
constexpr Measured kPlain[] = {
    {1000, 2, .0007, .0015},   {1000, 6, .0046, .0019},   {1000, 10, .0125, .0023},
    {1000, 24, .0417, .0039},  {3000, 4, .0110, .0137},   {3000, 8, .0384, .0146},
    {3000, 16, .1753, .0212},  {10000, 2, .0123, .1010},  {10000, 6, .1007, .1244},
    {10000, 10, .4528, .1505}, {10000, 16, 1.267, .1950}, {30000, 3, .1041, 1.115},
    {30000, 6, .4959, 1.139},  {30000, 12, 4.058, 1.487}, {30000, 24, 36.39, 2.207},
    {100000, 2, .1835, 10.15}, {100000, 4, .6788, 11.15}, {100000, 6, 1.853, 12.46},
    {100000, 8, 5.359, 13.5},
};

struct MeasuredCodes {
  std::string_view instruction_set;
  Measured times;
};

constexpr MeasuredCodes kCoded[] = {
    {"avx512", {1000, 2, .0005, .0017}},     {"avx512", {1000, 6, .0012, .0019}},
    {"avx512", {1000, 12, .0016, .0020}},    {"avx512", {1000, 16, .0027, .0017}},
    {"avx512", {1000, 32, .0039, .0024}},    {"avx512", {1000, 64, .0078, .0029}},
    {"avx512", {3000, 8, .0051, .0122}},     {"avx512", {3000, 16, .0111, .0115}},
    {"avx512", {3000, 32, .0242, .0137}},    {"avx512", {10000, 2, .0073, .0760}},
    {"avx512", {10000, 10, .0372, .0985}},   {"avx512", {10000, 16, .0742, .0968}},
    {"avx512", {10000, 24, .1307, .1182}},   {"avx512", {10000, 32, .1952, .1250}},
    {"avx512", {10000, 64, .4571, .1895}},   {"avx512", {100000, 16, 4.08, 7.33}},
    {"avx512", {100000, 20, 7.29, 8.44}},    {"avx512", {100000, 24, 13.6, 8.08}},
    {"avx2", {1000, 8, .0012, .0015}},       {"avx2", {1000, 16, .0023, .0018}},
    {"avx2", {1000, 24, .0034, .0023}},      {"avx2", {10000, 8, .0261, .0911}},
    {"avx2", {10000, 16, .0782, .1132}},     {"avx2", {10000, 24, .1366, .1172}},
    {"avx2", {10000, 32, .2081, .1321}},     {"baseline", {1000, 6, .0017, .0028}},
    {"baseline", {1000, 10, .0031, .0028}},  {"baseline", {1000, 24, .0069, .0045}},
    {"baseline", {10000, 6, .0275, .1397}},  {"baseline", {10000, 16, .1439, .1893}},
    {"baseline", {10000, 24, .3029, .2671}}, {"baseline", {10000, 64, .9904, .5226}},
};

// Where the two lines cross within the scatter of the fit either will do.
bool quick_enough(bool tree, const Measured& m) {
  return (tree ? m.tree : m.brute) <= 4.0 / 3.0 * std::min(m.tree, m.brute);
}

TEST_CASE("the path chosen by cost takes at most a third longer than the quicker one") {
  for (const Measured& m : kPlain) {
    CAPTURE(m.rows);
    CAPTURE(m.columns);
    CHECK(quick_enough(detail::cheaper_path(m.rows, m.columns) == SearchPath::tree, m));
  }
  for (const auto& [instruction_set, m] : kCoded) {
    CAPTURE(instruction_set);
    CAPTURE(m.rows);
    CAPTURE(m.columns);
    const SearchPath path = detail::cheaper_coded_path(m.rows, m.columns, instruction_set);
    CHECK(quick_enough(path == SearchPath::coded_tree, m));
  }
}

TEST_CASE("expected costs of codes are within a factor of two of measured ones") {
  constexpr double kFactor = 2.0;  // the scatter of times on a shared machine and of the fit
  for (const auto& [instruction_set, m] : kCoded) {
    CAPTURE(instruction_set);
    CAPTURE(m.rows);
    CAPTURE(m.columns);
    const double tree = 1e-9 * detail::coded_tree_cost(m.rows, m.columns, instruction_set);
    const double brute = 1e-9 * detail::coded_brute_cost(m.rows, m.columns, instruction_set);
    CHECK(std::abs(std::log(tree / m.tree)) < std::log(kFactor));
    CHECK(std::abs(std::log(brute / m.brute)) < std::log(kFactor));
  }
}

TEST_CASE("costs rise with rows and columns, and more columns end at brute force") {
  for (const std::string_view set : {"avx512", "avx2", "baseline"}) {
    for (std::size_t rows = 1000; rows < 10'000'000; rows *= 10) {
      for (std::size_t columns = 2; columns < 40; ++columns) {
        CHECK(detail::coded_tree_cost(10 * rows, columns, set) >
              detail::coded_tree_cost(rows, columns, set));
        CHECK(detail::coded_brute_cost(10 * rows, columns, set) >
              detail::coded_brute_cost(rows, columns, set));
        CHECK(detail::coded_tree_cost(rows, columns + 1, set) >
              detail::coded_tree_cost(rows, columns, set));
        CHECK(detail::coded_brute_cost(rows, columns + 1, set) >
              detail::coded_brute_cost(rows, columns, set));
      }
      CHECK(detail::cheaper_coded_path(rows, 2, set) == SearchPath::coded_tree);
      CHECK(detail::cheaper_coded_path(rows, 512, set) == SearchPath::coded_brute);
    }
  }
}

}  // namespace
}  // namespace cch
