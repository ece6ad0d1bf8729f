#include "tools/cch/train/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "tools/cch/document_parts.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/train/plan.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using documents::StudyStatus;
using Times = std::vector<fs::file_time_type>;

constexpr std::size_t kPace = 200;  // so many runs that finished last say how fast it goes
constexpr std::chrono::seconds kWatch{5};

bool same(const ClaimOwner& a, const ClaimOwner& b) {
  return a.machine == b.machine && a.process == b.process && a.started == b.started;
}

/// What the folders of runs say, one after the other: none is kept.
class Scan {
 public:
  Scan(const std::string& folder, StudyStatus& out)
      : store_(folder), processes_(study_processes(folder)), out_(out) {
    for (const StudyProcess& one : processes_) {
      out_.processes.push_back({one.owner.host,
                                static_cast<std::uint64_t>(one.owner.process),
                                one.owner.job,
                                one.shard,
                                one.alive,
                                {}});
    }
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path(folder) / "runs", none)) {
      look(entry.path().filename().string());
    }
  }
  Times finished;

 private:
  void look(const std::string& key) {
    const std::string record = store_.path(key, "result.json");
    std::error_code none;
    const auto time = fs::last_write_time(record, none);
    if (none) return look_at_claim(key);
    std::vector<Warning> damage;
    const RunState state = run_state(store_, key, damage);
    if (state.stored == Stored::no) {
      ++out_.damaged;
      return look_at_claim(key);
    }
    finished.push_back(time);
    if (state.stored == Stored::done) {
      ++out_.done;
      return;
    }
    ++out_.failed;
    out_.failures.push_back({key, state.failure});
    look_at_claim(key);  // it may be tried again
  }

  void look_at_claim(const std::string& key) {
    ClaimOwner owner;
    if (!Claim::is_held(store_.path(key, "claim"), &owner)) return;
    ++out_.running;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      if (same(processes_[i].owner, owner)) out_.processes[i].runs.push_back(key);
    }
  }

  RunStore store_;
  std::vector<StudyProcess> processes_;
  StudyStatus& out_;
};

/// By the pace of the runs that finished last.
std::optional<double> seconds_left(Times finished, std::size_t open) {
  if (finished.empty() || open == 0) return std::nullopt;
  const std::size_t k = std::min(finished.size(), kPace);
  std::nth_element(finished.begin(), finished.begin() + static_cast<std::ptrdiff_t>(k - 1),
                   finished.end(), std::greater<>());
  const std::chrono::duration<double> window = fs::file_time_type::clock::now() - finished[k - 1];
  return std::max(0.0, window.count()) / static_cast<double>(k) * static_cast<double>(open);
}

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

}  // namespace

StudyStatus study_status(const std::string& folder) {
  std::error_code none;
  if (!fs::is_directory(folder, none)) {
    refuse_data("folder-missing", "there is no such folder", folder, "there is no study to look at",
                "Name the folder of cch train -o");
  }
  const auto stored =
      read_document((fs::path(folder) / "study.json").string(), "cch.study/1", "cch train -o");
  StudyStatus out;
  out.folder = folder;
  out.title = documents::read_study(stored).title;
  out.planned = documents::read_study_head(stored).planned_runs;
  out.version = version();
  const Scan scan(folder, out);
  std::sort(out.failures.begin(), out.failures.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  if (!out.planned) return out;
  const std::size_t finished = out.done + out.failed;
  out.open = *out.planned - std::min(*out.planned, finished);
  const bool alive = std::any_of(out.processes.begin(), out.processes.end(),
                                 [](const auto& one) { return one.alive; });
  if (alive) out.seconds_left = seconds_left(scan.finished, *out.open);
  return out;
}

void print_status(const StudyStatus& status, bool failed, std::ostream& out) {
  out << (status.title.empty() ? status.folder : status.title) << ": ";
  if (status.planned) {
    out << fmt::format("{} of {} runs done, {} failed, {} open", status.done, *status.planned,
                       status.failed, *status.open);
  } else {
    out << fmt::format("{} runs done, {} failed", status.done, status.failed);
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

int show_status(const StatusOptions& options, Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  for (;;) {
    StudyStatus status = study_status(options.folder);
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

}  // namespace cch
