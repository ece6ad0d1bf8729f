#pragma once

#include <bit>
#include <cstdint>

namespace cch::detail {

/// IEEE 754 binary16: sign, 5 exponent bits (bias 15), 10 fraction bits. Exact, subnormals
/// included.
inline double half_to_double(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
  const std::uint32_t exponent = (bits >> 10) & 31U;
  const std::uint32_t fraction = bits & 1023U;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return static_cast<double>(sign != 0 ? -magnitude : magnitude);
  }
  const std::uint32_t wide = exponent == 31 ? 255U : exponent + 112U;
  return static_cast<double>(std::bit_cast<float>(sign | (wide << 23) | (fraction << 13)));
}

/// bfloat16: the upper half of an IEEE 754 binary32. Exact.
inline double bfloat16_to_double(std::uint16_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16));
}

}  // namespace cch::detail
