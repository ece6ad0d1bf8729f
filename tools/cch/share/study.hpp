#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>

#include "cch/core/error.hpp"
#include "cch/experiments/claim.hpp"
#include "cch/experiments/runner.hpp"
#include "tools/options/option.hpp"

namespace cch {

/// How a process takes part in a study that others may work on as well, and when it ends.
struct ShareOptions {
  std::string shard;           ///< "": all of it, alone; "I/N"; "auto": what is open, by claims
  bool wait = true;            ///< for what others have in hand
  std::size_t stop_after = 0;  ///< so many finished runs; 0: never

  [[nodiscard]] bool by_claims() const { return shard == "auto"; }
  /// Whether other processes may work on the study.
  [[nodiscard]] bool shared() const { return !shard.empty(); }
};

/// --shard (`parts`: what it deals out, in words), --no-wait and --stop-after.
options::Table share_table(ShareOptions& share, const std::string& parts);

/// The options of run_cells for a process that takes part so in a study of `cells`.
RunOptions run_options(const ShareOptions& share, std::size_t cells, const std::string& phase);

/// What a job system calls this process, by the variables that it sets: Slurm, PBS, LSF, Grid
/// Engine. "" outside of one.
std::string job_name();

/// The right to write what is made of a finished study, which one of the processes needs; nothing
/// where another has it.
std::optional<Claim> claim_page(const ShareOptions& share, const std::string& folder);

/// What is said at the end by a process that shares a study by claims: what it ran itself (`units`,
/// what they are called), and how far the study is as far as it has seen.
void print_share(const RunCounts& own, const std::string& units, std::ostream& err);
void print_seen(std::size_t done, std::size_t failed, std::size_t open, std::ostream& out);
/// What is said after a stop by --stop-after.
void print_stopped(const ShareOptions& share, std::ostream& err);

/// Asks for a stop once so much is finished, or when the outer stop comes. `finished` may be called
/// from several threads.
class StopAfter {
 public:
  StopAfter(std::size_t most, std::stop_token outer);

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  void finished();
  /// Whether the stop is its own.
  [[nodiscard]] bool reached() const { return most_ > 0 && count_ >= most_; }
  /// Runs `work`; whether its own stop has ended it. Every other Error passes.
  template <class Work>
  bool ended(const Work& work) const {
    try {
      work();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled && reached()) return true;
      throw;
    }
    return false;
  }

 private:
  struct Forward {
    std::stop_source& to;
    void operator()() const { to.request_stop(); }
  };

  std::size_t most_;
  std::atomic<std::size_t> count_{0};
  std::stop_source source_;
  std::stop_callback<Forward> outer_;
};

}  // namespace cch
