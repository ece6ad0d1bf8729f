#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cch::report {

/// Take the first code point off `text`. Bytes that are not UTF-8 (overlong forms and surrogates
/// included) give U+FFFD, one byte at a time. `text` must not be empty.
char32_t take_code_point(std::string_view& text);

void append_utf8(std::string& out, char32_t code_point);

/// Columns that a terminal gives to the text: 0 for combining and format characters, 2 for East
/// Asian wide characters and emoji, 1 otherwise. A small table of ranges, independent of the
/// locale.
std::size_t display_width(std::string_view text);

/// Text that cannot act on its surroundings: control characters and bidirectional controls become
/// visible escapes (\x1b, \u202e), bytes that are not UTF-8 become U+FFFD.
std::string printable(std::string_view text);

/// printable(text), cut with "…" to at most `width` columns (width ≥ 1).
std::string fit(std::string_view text, std::size_t width);

/// printable(text), cut in its middle: names of features often differ at the end alone.
std::string fit_middle(std::string_view text, std::size_t width);

/// A name inside a sentence: cut in its middle to 60 columns, and isolated (U+2068 … U+2069) when
/// it holds right-to-left letters, so that the words around it keep their order.
std::string name_in_sentence(std::string_view name);

}  // namespace cch::report
