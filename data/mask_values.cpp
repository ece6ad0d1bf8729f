#include "cch/data/mask_values.hpp"

#include <cstdio>

#include "cch/core/error.hpp"

namespace cch {
namespace {

constexpr int kWhite = 255;
constexpr std::size_t kFewestBetween = 5;
constexpr int kAboveClasses = 200;  // codes of classes lie below: no published set has more of them

std::size_t pixels_of(const MaskValues& values, int value) {
  const auto found = values.find(value);
  return found == values.end() ? 0 : found->second;
}

std::size_t all_pixels(const MaskValues& values) {
  std::size_t sum = 0;
  for (const auto& [value, pixels] : values) sum += pixels;
  return sum;
}

}  // namespace

bool is_two_valued(const MaskValues& values) {
  return values.size() == 2 && values.contains(0) && values.contains(kWhite);
}

void refuse_soft_mask(const MaskValues& values, const std::string& where) {
  const std::size_t black = pixels_of(values, 0);
  const std::size_t white = pixels_of(values, kWhite);
  if (black == 0 || white == 0 || values.rbegin()->first > kWhite) return;
  const auto last = std::prev(values.end(), 2);  // the largest value below 255
  const std::size_t between = all_pixels(values) - black - white;
  if (values.size() < 2 + kFewestBetween || last->first <= kAboveClasses ||
      between > black + white) {
    return;
  }
  refuse_data("soft-mask",
              "the labels hold " + std::to_string(values.size() - 2) + " values between 0 and 255",
              where + ": " + share_of(between, values) + " of the pixels",
              "edges of a mask of 0 and 255 that was resized or compressed look so, and each value "
              "would be a class",
              "Write 0 and 255 alone, for example mask = 255 * (mask > 127)");
}

std::string share_of(std::size_t pixels, const MaskValues& values) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%",
                100.0 * static_cast<double>(pixels) / static_cast<double>(all_pixels(values)));
  return text;
}

}  // namespace cch
