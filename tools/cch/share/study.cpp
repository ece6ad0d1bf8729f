#include "tools/cch/share/study.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <utility>

namespace cch {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

options::Table share_table(ShareOptions& share, const std::string& parts) {
  return {
      {"--shard",
       &share.shard,
       "Only part I of N of " + parts +
           " (I/N); or auto: whatever is open, by claims, so that any number of processes on "
           "any hosts share the folder",
       {.in_file = false, .echo = options::Echo::never, .suggestions = {"auto"}}},
      {"--wait", &share.wait,
       "With --shard: wait for what other processes have in hand, and take it over where they "
       "are gone; with --no-wait end when nothing else is open",
       options::kLineOnly},
      {"--stop-after", &share.stop_after,
       "Stop with exit code 75 once so many runs are finished, as if a job system asked for it; "
       "0 = never",
       options::kLineOnly}};
}

RunOptions run_options(const ShareOptions& share, std::size_t cells, const std::string& phase) {
  RunOptions out;
  out.phase = phase;
  out.wait = share.wait;
  if (!share.by_claims() || cells == 0) return out;
  const ClaimOwner own = this_process();
  const std::string name = own.machine + own.host + std::to_string(own.process) + own.started;
  out.first = std::hash<std::string>()(name) % cells;
  return out;
}

std::string job_name() {
  const std::string array = variable("SLURM_ARRAY_JOB_ID");
  if (!array.empty()) return array + "_" + variable("SLURM_ARRAY_TASK_ID");
  for (const char* name : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID"}) {
    if (const std::string job = variable(name); !job.empty()) return job;
  }
  return "";
}

std::optional<Claim> claim_page(const ShareOptions& share, const std::string& folder) {
  if (!share.by_claims()) return std::nullopt;
  return Claim::take((std::filesystem::path(folder) / "page-claim").string());
}

void print_share(const RunCounts& own, const std::string& units, std::ostream& err) {
  err << fmt::format("this process: {} {} run, {} found finished, {} left to others\n", own.run,
                     units, own.cached, own.elsewhere);
}

void print_seen(std::size_t done, std::size_t failed, std::size_t open, std::ostream& out) {
  out << fmt::format("{} done, {} failed, {} open or in the hands of others\n", done, failed, open);
}

void print_stopped(const ShareOptions& share, std::ostream& err) {
  err << fmt::format(
      "stopped once {} runs were finished, as asked: nothing that was finished is lost\n",
      share.stop_after);
}

StopAfter::StopAfter(std::size_t most, std::stop_token outer)
    : most_(most), outer_(std::move(outer), Forward{source_}) {}

void StopAfter::finished() {
  if (++count_ == most_) source_.request_stop();
}

}  // namespace cch
