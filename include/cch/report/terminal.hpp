#pragma once

#include <cstddef>

namespace cch::report {

/// How a terminal wants its text.
struct TerminalStyle {
  bool colour = false;  ///< ANSI colours beside the words and symbols, which are always there
  unsigned width = 80;  ///< columns; less than 50 is taken as 50
  bool quiet = false;   ///< the verdict and the table alone

  /// The columns that there are to fill.
  [[nodiscard]] std::size_t columns() const { return width < 50 ? 50 : width; }
};

}  // namespace cch::report
