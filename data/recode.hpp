#pragma once

#include <string>

#include "cch/data/bytes.hpp"

namespace cch::detail {

enum class TextCode { utf8, utf16_little, utf16_big };

/// Told by the byte order mark. Data Error "bad-text" for UTF-32.
TextCode text_code_of(const Bytes& bytes, const std::string& where);

/// The text without its byte order mark, as UTF-8: the bytes themselves or new ones. Data Error
/// "bad-text" if it is none.
Bytes as_utf8(const Bytes& bytes, const std::string& where);

}  // namespace cch::detail
