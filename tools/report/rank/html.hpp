#pragma once

#include <string>

#include "tools/documents/rank.hpp"

namespace cch::report {

/// A cch.rank/2 document as one HTML file: no script, nothing fetched (a content security policy
/// forbids it), pictures as inline SVG, light and dark by the reader's setting, readable from 360
/// px, printable. Below 1 MB up to about a hundred teachers; the JSON download is left out where it
/// would not fit. Every string of the document is escaped. Nothing is computed again; sections
/// whose fields are null are left out.
std::string render_rank_html(const documents::RankDocument& document);

}  // namespace cch::report
