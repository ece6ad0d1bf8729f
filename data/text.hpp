#pragma once

#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace cch::detail {

/// True if the bytes are well-formed UTF-8 (no overlong forms, no surrogates) without NUL.
bool is_utf8(std::string_view text);
/// Appends one code point; false if it is not a Unicode scalar value.
bool append_utf8(std::string& out, char32_t code_point);

/// "a, b, c"; at most `limit` names, then "… (N in all)".
std::string join_names(std::span<const std::string> names, std::size_t limit = 20);

/// Blanks and tabs at both ends removed.
std::string_view trimmed(std::string_view text);

/// The double nearest to a number that is too small for one of full precision; nothing for one that
/// is too large for any.
std::optional<double> rounded_number(std::string_view text);

/// The whole text as a number of type T (integer or double, point as decimal mark, "nan" and "inf"
/// included, one leading '+' allowed); nothing if it is anything else or too large. Too
/// small a double is the nearest one: subnormal or 0.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  text = trimmed(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+') text.remove_prefix(1);
  T value{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (text.empty() || result.ptr != end) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>) {
    if (result.ec == std::errc::result_out_of_range) return rounded_number(text);
  }
  return result.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

/// Shortest text that reads back as the same double.
std::string number_text(double value);

}  // namespace cch::detail
