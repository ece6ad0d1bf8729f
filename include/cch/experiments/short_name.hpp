#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "cch/data/sha256.hpp"

namespace cch {

/// What a long text is known by: the first half of its SHA-256, so that two texts have one name
/// with probability 2^-128 a pair. "" has the name of nothing.
struct ShortName {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static ShortName of(std::string_view text) {
    ShortName out;
    if (text.empty()) return out;
    const std::string digits = sha256(std::as_bytes(std::span(text)));
    constexpr std::size_t kDigits = 16;
    out.high = std::stoull(digits.substr(0, kDigits), nullptr, 16);
    out.low = std::stoull(digits.substr(kDigits, kDigits), nullptr, 16);
    return out;
  }
  [[nodiscard]] bool none() const { return high == 0 && low == 0; }
  auto operator<=>(const ShortName&) const = default;
};

}  // namespace cch
