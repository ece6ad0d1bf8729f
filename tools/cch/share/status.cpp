#include "tools/cch/share/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "cch/data/written_files.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/share/tally.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using documents::StudyStatus;

constexpr std::size_t kPace = 200;  // so many that finished last say how fast it goes
constexpr std::chrono::seconds kWatch{5};
constexpr const char* kPlanned = "planned.json";

std::string in_words(double seconds) {
  if (seconds < 120.0) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200.0) return fmt::format("{:.0f} min", seconds / 60.0);
  return fmt::format("{:.1f} h", seconds / 3600.0);
}

void print_processes(const StudyStatus& status, std::ostream& out) {
  std::size_t gone = 0;
  for (const auto& one : status.processes) {
    if (!one.alive) {
      ++gone;
      continue;
    }
    out << fmt::format("at work: process {} on {}", one.process, one.host);
    if (!one.job.empty()) out << ", job " << one.job;
    if (!one.shard.empty()) out << ", shard " << one.shard;
    if (!one.runs.empty()) out << ", in hand " << fmt::format("{}", fmt::join(one.runs, " "));
    out << '\n';
  }
  if (gone > 0) {
    out << fmt::format("gone without an end: {} process{}; what {} had in hand is open\n", gone,
                       gone == 1 ? "" : "es", gone == 1 ? "it" : "they");
  }
}

bool same(const ClaimOwner& a, const ClaimOwner& b) {
  return a.machine == b.machine && a.process == b.process && a.started == b.started;
}

}  // namespace

options::Table status_table(StatusOptions& status, const std::string& what) {
  return {
      {"--status",
       &status.folder,
       "Show how far " + what +
           " of a folder is, who is at work and what failed, and run "
           "nothing",
       {.in_file = false, .echo = options::Echo::never, .completes = options::Completes::folders}},
      {"--watch",
       &status.watch,
       "With --status: again every five seconds, until all is finished",
       {.in_file = false, .echo = options::Echo::never, .needs = "--status"}}};
}

StatusLook::StatusLook(const std::string& folder, const std::string& writer) {
  std::error_code none;
  if (!fs::is_directory(folder, none)) {
    refuse_data("folder-missing", "there is no such folder", folder, "there is nothing to look at",
                "Name the folder of " + writer);
  }
  status.folder = folder;
  status.version = version();
  processes_ = study_processes(folder);
  for (const StudyProcess& one : processes_) {
    status.processes.push_back({one.owner.host,
                                static_cast<std::uint64_t>(one.owner.process),
                                one.owner.job,
                                one.shard,
                                one.alive,
                                {}});
  }
}

void StatusLook::add_in_hand(const std::string& claim, const std::string& key) {
  ClaimOwner owner;
  if (!Claim::is_held(claim, &owner)) return;
  ++status.running;
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if (same(processes_[i].owner, owner)) status.processes[i].runs.push_back(key);
  }
}

void StatusLook::count_open() {
  if (!status.planned) return;
  status.open = *status.planned - std::min(*status.planned, status.done + status.failed);
}

void StatusLook::time_left(Times finished) {
  if (finished.empty()) return;
  const std::size_t k = std::min(finished.size(), kPace);
  std::nth_element(finished.begin(), finished.begin() + static_cast<std::ptrdiff_t>(k - 1),
                   finished.end(), std::greater<>());
  time_left(k, finished[k - 1]);
}

void StatusLook::time_left(std::size_t finished, fs::file_time_type since) {
  const bool alive = std::any_of(processes_.begin(), processes_.end(),
                                 [](const StudyProcess& one) { return one.alive; });
  if (!alive || finished == 0 || status.open.value_or(0) == 0) return;
  const std::chrono::duration<double> window = fs::file_time_type::clock::now() - since;
  status.seconds_left = std::max(0.0, window.count()) / static_cast<double>(finished) *
                        static_cast<double>(*status.open);
}

void print_status(const StudyStatus& status, bool failed, std::ostream& out) {
  out << (status.title.empty() ? status.folder : status.title) << ": ";
  if (status.planned) {
    out << fmt::format("{} of {} {} done, {} failed, {} open", status.done, *status.planned,
                       status.of, status.failed, *status.open);
  } else {
    out << fmt::format("{} {} done, {} failed", status.done, status.of, status.failed);
  }
  if (status.seconds_left) out << ", about " << in_words(*status.seconds_left) << " left";
  out << '\n';
  if (status.damaged > 0) {
    out << fmt::format("damaged: {} records, which count as open\n", status.damaged);
  }
  print_processes(status, out);
  if (failed) {
    for (const auto& one : status.failures) out << one.key << '\t' << one.reason << '\n';
    return;
  }
  std::vector<std::string> reasons;
  for (const auto& one : status.failures) reasons.push_back(one.reason);
  count_runs(reasons, kReasons, out);
}

int show_status(const StatusOptions& options, const ReadStatus& read, Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  for (;;) {
    StudyStatus status = read(options.folder);
    status.command = invocation.command_line;
    if (options.json) {
      terminal.out << documents::to_text(status, options.watch ? -1 : 1) << '\n';
    } else {
      print_status(status, options.failed, terminal.out);
    }
    terminal.out.flush();
    if (!options.watch || status.complete()) return kExitDone;
    for (auto waited = kWatch * 0; waited < kWatch; waited += std::chrono::seconds(1)) {
      if (invocation.stop.stop_requested()) return kExitInterrupted;
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }
}

void write_planned(const std::string& folder, const documents::Planned& planned) {
  if (folder.empty()) return;
  write_files({{(fs::path(folder) / kPlanned).string(), documents::to_text(planned, 1) + "\n"}});
}

FoundPlanned read_planned(const std::string& folder, const std::string& of,
                          const std::string& writer) {
  const std::string path = (fs::path(folder) / kPlanned).string();
  if (!path_exists(path)) {
    refuse_data("folder-unknown", "the folder does not say what is planned in it", path,
                "how far it is cannot be told",
                "Name the folder of " + writer + " (of cch train: cch train --status)");
  }
  const documents::Planned planned =
      documents::read_planned(read_document(path, "cch.planned/1", writer));
  if (planned.of != of) {
    refuse_data("folder-unknown", "the folder is one of " + planned.of + ", not of " + of, path,
                "they are looked at by another command", "Name the folder of " + writer);
  }
  std::error_code none;
  return {planned, fs::last_write_time(path, none)};
}

}  // namespace cch
