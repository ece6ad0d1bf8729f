#pragma once

#include <cstddef>
#include <string>

#include "tools/documents/estimate.hpp"
#include "tools/documents/rank.hpp"

namespace cch::report {

/// How a terminal wants its text.
struct TerminalStyle {
  bool colour = false;  ///< ANSI colours beside the words and symbols, which are always there
  unsigned width = 80;  ///< columns; less than 50 is taken as 50
  bool quiet = false;   ///< the verdict and the table alone

  /// The columns that there are to fill.
  [[nodiscard]] std::size_t columns() const { return width < 50 ? 50 : width; }
};

/// A ranking for a terminal: verdict sentence, ranking table, reasons, notes, warnings
/// and how to get more. All information in nats. Every line fits the width: columns that do not fit
/// are left out (and named), long names are cut with "…", control characters are made visible.
std::string render_rank_table(const documents::RankDocument& document, const TerminalStyle& style);

/// An estimate for a terminal: the estimate with its error and interval, what it was
/// made from, and warnings; no diagnostics.
std::string render_estimate_table(const documents::EstimateDocument& document,
                                  const TerminalStyle& style);

}  // namespace cch::report
