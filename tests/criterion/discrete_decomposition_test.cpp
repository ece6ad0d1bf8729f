#include "cch/criterion/discrete_decomposition.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "cch/core/random.hpp"
#include "support/draws.hpp"
#include "support/test.hpp"

namespace {

using namespace cch;
using test::labels_of;
using test::near;

const double kBit = std::numbers::ln2;
// The gap that is asked for, and rounding.
constexpr double kGap = 1.1e-5;

struct Triple {
  int t;
  int s;
  int y;
};

DiscreteDecomposition decomposed(const std::vector<Triple>& rows, std::size_t classes = 2) {
  std::array<std::vector<int>, 3> codes;
  for (const Triple& row : rows) {
    codes[0].push_back(row.t);
    codes[1].push_back(row.s);
    codes[2].push_back(row.y);
  }
  return decompose_discrete(labels_of(codes[0], classes), labels_of(codes[1], classes),
                            labels_of(codes[2], classes), {}, {});
}

void check_parts(const DiscreteDecomposition& d, double redundancy, double unique_teacher,
                 double unique_student, double synergy) {
  CHECK(d.gap <= 1e-5);
  CHECK(near(d.redundancy, redundancy, kGap));
  CHECK(near(d.unique_teacher, unique_teacher, kGap));
  CHECK(near(d.unique_student, unique_student, kGap));
  CHECK(near(d.synergy, synergy, kGap));
}

TEST_CASE("decomposition: gates whose parts are known") {
  std::vector<Triple> exclusive;
  std::vector<Triple> both;
  std::vector<Triple> copies;
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 2; ++b) {
      exclusive.push_back({a, b, a ^ b});
      both.push_back({a, b, a & b});
      copies.push_back({a, b, 2 * a + b});
    }
  }
  check_parts(decomposed(exclusive), 0.0, 0.0, 0.0, kBit);
  // Bertschinger et al. 2014, table 1: .311 bits shared, half a bit of synergy.
  const double and_bits = 0.75 * std::log2(4.0 / 3.0);
  check_parts(decomposed(both), and_bits * kBit, 0.0, 0.0, 0.5 * kBit);
  check_parts(decomposed(copies, 4), 0.0, kBit, kBit, 0.0);
  check_parts(decomposed({{0, 0, 0}, {1, 1, 1}}), kBit, 0.0, 0.0, 0.0);
  check_parts(decomposed({{0, 0, 0}, {1, 0, 1}}), 0.0, kBit, 0.0, 0.0);
}

/// The least value of a convex function on [low, high], by thirds.
double least(double low, double high, const std::function<double(double)>& f) {
  for (int i = 0; i < 80; ++i) {
    const double a = low + (high - low) / 3.0;
    const double b = high - (high - low) / 3.0;
    (f(a) < f(b) ? high : low) = f(a) < f(b) ? b : a;
  }
  return f(0.5 * (low + high));
}

/// I_Q(Y;T,S) of two classes y, each a 2 × 2 table with the marginals of P and its first cell
/// moved.
double information(const double p[2][2][2], const double moved[2]) {
  double q[2][2][2];
  for (int y = 0; y < 2; ++y) {
    for (int t = 0; t < 2; ++t) {
      for (int s = 0; s < 2; ++s) q[y][t][s] = p[y][t][s] + (t == s ? moved[y] : -moved[y]);
    }
  }
  double sum = 0.0;
  for (int y = 0; y < 2; ++y) {
    const double share = q[y][0][0] + q[y][0][1] + q[y][1][0] + q[y][1][1];
    for (int t = 0; t < 2; ++t) {
      for (int s = 0; s < 2; ++s) {
        const double v = q[y][t][s];
        if (v > 1e-300) sum += v * std::log(v / (share * (q[0][t][s] + q[1][t][s])));
      }
    }
  }
  return sum;
}

TEST_CASE("decomposition: two classes against a search over all tables with the same pairs") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::vector<Triple> rows;
    double p[2][2][2] = {};
    for (int i = 0; i < 60; ++i) {
      const int y = static_cast<int>(random.below(2));
      const int t = random.uniform() < 0.75 ? y : 1 - y;
      const int s = random.uniform() < 0.5 ? t : (random.uniform() < 0.6 ? y : 1 - y);
      rows.push_back({t, s, y});
      p[y][t][s] += 1.0 / 60.0;
    }
    const auto low = [&](int y) { return -std::min(p[y][0][0], p[y][1][1]); };
    const auto high = [&](int y) { return std::min(p[y][0][1], p[y][1][0]); };
    const double least_both = least(low(0), high(0), [&](double first) {
      return least(low(1), high(1), [&](double second) {
        const double moved[2] = {first, second};
        return information(p, moved);
      });
    });
    const DiscreteDecomposition d = decomposed(rows);
    // The search has its own error: 80 thirds of a convex function, flat at its end.
    constexpr double kSearch = 1e-9;
    const double found = d.redundancy + d.unique_teacher + d.unique_student;
    CHECK(found >= least_both - kSearch);
    CHECK(found <= least_both + d.gap + kSearch);
  }
}

TEST_CASE("decomposition: the parts add up, whatever the tables") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Random random(seed);
    std::vector<Triple> rows;
    for (int i = 0; i < 300; ++i) {
      const int y = static_cast<int>(random.below(5));
      rows.push_back({random.uniform() < 0.6 ? y : static_cast<int>(random.below(5)),
                      random.uniform() < 0.4 ? y : static_cast<int>(random.below(5)), y});
    }
    const DiscreteDecomposition d = decomposed(rows, 5);
    std::vector<Triple> swapped;
    for (const Triple& r : rows) swapped.push_back({r.s, r.t, r.y});
    const DiscreteDecomposition other = decomposed(swapped, 5);
    CHECK(near(d.unique_teacher, other.unique_student, 2.0 * kGap));
    CHECK(near(d.synergy, other.synergy, 2.0 * kGap));
    CHECK(d.redundancy >= -kGap);
    CHECK(d.unique_teacher >= -kGap);
    CHECK(d.synergy >= -kGap);
  }
}

TEST_CASE("decomposition: unequal rows are refused") {
  CHECK_THROWS_AS(
      decompose_discrete(labels_of({0, 1}, 2), labels_of({0}, 2), labels_of({0, 1}, 2), {}, {}),
      Error);
}

}  // namespace
