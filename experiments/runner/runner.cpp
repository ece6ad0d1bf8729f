#include "cch/experiments/runner.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "cch/core/parallel.hpp"

namespace cch {
namespace {

using Clock = std::chrono::steady_clock;

/// Between two looks at cells that another process has.
constexpr std::chrono::milliseconds kLookAgain{500};

class Runner {
 public:
  Runner(std::span<const RunCell> cells, const CellWork& work, const RunOptions& options,
         const Execution& exec)
      : cells_(cells), work_(work), options_(options), exec_(exec), inner_(exec.serial()) {
    for (const RunCell& cell : cells) {
      states_.push_back(cell.elsewhere ? State::elsewhere
                                       : (cell.stored ? State::done : State::open));
    }
    later_.resize(cells.size());
    open_ = count(State::open);
    counts_.cached = count(State::done);
    counts_.elsewhere = count(State::elsewhere);
  }

  RunCounts run() {
    Execution outer = exec_;
    const bool one =
        exec_.device != "cpu" || (options_.share_threads && open_ < worker_count(exec_));
    if (one) outer.threads = 1;
    if (one) inner_.threads = exec_.threads;
    const std::size_t workers = std::min<std::size_t>(worker_count(outer), open_);
    parallel_for(workers, outer, [&](std::size_t) {
      while (const auto i = take()) work(*i);
    });
    return counts_;
  }

 private:
  enum class State { open, running, done, failed, cached, elsewhere };

  [[nodiscard]] std::size_t count(State state) const {
    return static_cast<std::size_t>(std::count(states_.begin(), states_.end(), state));
  }

  std::optional<std::size_t> take() {
    std::unique_lock hold(mutex_);
    while (!ended_) {
      exec_.throw_if_stopped();
      const auto now = Clock::now();
      bool waits = false;
      for (std::size_t i = 0; i < cells_.size(); ++i) {
        if (states_[i] != State::open || !ready(i)) continue;
        waits = waits || later_[i] > now;
        if (later_[i] > now) continue;
        states_[i] = State::running;
        return i;
      }
      if (waits) {
        changed_.wait_for(hold, kLookAgain);
      } else if (count(State::running) > 0) {
        changed_.wait(hold);
      } else {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] bool ready(std::size_t i) const {
    return std::all_of(cells_[i].needs.begin(), cells_[i].needs.end(), [&](std::size_t need) {
      return states_[need] == State::done || states_[need] == State::failed;
    });
  }

  [[nodiscard]] std::optional<std::size_t> failed_need(std::size_t i) {
    const std::scoped_lock hold(mutex_);
    for (const std::size_t need : cells_[i].needs) {
      if (states_[need] == State::failed) return need;
    }
    return std::nullopt;
  }

  /// What becomes of a cell; `cached` and `open`: by another process.
  State run_one(std::size_t i) {
    std::optional<Claim> own;
    if (work_.claim) {
      own = work_.claim(i);
      if (work_.find(i)) return State::cached;
      if (!own) return State::open;
    }
    if (const auto need = failed_need(i)) {
      work_.fail(i, *need);
      return State::failed;
    }
    return work_.run(i, inner_) ? State::done : State::failed;
  }

  void work(std::size_t i) {
    try {
      finish(i, run_one(i));
    } catch (...) {
      const std::scoped_lock hold(mutex_);
      ended_ = true;
      changed_.notify_all();
      throw;
    }
  }

  void finish(std::size_t i, State state) {
    const std::scoped_lock hold(mutex_);
    states_[i] = state == State::cached ? State::done : state;
    if (state == State::open) later_[i] = Clock::now() + kLookAgain;
    counts_.cached += state == State::cached ? 1 : 0;
    counts_.failed += state == State::failed ? 1 : 0;
    counts_.run += state == State::done || state == State::failed ? 1 : 0;
    changed_.notify_all();
    if (options_.phase.empty() || state == State::open) return;
    exec_.progress(options_.phase, counts_.cached + counts_.run, cells_.size() - counts_.elsewhere);
  }

  std::span<const RunCell> cells_;
  const CellWork& work_;
  const RunOptions& options_;
  const Execution& exec_;
  Execution inner_;
  std::vector<State> states_;
  std::vector<Clock::time_point> later_;  ///< cells that another process has
  std::size_t open_ = 0;
  RunCounts counts_;
  bool ended_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

RunCounts run_cells(std::span<const RunCell> cells, const CellWork& work, const RunOptions& options,
                    const Execution& exec) {
  return Runner(cells, work, options, exec).run();
}

}  // namespace cch
