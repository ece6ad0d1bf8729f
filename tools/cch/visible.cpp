#include "tools/cch/visible.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cch {

void VisibleBuffer::pass(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool c1 = after_c2_ && byte >= 0x80 && byte < 0xa0;
  if (after_c2_ && !c1) to_.put('\xc2');
  after_c2_ = byte == 0xc2;
  if (after_c2_) return;
  const bool control = c1 || byte == 0x7f || (byte < 0x20 && c != '\n' && c != '\t');
  if (control) {
    to_ << fmt::format("\\x{:02x}", byte);
  } else {
    to_.put(c);
  }
}

void VisibleBuffer::release() {
  const std::string held = std::exchange(held_, {});
  for (const char c : held) pass(c);
}

void VisibleBuffer::put(char c) {
  const auto begins = [&](const std::string& text) {
    return std::any_of(own_.begin(), own_.end(),
                       [&](const std::string& own) { return own.starts_with(text); });
  };
  if (held_.empty() && c != '\x1b' && c != '\r') return pass(c);
  if (!begins(held_ + c)) {
    release();
    if (!begins(std::string(1, c))) return pass(c);
  }
  held_ += c;
  if (std::find(own_.begin(), own_.end(), held_) == own_.end()) return;
  to_ << held_;
  held_.clear();
}

VisibleBuffer::int_type VisibleBuffer::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  put(traits_type::to_char_type(c));
  return to_ ? c : traits_type::eof();
}

std::streamsize VisibleBuffer::xsputn(const char* text, std::streamsize size) {
  const auto usual = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\n' || c == '\t' || (byte >= 0x20 && byte != 0x7f && byte != 0xc2);
  };
  for (const char* end = text + size; text < end;) {
    const char* rest = held_.empty() && !after_c2_ ? std::find_if_not(text, end, usual) : text;
    if (rest == text) {
      put(*text++);
    } else {
      to_.write(text, rest - text);
      text = rest;
    }
  }
  return to_ ? size : 0;
}

int VisibleBuffer::sync() {
  release();
  if (std::exchange(after_c2_, false)) to_.put('\xc2');
  to_.flush();
  return to_ ? 0 : -1;
}

}  // namespace cch
