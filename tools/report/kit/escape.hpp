#pragma once

#include <string>
#include <string_view>

namespace cch::report {

/// Text for HTML and SVG content and for quoted attributes: & < > " ' become entities; control
/// characters and bidirectional controls are made visible (printable() of utf8.hpp) but for the
/// isolates that name_in_sentence() puts there.
std::string escape_html(std::string_view text);

/// One field of a CSV file (RFC 4180): quoted when it holds a comma or a quote. Control characters
/// and bidirectional controls are made visible (printable() of utf8.hpp), and text that a
/// spreadsheet would run as a formula gets an apostrophe before it.
std::string csv_field(std::string_view field);

/// Base64 of RFC 4648 with padding.
std::string base64(std::string_view bytes);

}  // namespace cch::report
