#include "tools/report/kit/escape.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

constexpr char32_t kIsolate = 0x2068;
constexpr char32_t kEndIsolate = 0x2069;

void append_html(std::string& out, char32_t c) {
  switch (c) {
    case U'&':
      out += "&amp;";
      return;
    case U'<':
      out += "&lt;";
      return;
    case U'>':
      out += "&gt;";
      return;
    case U'"':
      out += "&quot;";
      return;
    case U'\'':
      out += "&#39;";
      return;
    case U'\n':
      out += '\n';
      return;
    default:
      break;
  }
  std::string one;
  append_utf8(one, c);
  out += c == kIsolate || c == kEndIsolate ? one : printable(one);
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) append_html(out, take_code_point(text));
  return out;
}

std::string csv_field(std::string_view field) {
  std::string text = printable(field);
  // A spreadsheet takes text that begins so for a formula.
  const bool formula = text.find_first_of("=+-@") == 0;
  double number = 0.0;
  const char* end = text.data() + text.size();
  const bool is_number = std::from_chars(text.data(), end, number).ptr == end;
  if (formula && !is_number) text.insert(0, 1, '\'');
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t held = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      word = word << 8U | (j < held ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += j <= held ? digits[word >> (18U - 6U * j) & 0x3FU] : '=';
    }
  }
  return out;
}

}  // namespace cch::report
