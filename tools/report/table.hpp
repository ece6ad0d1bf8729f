#pragma once

#include <cstddef>
#include <string>

#include "tools/report/field.hpp"

namespace cch::report {

/// How a terminal wants its text.
struct TerminalStyle {
  bool colour = false;  ///< ANSI colours beside the words and symbols, which are always there
  unsigned width = 80;  ///< columns; less than 50 is taken as 50
  bool quiet = false;   ///< the verdict and the table alone

  /// The columns that there are to fill.
  [[nodiscard]] std::size_t columns() const { return width < 50 ? 50 : width; }
};

/// A cch.rank/1 document for a terminal: verdict sentence, ranking table, reasons, notes, warnings
/// and how to get more. All information in nats. Every line fits the width: columns that do not fit
/// are left out (and named), long names are cut with "…", control characters are made visible.
/// Errors: see field.hpp.
std::string render_rank_table(const json& document, const TerminalStyle& style);

/// A cch.estimate/1 document for a terminal: the estimate with its error and interval, what it was
/// made from, and warnings; no diagnostics.
std::string render_estimate_table(const json& document, const TerminalStyle& style);

}  // namespace cch::report
