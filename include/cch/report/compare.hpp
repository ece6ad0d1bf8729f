#pragma once

#include <string>

#include "cch/documents/compare.hpp"
#include "cch/report/terminal.hpp"

namespace cch::report {

/// A cch.compare/1 document as one HTML file below 1 MB: no script, nothing fetched, light and
/// dark, readable from 360 px, printable. Pictures show at most a stated number of pairs; every
/// statistic is the document's own, over all of them.
std::string render_compare_html(const documents::CompareDocument& document);

/// The same for a terminal: how often prediction and gain agree, a line a criterion, pairs (none
/// where quiet) and warnings.
std::string render_compare_table(const documents::CompareDocument& document,
                                 const TerminalStyle& style);

/// A line a pair as CSV (RFC 4180), numbers in full precision, an empty field for null: the gain in
/// every metric, what was predicted, the score of every criterion, the controls.
std::string compare_csv(const documents::CompareDocument& document);

}  // namespace cch::report
