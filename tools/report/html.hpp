#pragma once

#include <string>

#include "tools/report/field.hpp"

namespace cch::report {

/// A cch.rank/1 document as one HTML file below 1 MB: no script, nothing fetched (a content
/// security policy forbids it), pictures as inline SVG, light and dark by the reader's setting,
/// readable from 360 px, printable. Every string of the document is escaped. Nothing is computed
/// again; sections whose fields are null are left out. Errors: see field.hpp.
std::string render_rank_html(const json& document);

}  // namespace cch::report
