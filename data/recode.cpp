#include "data/recode.hpp"

#include <string_view>
#include <vector>

#include "cch/core/error.hpp"
#include "data/text.hpp"

namespace cch::detail {
namespace {

[[noreturn]] void refuse_text(const std::string& problem, const std::string& where) {
  refuse_data("bad-text", problem, where, "names could not be shown or compared",
              "Save it as UTF-8");
}

Bytes from_utf16(std::string_view text, bool big, const std::string& where) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(text[at]);
    const auto second = static_cast<unsigned char>(text[at + 1]);
    return static_cast<char32_t>(big ? first * 256U + second : second * 256U + first);
  };
  bool good = text.size() % 2 == 0;
  std::string out;
  for (std::size_t at = 0; good && at < text.size(); at += 2) {
    char32_t point = unit(at);
    if (point >= 0xD800 && point < 0xDC00 && at + 4 <= text.size()) {
      const char32_t low = unit(at + 2);
      good = low >= 0xDC00 && low < 0xE000;
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
      at += 2;
    }
    good = good && append_utf8(out, point);
  }
  if (!good) refuse_text("the file has the mark of UTF-16 and is none", where);
  const auto raw = std::as_bytes(std::span(out));
  return own_bytes({raw.begin(), raw.end()});
}

}  // namespace

TextCode text_code_of(const Bytes& bytes, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.view.data()), bytes.size());
  if (text.starts_with(std::string_view("\xFF\xFE\0\0", 4)) ||
      text.starts_with(std::string_view("\0\0\xFE\xFF", 4))) {
    refuse_text("the file is UTF-32 text", where);
  }
  if (text.starts_with("\xFF\xFE")) return TextCode::utf16_little;
  return text.starts_with("\xFE\xFF") ? TextCode::utf16_big : TextCode::utf8;
}

Bytes as_utf8(const Bytes& bytes, const std::string& where) {
  const TextCode code = text_code_of(bytes, where);
  const std::string_view text(reinterpret_cast<const char*>(bytes.view.data()), bytes.size());
  if (code != TextCode::utf8) {
    return from_utf16(text.substr(2), code == TextCode::utf16_big, where);
  }
  if (!is_utf8(text)) {
    const bool zeros = text.find('\0') != std::string_view::npos;
    refuse_text(zeros ? "the file is not UTF-8 text: it holds bytes 0, as UTF-16 does"
                      : "the file is not UTF-8 text",
                where);
  }
  const std::size_t mark = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  return bytes.part(mark, bytes.size() - mark);
}

}  // namespace cch::detail
