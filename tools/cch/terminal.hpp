#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "cch/core/execution.hpp"

namespace cch {

/// Where a command writes: results on `out`, everything else on `err`.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;  ///< colours on `out`
  unsigned width = 80;
};

/// Streams of the process: terminals are detected, NO_COLOR is honoured.
Terminal process_terminal();

/// Shows progress on `err`: one bar with the time that is left on a terminal, a plain line for each
/// step elsewhere. Silent when `quiet`.
std::unique_ptr<ProgressSink> make_progress(Terminal& terminal, bool quiet);

}  // namespace cch
