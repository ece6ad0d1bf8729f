#include "cch/data/array.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include "data/half.hpp"
#include "tests/data/files.hpp"
#include "tests/support/test.hpp"

namespace cch {

using test::raw;
using test::to_bytes;

namespace {

// The definition of a binary float with `exponent_bits` and `fraction_bits`, by powers of two.
double small_float(unsigned bits, int exponent_bits, int fraction_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = static_cast<int>((bits >> fraction_bits) & ((1U << exponent_bits) - 1U));
  const auto fraction = static_cast<double>(bits & ((1U << fraction_bits) - 1U));
  const double sign = (bits >> (exponent_bits + fraction_bits)) != 0 ? -1.0 : 1.0;
  if (exponent == (1 << exponent_bits) - 1) {
    return fraction == 0.0 ? sign * std::numeric_limits<double>::infinity()
                           : std::numeric_limits<double>::quiet_NaN();
  }
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - fraction_bits);
  return sign * std::ldexp(1.0 + std::ldexp(fraction, -fraction_bits), exponent - bias);
}

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

}  // namespace

TEST_CASE("every half and bfloat16 converts exactly, subnormals included") {
  int wrong = 0;
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const auto word = static_cast<std::uint16_t>(bits);
    wrong += same(detail::half_to_double(word), small_float(bits, 5, 10)) ? 0 : 1;
    wrong += same(detail::bfloat16_to_double(word), small_float(bits, 8, 7)) ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(detail::half_to_double(1) == 0x1p-24);
}

TEST_CASE("Fortran order gives the same rows as C order, for any range of rows") {
  const std::size_t n = 600;  // more than one block of the converter
  std::vector<std::int32_t> c_order;
  std::vector<std::int32_t> f_order(n * 6);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      for (std::size_t k = 0; k < 3; ++k) {
        const auto value = static_cast<std::int32_t>(100 * i + 10 * j + k);
        c_order.push_back(value);
        f_order[i + n * (j + 2 * k)] = value;
      }
    }
  }
  const Array c =
      Array::numeric({DType::i32, {n, 2, 3}, false, false}, to_bytes(raw(c_order)), "c");
  const Array f = Array::numeric({DType::i32, {n, 2, 3}, false, true}, to_bytes(raw(f_order)), "f");
  std::vector<double> from_c(7 * 6);
  std::vector<double> from_f(7 * 6);
  for (const std::size_t first : {std::size_t{0}, std::size_t{251}, n - 7}) {
    c.to_doubles(first, 7, from_c);
    f.to_doubles(first, 7, from_f);
    CHECK(from_c == from_f);
    CHECK(from_f[6 * 2 + 5] == static_cast<double>(100 * (first + 2) + 12));
  }
}

TEST_CASE("big-endian values are swapped") {
  const Array array =
      Array::numeric({DType::u32, {2}, true, false}, to_bytes({"\0\0\1\2\0\0\0\7", 8}), "b");
  CHECK(array.matrix(2)(0, 0) == 258.0);
  CHECK(array.text_at(1) == "7");
}

TEST_CASE("text of a value is exact, and integers that no double holds are noticed") {
  const std::vector<std::uint64_t> large = {9007199254740993ULL, 1};
  const Array array = Array::numeric({DType::u64, {2}, false, false}, to_bytes(raw(large)), "u");
  CHECK(array.text_at(0) == "9007199254740993");
  CHECK(array.rounds_to_double(2));
  const std::vector<std::int64_t> exact = {-9007199254740992LL, 9007199254740992LL};
  CHECK_FALSE(Array::numeric({DType::i64, {2}, false, false}, to_bytes(raw(exact)), "i")
                  .rounds_to_double(2));
}

TEST_CASE("an array never reaches beyond its bytes") {
  const auto make = [](std::vector<std::size_t> shape) {
    return [shape] {
      Array::numeric({DType::f64, shape, false, false}, to_bytes("12345678"), "x");
    };
  };
  CHECK(test::fault_code(make({1})).empty());
  CHECK(test::fault_code(make({2})) == "size-mismatch");
  CHECK(test::fault_code(make({0})) == "size-mismatch");
  CHECK(test::fault_code(make({std::size_t{1} << 63, 4})) == "size-mismatch");
}

TEST_CASE("a zero extent does not hide an overflow of the others") {
  const std::vector<std::size_t> shape = {0, std::size_t{1} << 40, std::size_t{1} << 40};
  CHECK_FALSE(element_count(shape).has_value());
  CHECK(element_count(std::vector<std::size_t>{3, 0, 5}) == 0);
  CHECK(element_count(std::vector<std::size_t>{}) == 1);
}

}  // namespace cch
