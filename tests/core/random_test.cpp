#include "cch/core/random.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "support/test.hpp"

namespace cch {
namespace {

constexpr std::size_t kDraws = 400000;

// Mean over draws of f(draw).
template <class Draw, class F>
double mean_of(Draw draw, F f) {
  double sum = 0.0;
  for (std::size_t i = 0; i < kDraws; ++i) sum += f(draw());
  return sum / static_cast<double>(kDraws);
}

double se_of(double variance) {
  return std::sqrt(variance / static_cast<double>(kDraws));
}

TEST_CASE("splitmix64 gives the published words") {
  // Java's SplittableRandom and Vigna's splitmix64.c from state 1234567.
  std::uint64_t state = 1234567;
  for (const std::uint64_t word :
       {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
        4593380528125082431ULL, 16408922859458223821ULL}) {
    CHECK(detail::split_mix(state) == word);
  }
}

TEST_CASE("xoshiro256++ seeded by splitmix64 gives the words of the reference code") {
  // From a separate implementation of xoshiro256plusplus.c that gives the published words
  // 41943041, 58720359, 3588806011781223, … from state {1, 2, 3, 4}.
  struct Case {
    std::uint64_t seed;
    std::array<std::uint64_t, 5> words;
  };
  const std::array<Case, 2> cases = {
      Case{0,
           {0x53175d61490b23df, 0x61da6f3dc380d507, 0x5c0fdf91ec9a7bfc, 0x02eebf8c3bbe5e1a,
            0x7eca04ebaf4a5eea}},
      Case{42,
           {0xd0764d4f4476689f, 0x519e4174576f3791, 0xfbe07cfb0c24ed8c, 0xb37d9f600cd835b8,
            0xcb231c3874846a73}}};
  for (const Case& c : cases) {
    Random random(c.seed);
    for (const std::uint64_t word : c.words) CHECK(random.bits() == word);
  }
}

TEST_CASE("uniform has the moments of U(0,1) and stays at or above 0 and below 1") {
  Random random(7);
  double largest = 0.0;
  double smallest = 1.0;
  const auto draw = [&] {
    const double u = random.uniform();
    largest = std::max(largest, u);
    smallest = std::min(smallest, u);
    return u;
  };
  // Var u = 1/12; Var u² = 1/5 − 1/9.
  CHECK(test::within_sampling_error(mean_of(draw, [](double u) { return u; }), 0.5,
                                    se_of(1.0 / 12.0)));
  CHECK(test::within_sampling_error(mean_of(draw, [](double u) { return u * u; }), 1.0 / 3.0,
                                    se_of(4.0 / 45.0)));
  CHECK(smallest >= 0.0);
  CHECK(largest < 1.0);
  // Both ends are reached: P(no draw of 8e5 within 1e-4 of an end) = e⁻⁸⁰.
  CHECK(smallest < 1e-4);
  CHECK(largest > 1.0 - 1e-4);
}

TEST_CASE("uniform passes a chi-square test over 64 cells") {
  Random random(11);
  std::array<double, 64> counts{};
  for (std::size_t i = 0; i < kDraws; ++i) {
    ++counts[static_cast<std::size_t>(random.uniform(0.0, 64.0))];
  }
  const double expected = static_cast<double>(kDraws) / 64.0;
  double chi_square = 0.0;
  for (const double count : counts) chi_square += (count - expected) * (count - expected);
  chi_square /= expected;
  CHECK(test::within_sampling_error(chi_square, 63.0, std::sqrt(2.0 * 63.0)));
}

TEST_CASE("normal has the first four moments and the tail of N(0,1)") {
  Random random(13);
  const auto draw = [&] { return random.normal(); };
  // Variances: z 1, z² 2, z³ 15, z⁴ 96.
  CHECK(test::within_sampling_error(mean_of(draw, [](double z) { return z; }), 0.0, se_of(1)));
  CHECK(test::within_sampling_error(mean_of(draw, [](double z) { return z * z; }), 1.0, se_of(2)));
  CHECK(test::within_sampling_error(mean_of(draw, [](double z) { return z * z * z; }), 0.0,
                                    se_of(15)));
  CHECK(test::within_sampling_error(mean_of(draw, [](double z) { return z * z * z * z; }), 3.0,
                                    se_of(96)));
  const double tail = 0.0013498980316300946;  // P(z > 3)
  CHECK(test::within_sampling_error(mean_of(draw, [](double z) { return z > 3.0 ? 1.0 : 0.0; }),
                                    tail, se_of(tail)));
}

TEST_CASE("both variates of a polar pair are independent") {
  Random random(17);
  const auto product = [&] { return random.normal() * random.normal(); };
  CHECK(test::within_sampling_error(mean_of(product, [](double p) { return p; }), 0.0, se_of(1)));
  // E (z₁z₂)² = 1 with variance 8 tells independence from mere lack of correlation.
  CHECK(
      test::within_sampling_error(mean_of(product, [](double p) { return p * p; }), 1.0, se_of(8)));
}

TEST_CASE("below is uniform over a range that is not a power of two") {
  Random random(19);
  std::array<double, 7> counts{};
  for (std::size_t i = 0; i < kDraws; ++i) ++counts[random.below(7)];
  const double p = 1.0 / 7.0;
  for (const double count : counts) {
    CHECK(test::within_sampling_error(count / static_cast<double>(kDraws), p, se_of(p * (1 - p))));
  }
  CHECK(random.below(1) == 0);
}

TEST_CASE("permutation holds every index once and every order is as likely") {
  Random random(23);
  std::vector<std::size_t> order = random.permutation(1000);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(order[i] == i);

  constexpr std::size_t kShuffles = 60000;
  std::array<double, 27> counts{};
  for (std::size_t i = 0; i < kShuffles; ++i) {
    const std::vector<std::size_t> p = random.permutation(3);
    ++counts[p[0] * 9 + p[1] * 3 + p[2]];
  }
  const double p = 1.0 / 6.0;
  const double se = std::sqrt(p * (1 - p) / static_cast<double>(kShuffles));
  CHECK(std::count_if(counts.begin(), counts.end(), [](double c) { return c > 0; }) == 6);
  for (const double count : counts) {
    if (count == 0) continue;
    CHECK(test::within_sampling_error(count / static_cast<double>(kShuffles), p, se));
  }
}

TEST_CASE("derived seeds differ by seed, name and index, and do not depend on anything else") {
  std::set<std::uint64_t> seeds;
  std::size_t made = 0;
  for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL, ~0ULL}) {
    for (const char* name : {"", "a", "b", "ab", "ba", "permutation", "split", "split "}) {
      for (std::uint64_t index = 0; index < 200; ++index, ++made) {
        seeds.insert(derive_seed(seed, name, index));
      }
    }
  }
  CHECK(seeds.size() == made);
  static_assert(derive_seed(5, "split", 3) == derive_seed(5, "split", 3));
  CHECK(derive_seed(5, "split") == derive_seed(5, "split", 0));
}

TEST_CASE("streams of neighbouring indices are uncorrelated") {
  const std::size_t streams = 20000;
  double sum = 0.0;
  for (std::size_t i = 0; i < streams; ++i) {
    Random one(derive_seed(1, "stream", i));
    Random two(derive_seed(1, "stream", i + 1));
    sum += one.normal() * two.normal();
  }
  const auto count = static_cast<double>(streams);
  CHECK(test::within_sampling_error(sum / count, 0.0, 1.0 / std::sqrt(count)));
}

}  // namespace
}  // namespace cch
