#pragma once

#include <string>

#include "cch/documents/plan.hpp"
#include "cch/documents/rank.hpp"
#include "cch/report/terminal.hpp"

// A ranking as text. Every function takes the document and gives a text: no file is read or
// written, nothing is estimated. Informations are in nats. Cost: milliseconds and a copy of the
// document's size.

namespace cch::report {

/// A cch.rank/2 document as one HTML file: no script, nothing fetched (a content security policy
/// forbids it), pictures as inline SVG, light and dark by the reader's setting, readable from 360
/// px, printable. Below 1 MB up to about a hundred teachers; the JSON download is left out where it
/// would not fit. Every string of the document is escaped. Nothing is computed again; sections
/// whose fields are null are left out. A document that was made and not read should pass through
/// documents::as_stored first, so that the page is that of the stored document.
std::string render_rank_html(const documents::RankDocument& document);

/// The same in short for the inside of another page, such as a cell of a notebook: the verdict, a
/// row a teacher, the picture of what decided, warnings folded. A <style> element whose rules hold
/// for nothing else comes first. `id` is unique in the page, letters and hyphens. About 20 kB.
std::string render_rank_fragment(const documents::RankDocument& document, const std::string& id);

/// A ranking for a terminal: verdict sentence, ranking table, reasons, notes, warnings
/// and how to get more. Every line fits the width: columns that do not fit are left out (and
/// named), long names are cut with "…", control characters are made visible.
std::string render_rank_table(const documents::RankDocument& document, const TerminalStyle& style);

/// The ranking as CSV (RFC 4180), a line a teacher in rank order, numbers in full precision (they
/// read back as the same doubles), an empty field for null.
std::string render_rank_csv(const documents::RankDocument& document);

/// What would be ranked, for a terminal.
std::string render_rank_plan(const documents::RankPlan& plan);

}  // namespace cch::report
