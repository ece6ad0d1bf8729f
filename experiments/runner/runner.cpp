#include "cch/experiments/runner.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <utility>

#include "cch/core/parallel.hpp"

namespace cch {
namespace {

using Clock = std::chrono::steady_clock;

/// Until a cell that another process has is looked at again: twice as long each time, since what is
/// long at work seldom ends in the next moment.
constexpr std::chrono::milliseconds kLookAgain{500};
constexpr unsigned kMostDoublings = 6;  // 32 s

class Runner {
 public:
  Runner(std::span<const RunCell> cells, const CellWork& work, const RunOptions& options,
         const Execution& exec)
      : cells_(cells),
        work_(work),
        options_(options),
        exec_(exec),
        inner_(exec.serial()),
        states_(cells.size(), State::open),
        looks_(work.claim ? cells.size() : 0),
        needs_(cells.size()),
        needed_by_(cells.size()) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].elsewhere || cells[i].stored) {
        states_[i] = cells[i].elsewhere ? State::elsewhere : State::done;
        ++(cells[i].elsewhere ? counts_.elsewhere : counts_.cached);
      }
    }
    for (std::size_t i = 0; i < cells.size(); ++i) queue(i);
    open_ = ready_.size() + blocked_;
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
    counts_.elsewhere += later_.size();  // left to those who have them
    return counts_;
  }

 private:
  enum class State { open, running, done, failed, cached, cached_failure, elsewhere };
  using Later = std::pair<Clock::time_point, std::size_t>;
  template <class T>
  using LeastFirst = std::priority_queue<T, std::vector<T>, std::greater<>>;

  [[nodiscard]] bool finished(std::size_t i) const {
    return states_[i] == State::done || states_[i] == State::failed;
  }

  /// Of an open cell at the beginning.
  void queue(std::size_t i) {
    if (states_[i] != State::open) return;
    for (const std::size_t need : cells_[i].needs) {
      if (finished(need)) continue;
      ++needs_[i];
      needed_by_[need].push_back(i);
    }
    if (needs_[i] == 0) return add_ready(i);
    ++blocked_;
  }

  /// Ready cells lie by their place in the order.
  void add_ready(std::size_t i) {
    const std::size_t n = cells_.size();
    ready_.push((i + n - options_.first % n) % n);
  }
  std::size_t next_ready() {
    const std::size_t i = (ready_.top() + options_.first) % cells_.size();
    ready_.pop();
    return i;
  }

  std::optional<std::size_t> take() {
    std::unique_lock hold(mutex_);
    while (!ended_) {
      const bool waits = !later_.empty() && (options_.wait || blocked_ > 0);
      if (ready_.empty() && !waits && (running_ == 0 || blocked_ == 0)) return std::nullopt;
      exec_.throw_if_stopped();
      for (; waits && !later_.empty() && later_.top().first <= Clock::now(); later_.pop()) {
        add_ready(later_.top().second);
      }
      if (!ready_.empty()) {
        const std::size_t i = next_ready();
        states_[i] = State::running;
        ++running_;
        return i;
      }
      if (waits) {
        changed_.wait_for(hold, kLookAgain);
      } else {
        changed_.wait(hold);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::size_t> failed_need(std::size_t i) {
    const std::scoped_lock hold(mutex_);
    for (const std::size_t need : cells_[i].needs) {
      if (states_[need] == State::failed) return need;
    }
    return std::nullopt;
  }

  [[nodiscard]] static std::optional<State> found(Stored stored) {
    if (stored == Stored::no) return std::nullopt;
    return stored == Stored::done ? State::cached : State::cached_failure;
  }

  /// What becomes of a cell; `open`: another process has it.
  State run_one(std::size_t i) {
    std::optional<Claim> own;
    if (work_.claim) {
      if (const auto state = found(work_.glance ? work_.glance(i) : work_.find(i))) return *state;
      own = work_.claim(i);
      if (!own) return State::open;
      if (const auto state = found(work_.find(i))) return *state;
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
    --running_;
    changed_.notify_all();
    if (state == State::open) {
      states_[i] = state;
      later_.emplace(Clock::now() + kLookAgain * (1U << looks_[i]), i);
      if (looks_[i] < kMostDoublings) ++looks_[i];
      return;
    }
    const bool cached = state == State::cached || state == State::cached_failure;
    const bool failed = state == State::failed || state == State::cached_failure;
    states_[i] = failed ? State::failed : State::done;
    ++(cached ? counts_.cached : counts_.run);
    counts_.failed += failed ? 1 : 0;
    for (const std::size_t other : needed_by_[i]) {
      if (--needs_[other] > 0) continue;
      --blocked_;
      add_ready(other);
    }
    if (options_.phase.empty()) return;
    exec_.progress(options_.phase, counts_.cached + counts_.run, cells_.size() - counts_.elsewhere);
  }

  std::span<const RunCell> cells_;
  const CellWork& work_;
  const RunOptions& options_;
  const Execution& exec_;
  Execution inner_;
  std::vector<State> states_;
  std::vector<unsigned char> looks_;  ///< at cells that another process has
  std::vector<std::size_t> needs_;    ///< that are not finished
  std::vector<std::vector<std::size_t>> needed_by_;
  LeastFirst<std::size_t> ready_;
  LeastFirst<Later> later_;  ///< cells that another process has
  std::size_t blocked_ = 0;  ///< cells that wait for others
  std::size_t running_ = 0;
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
