#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/experiments/claim.hpp"

namespace cch {

/// A piece of a study that is run as a whole.
struct RunCell {
  std::vector<std::size_t> needs;  ///< cells that must be finished before it
  bool stored = false;             ///< what comes of it is there already
  bool elsewhere = false;          ///< another shard's: left alone
};

/// What the owner of the cells does with one of them; called from several threads, once at a time
/// for one cell.
struct CellWork {
  /// Runs it and stores what comes of it; whether it counts (a failure is stored too). An Error
  /// ends the study.
  std::function<bool(std::size_t cell, const Execution& exec)> run;
  /// Stores that it failed because `need`, a cell that it needs, has.
  std::function<void(std::size_t cell, std::size_t need)> fail;
  /// Where other processes may run cells of the same study: the claim on a cell, and whether it has
  /// been stored meanwhile. Cells that others have are looked at again until they are stored, or
  /// their claims are stale. Empty: nobody else is at work.
  std::function<std::optional<Claim>(std::size_t cell)> claim;
  std::function<bool(std::size_t cell)> find;
};

struct RunOptions {
  std::string phase;  ///< of the progress, which counts cells; empty: the owner tells it
  /// Fewer open cells than threads are run one after the other, each with all threads. For cells
  /// whose numbers are the same for any threads.
  bool share_threads = false;
};

struct RunCounts {
  std::size_t cached = 0;
  std::size_t run = 0;  ///< those that failed, too
  std::size_t failed = 0;
  std::size_t elsewhere = 0;
};

/// Runs what is open: every worker takes the first cell whose needs are finished. On a GPU one cell
/// at a time with all threads, else one thread a cell. What a cell becomes may not depend on the
/// order. Throws what a cell throws, when the other workers have ended theirs; ErrorKind::cancelled
/// after a stop.
RunCounts run_cells(std::span<const RunCell> cells, const CellWork& work, const RunOptions& options,
                    const Execution& exec);

}  // namespace cch
