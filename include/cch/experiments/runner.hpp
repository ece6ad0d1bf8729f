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

/// What there is of a cell; a failure is stored too.
enum class Stored { no, done, failed };

/// What the owner of the cells does with one of them; called from several threads, once at a time
/// for one cell.
struct CellWork {
  /// Runs it and stores what comes of it; whether it counts (a failure is stored too). An Error
  /// ends the study.
  std::function<bool(std::size_t cell, const Execution& exec)> run;
  /// Stores that it failed because `need`, a cell that it needs, has.
  std::function<void(std::size_t cell, std::size_t need)> fail;
  /// Where other processes may run cells of the same study: the claim on a cell, and what has been
  /// stored of it meanwhile. Cells that others have are looked at again until they are stored, or
  /// their claims are stale. Empty: nobody else is at work.
  std::function<std::optional<Claim>(std::size_t cell)> claim;
  std::function<Stored(std::size_t cell)> find;
  /// As find, at less cost: asked before a claim, which costs more. Empty: find.
  std::function<Stored(std::size_t cell)> glance = {};
};

struct RunOptions {
  std::string phase;  ///< of the progress, which counts cells; empty: the owner tells it
  /// Fewer open cells than threads are run one after the other, each with all threads. For cells
  /// whose numbers are the same for any threads.
  bool share_threads = false;
  /// The cell to begin with, from which the order goes round: processes that share a study by
  /// claims begin apart, so that they seldom ask for the same cell.
  std::size_t first = 0;
  /// Whether cells that other processes have are waited for, and taken over where their process is
  /// gone. Without it a process ends when it finds nothing else to do; it still waits for a cell
  /// that another, open one needs.
  bool wait = true;
};

struct RunCounts {
  std::size_t cached = 0;
  std::size_t run = 0;     ///< those that failed, too
  std::size_t failed = 0;  ///< here, or found so
  std::size_t elsewhere = 0;
};

/// Runs what is open: every worker takes the first cell whose needs are finished. On a GPU one cell
/// at a time with all threads, else one thread a cell. What a cell becomes may not depend on the
/// order. Throws what a cell throws, when the other workers have ended theirs; ErrorKind::cancelled
/// after a stop that left something open. Cost beside the cells: O(log N) a cell.
RunCounts run_cells(std::span<const RunCell> cells, const CellWork& work, const RunOptions& options,
                    const Execution& exec);

}  // namespace cch
