// The searches over codes, one instruction set after the other, against plain loops.

#include <algorithm>
#include <vector>

#include "cch/core/random.hpp"
#include "estimators/kNN/coded_search.hpp"
#include "estimators/kNN/search.hpp"
#include "support/test.hpp"

namespace cch::detail {

extern const CodedKernels coded_plain;
extern const CodedKernels coded_base;
#if defined(__x86_64__)
extern const CodedKernels coded_avx2;
extern const CodedKernels coded_avx512;
#endif

namespace {

// The sets that this processor runs.
std::vector<const CodedKernels*> kernel_sets() {
  std::vector<const CodedKernels*> sets = {&coded_plain, &coded_base};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) sets.push_back(&coded_avx2);
  if (coded_kernels().name == "avx512") sets.push_back(&coded_avx512);
#endif
  return sets;
}

enum class Values { normal, ties, far_apart, constant };

Matrix draw(std::size_t n, std::size_t dims, Values values, std::uint64_t seed) {
  Random random(seed);
  Matrix m(n, dims);
  for (std::size_t i = 0; i < n; ++i) {
    for (double& v : m.row(i)) {
      v = 1e6 + random.normal();
      if (values == Values::ties) v = static_cast<double>(random.below(5));
      if (values == Values::far_apart && random.below(20) == 0) v *= 1e9;
      if (values == Values::constant) v = -3.0;
    }
  }
  return m;
}

double distance(const Matrix& m, std::size_t a, std::size_t b) {
  double largest = 0.0;
  for (std::size_t d = 0; d < m.cols(); ++d) {
    largest = std::max(largest, std::abs(m(a, d) - m(b, d)));
  }
  return largest;
}

template <class Check>
void for_each_matrix(Check&& check) {
  for (const std::size_t n : {1, 2, 31, 32, 33, 500, 1024, 1025, 2500}) {
    for (const std::size_t dims : {1, 2, 3, 7}) {
      for (const Values values :
           {Values::normal, Values::ties, Values::far_apart, Values::constant}) {
        CAPTURE(n);
        CAPTURE(dims);
        CAPTURE(static_cast<int>(values));
        check(draw(n, dims, values, 100 * n + dims));
      }
    }
  }
}

TEST_CASE("codes are within half a step of the values, so distances within one") {
  for_each_matrix([](const Matrix& m) {
    const CodedRows rows(m, CodedRows::Order::space);
    const CodedView& view = rows.view();
    for (std::size_t p = 0; p + 1 < view.rows; ++p) {
      int code = 0;
      for (std::size_t d = 0; d < view.dims; ++d) {
        const auto at = [&](std::size_t q) {
          return view.codes[(q / kLanes * view.dims + d) * kLanes + q % kLanes];
        };
        code = std::max(code, std::abs(at(p) - at(p + 1)));
      }
      const double steps = distance(m, view.row_of[p], view.row_of[p + 1]) * view.per_step;
      CHECK(std::abs(steps - code) <= 1.0 + 1e-9);
    }
  });
}

TEST_CASE("the order of space has every row once") {
  for_each_matrix([](const Matrix& m) {
    const CodedRows rows(m, CodedRows::Order::space);
    std::vector<std::uint32_t> order = rows.order();
    for (std::size_t p = 0; p < order.size(); ++p) CHECK(rows.place_of(order[p]) == p);
    std::ranges::sort(order);
    for (std::size_t p = 0; p < order.size(); ++p) CHECK(order[p] == p);
  });
}

TEST_CASE("values that no step covers are refused") {
  const auto column = [](std::vector<double> values) {
    const std::size_t n = values.size();
    return Matrix(n, 1, std::move(values));
  };
  CHECK(CodedRows::possible(column({0.0, 1.0}).view()));
  CHECK(CodedRows::possible(column({2.0, 2.0}).view()));
  CHECK_FALSE(CodedRows::possible(column({0.0, 1e-300}).view()));
  CHECK_FALSE(CodedRows::possible(column({-1.7e308, 1.7e308}).view()));
}

TEST_CASE("every instruction set finds the nearest rows and counts that plain loops find") {
  for (const CodedKernels* kernels : kernel_sets()) {
    CAPTURE(kernels->name);
    for_each_matrix([&](const Matrix& m) {
      const CodedRows rows(m, CodedRows::Order::space);
      const CodedView& view = rows.view();
      std::vector<std::uint32_t> group_at(m.rows());
      for (std::size_t p = 0; p < m.rows(); ++p) group_at[p] = rows.order()[p] / 3;
      std::vector<Code> spread(m.cols() * kLanes);
      for (const std::size_t k : {std::size_t{1}, std::size_t{5}, std::size_t{40}}) {
        const bool grouped = k == 5;
        for (std::size_t row = 0; row < m.rows(); row += 1 + m.rows() / 7) {
          NearestList expected(k);
          for (std::size_t j = 0; j < m.rows(); ++j) {
            if (grouped ? j / 3 != row / 3 : j != row) expected.offer(distance(m, row, j), j);
          }
          std::vector<Neighbour> found(k);
          std::size_t exact = 0;
          const std::size_t place = rows.place_of(row);
          const CodedQuery query{place, k, grouped ? group_at.data() : nullptr, spread.data()};
          found.resize(kernels->nearest(view, query, found.data(), &exact));
          REQUIRE(found.size() == expected.found().size());
          for (std::size_t i = 0; i < found.size(); ++i) {
            CHECK(found[i].row == expected.found()[i].row);
            CHECK(found[i].distance == expected.found()[i].distance);
          }
          const double r = found.empty() ? 1.0 : found.back().distance;
          std::size_t less = 0;
          std::size_t within = 0;
          for (std::size_t j = 0; j < m.rows(); ++j) {
            less += distance(m, row, j) < r;
            within += distance(m, row, j) <= r;
          }
          CHECK(kernels->count(view, place, spread.data(), r, true, &exact) == less);
          CHECK(kernels->count(view, place, spread.data(), r, false, &exact) == within);
        }
      }
    });
  }
}

// Everything that an estimator may ask of the rows asked for.
template <class Search>
std::vector<double> answers_of(const Search& search, std::span<const std::size_t> queries,
                               std::size_t k, std::size_t marginals, std::size_t rows) {
  std::vector<std::vector<double>> by_row(rows);
  search.each_query(queries, k, {}, [&](std::size_t i, auto& answers) {
    for (const Neighbour& n : answers.nearest()) {
      by_row[i].push_back(n.distance);
      by_row[i].push_back(static_cast<double>(n.row));
    }
    for (const double part : {0.0, 0.5, 1.0}) {
      for (std::size_t m = 0; m < marginals; ++m) {
        const double r = part * answers.nearest().back().distance;
        by_row[i].push_back(static_cast<double>(answers.count_less(m, r)));
        by_row[i].push_back(static_cast<double>(answers.count_within(m, r)));
      }
    }
  });
  std::vector<double> all;
  for (const auto& row : by_row) all.insert(all.end(), row.begin(), row.end());
  return all;
}

TEST_CASE("both searches by codes give the answers of brute force with every instruction set") {
  for (const auto& [n, dims] : {std::pair{12, 2}, {40, 3}, {700, 5}, {1100, 40}, {150, 512}}) {
    for (const Values values : {Values::normal, Values::ties, Values::far_apart}) {
      const Matrix x = draw(n, dims, values, 3 * n);
      const Matrix y = draw(n, 2, Values::normal, 3 * n + 1);
      const Matrix z = draw(n, 1, values, 3 * n + 2);
      std::vector<std::size_t> codes(n);
      for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = i / 2;
      for (const Groups& groups : {Groups::singletons(n), Groups::from(codes)}) {
        const SearchProblem problem{{x.view(), y.view(), z.view()}, {{0, 2}, {1, 2}, {2}}, &groups};
        std::vector<std::size_t> queries;
        for (std::size_t i = 0; i < codes.size(); i += 1 + codes.size() / 90) queries.push_back(i);
        const auto expected = answers_of(BruteSearch(problem), queries, 4, 3, n);
        for (const CodedKernels* kernels : kernel_sets()) {
          CAPTURE(kernels->name);
          CAPTURE(n);
          CHECK(answers_of(CodedTreeSearch(problem, *kernels), queries, 4, 3, n) == expected);
          CHECK(answers_of(CodedBruteSearch(problem, *kernels), queries, 4, 3, n) == expected);
        }
      }
    }
  }
}

}  // namespace
}  // namespace cch::detail
