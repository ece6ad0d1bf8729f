#include "tools/cch/train/gpus.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "cch/core/parallel.hpp"
#include "tools/cch/child.hpp"
#include "tools/cch/command.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/files.hpp"
#include "tools/cch/train/status.hpp"

extern char** environ;

namespace cch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAll = "cuda:all";

/// Of a process that was started, by its number.
struct Worker {
  pid_t process = 0;
  std::optional<int> code;

  /// Whether it has ended.
  bool look() {
    int status = 0;
    if (code || ::waitpid(process, &status, WNOHANG) != process) return code.has_value();
    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
  }
};

Worker start(const std::vector<std::string>& command) {
  Worker out;
  const int failed = start_child(command, nullptr, out.process);
  if (failed == 0) return out;
  throw Error(ErrorKind::run,
              Fault{"cannot-start", "a worker could not be started", shell_line(command),
                    std::strerror(failed), "Start the workers by hand, each with --shard auto"});
}

/// The worst of the workers: an error before failed runs before an early end.
int code_of(const std::vector<int>& codes) {
  for (const int bad : codes) {
    if (bad != kExitDone && bad != kExitSomeFailed && bad != kExitTerminated) return bad;
  }
  for (const int code : {kExitTerminated, kExitSomeFailed}) {
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) return code;
  }
  return kExitDone;
}

}  // namespace

bool asks_all_gpus(const TrainSettings& s) {
  return s.common.device == kAll;
}

std::size_t visible_gpus() {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (visible != nullptr) {
    const std::string names = visible;
    if (names.empty() || names.starts_with('-')) return 0;
    return 1 + static_cast<std::size_t>(std::count(names.begin(), names.end(), ','));
  }
  std::error_code none;
  std::size_t out = 0;
  for (const auto& gpu : fs::directory_iterator("/proc/driver/nvidia/gpus", none)) {
    out += gpu.is_directory(none) ? 1 : 0;
  }
  return out;
}

std::vector<std::vector<std::string>> gpu_workers(const TrainSettings& s, std::size_t gpus,
                                                  const std::string& program) {
  Execution all;
  all.threads = s.common.threads;
  const std::size_t threads =
      std::max<std::size_t>(1, worker_count(all) / std::max<std::size_t>(1, gpus));
  std::vector<std::vector<std::string>> out;
  for (std::size_t gpu = 0; gpu < gpus; ++gpu) {
    std::vector<std::string>& one = out.emplace_back();
    one = {program,
           "train",
           s.path,
           "-o",
           s.out,
           "--shard",
           "auto",
           "--device",
           fmt::format("cuda:{}", gpu),
           "--threads",
           std::to_string(threads),
           "-q"};
    if (!s.data.empty()) one.insert(one.end(), {"--data", s.data});
    for (const std::string& value : s.overrides) one.insert(one.end(), {"--set", value});
    if (!s.share.wait) one.emplace_back("--no-wait");
    if (s.failed) one.emplace_back("--failed");
    if (s.force) one.emplace_back("--force");
    if (s.share.stop_after > 0) {
      one.insert(one.end(), {"--stop-after", std::to_string(s.share.stop_after)});
    }
  }
  return out;
}

std::vector<int> run_together(const std::vector<std::vector<std::string>>& commands,
                              const std::stop_token& stop) {
  std::vector<Worker> workers;
  const auto tell = [&](int signal) {
    for (const Worker& worker : workers) {
      if (!worker.code) ::kill(worker.process, signal);
    }
  };
  try {
    for (const auto& command : commands) workers.push_back(start(command));
  } catch (const Error&) {
    tell(SIGUSR1);
    for (Worker& worker : workers) ::waitpid(worker.process, nullptr, 0);
    throw;
  }
  bool told = false;
  for (;;) {
    bool all = true;
    for (Worker& worker : workers) all = worker.look() && all;
    if (all) break;
    if (stop.stop_requested() && !told) tell(SIGUSR1);
    told = stop.stop_requested();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::vector<int> out;
  for (const Worker& worker : workers) out.push_back(worker.code.value_or(kExitRunFailed));
  return out;
}

int train_on_all_gpus(const TrainSettings& s, Invocation& invocation) {
  Terminal& terminal = invocation.terminal;
  const std::size_t gpus = visible_gpus();
  std::error_code none;
  const fs::path self = fs::read_symlink("/proc/self/exe", none);
  const auto commands = gpu_workers(s, gpus, none ? "cch" : self.string());
  if (s.dry_run || s.list) {
    terminal.out << fmt::format("{} GPUs, a worker each\n", gpus);
    for (const auto& command : gpu_workers(s, std::max<std::size_t>(1, gpus), "cch")) {
      terminal.out << (gpus == 0 ? "with one: " : "") << shell_line(command) << '\n';
    }
    terminal.out << "Nothing was run.\n";
    return kExitDone;
  }
  if (s.out.empty()) {
    refuse_usage("no-folder", "a study needs a folder for its runs", {}, "Give one with -o DIR");
  }
  if (s.share.shared() && !s.share.by_claims()) {
    refuse_usage("bad-shard",
                 "--shard " + s.share.shard + " and --device cuda:all do not go together",
                 "the workers of the GPUs share the study by claims", "Leave --shard out");
  }
  if (gpus == 0) {
    refuse_usage("device-missing", "device 'cuda:all' is not available",
                 "neither CUDA_VISIBLE_DEVICES nor NVIDIA's driver names a GPU",
                 "Use --device cpu, or --dry-run to see what would be run");
  }
  const int code = code_of(run_together(commands, invocation.stop));
  print_status(study_status(s.out), false, terminal.out);
  return code;
}

}  // namespace cch
