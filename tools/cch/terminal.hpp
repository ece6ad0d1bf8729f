#pragma once

#include <chrono>
#include <functional>
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
  ProgressSink* sink = nullptr;  ///< gets progress in the place of `err`; null: there is none
};

/// Streams of the process: terminals are detected, NO_COLOR is honoured.
Terminal process_terminal();

/// What time it is; a test gives its own.
using ProgressClock = std::function<std::chrono::steady_clock::time_point()>;

/// Plain lines of progress come at most this often: a log is read, not watched.
inline constexpr std::chrono::seconds kProgressPause{5};

/// Says when the next plain line of progress may come: kProgressPause after the last one, or after
/// its own beginning. Not for several threads at once.
class ProgressPace {
 public:
  explicit ProgressPace(ProgressClock now = std::chrono::steady_clock::now)
      : now_(std::move(now)), last_(now_()) {}
  /// Whether a line may come now, which then counts as the last one.
  bool due();

 private:
  ProgressClock now_;
  std::chrono::steady_clock::time_point last_;
};

/// Shows progress on `err`: on a terminal one bar with the time that is left, which is gone when
/// its phase is done; elsewhere plain lines at the pace of ProgressPace. Silent when `quiet`. A
/// terminal's own sink gets everything instead.
std::unique_ptr<ProgressSink> make_progress(Terminal& terminal, bool quiet,
                                            ProgressClock now = std::chrono::steady_clock::now);

}  // namespace cch
