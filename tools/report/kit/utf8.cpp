#include "tools/report/kit/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cch::report {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array kZeroWidth = {
    Range{0x0300, 0x036F},  Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x0610, 0x061A},
    Range{0x064B, 0x065F},  Range{0x200B, 0x200F}, Range{0x202A, 0x202E}, Range{0x2060, 0x2064},
    Range{0x2066, 0x2069},  Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}, Range{0x1F3FB, 0x1F3FF},
    Range{0xE0100, 0xE01EF}};
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0xA4CF},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},
    Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1FAFF}, Range{0x20000, 0x3FFFD}};
constexpr std::array kRightToLeft = {Range{0x0590, 0x08FF}, Range{0xFB1D, 0xFDFF},
                                     Range{0xFE70, 0xFEFC}, Range{0x10800, 0x10FFF}};

template <std::size_t size>
bool in_any(const std::array<Range, size>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

bool is_bidi_control(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

std::size_t width_of(char32_t c) {
  if (in_any(kZeroWidth, c)) return 0;
  return in_any(kWide, c) ? 2 : 1;
}

/// Bytes of the sequence that a lead byte opens; 0 for a byte that opens none.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

bool in_its_shortest_form(char32_t c, std::size_t length) {
  constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  return c >= smallest[length] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

}  // namespace

char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = sequence_length(lead);
  char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
  bool good = length > 0 && length <= text.size();
  for (std::size_t i = 1; good && i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    good = (byte & 0xC0U) == 0x80U;
    c = (c << 6U) | (byte & 0x3FU);
  }
  if (!good || !in_its_shortest_form(c, length)) {
    text.remove_prefix(1);
    return kReplacement;
  }
  text.remove_prefix(length);
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  const auto byte = [&out](char32_t bits) { out += static_cast<char>(bits); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xC0U | (c >> 6U));
    return byte(0x80U | (c & 0x3FU));
  }
  if (c < 0x10000) {
    byte(0xE0U | (c >> 12U));
  } else {
    byte(0xF0U | (c >> 18U));
    byte(0x80U | ((c >> 12U) & 0x3FU));
  }
  byte(0x80U | ((c >> 6U) & 0x3FU));
  byte(0x80U | (c & 0x3FU));
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += width_of(take_code_point(text));
  return width;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char32_t c = take_code_point(text);
    if (is_control(c)) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    } else if (is_bidi_control(c)) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

std::string fit(std::string_view text, std::size_t width) {
  const std::string whole = printable(text);
  if (display_width(whole) <= width) return whole;
  std::string out;
  std::size_t used = 0;
  for (std::string_view rest = whole; !rest.empty();) {
    const char32_t c = take_code_point(rest);
    if (used + width_of(c) + 1 > width) break;
    used += width_of(c);
    append_utf8(out, c);
  }
  return out + "…";
}

std::string fit_middle(std::string_view text, std::size_t width) {
  const std::string whole = printable(text);
  const std::size_t total = display_width(whole);
  if (total <= width) return whole;
  const std::string head = fit(whole, width - width / 2);
  std::string_view tail = whole;
  for (std::size_t left = total; left > width / 2;) left -= width_of(take_code_point(tail));
  return head + std::string(tail);
}

std::string name_in_sentence(std::string_view name) {
  const std::string shown = fit_middle(name, 60);
  for (std::string_view rest = shown; !rest.empty();) {
    if (in_any(kRightToLeft, take_code_point(rest))) return "\u2068" + shown + "\u2069";
  }
  return shown;
}

}  // namespace cch::report
