#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "cch/core/error.hpp"
#include "cch/data/written_files.hpp"
#include "tools/cch/child.hpp"
#include "tools/cch/slurm/settings.hpp"

extern char** environ;

namespace cch {
namespace {

namespace fs = std::filesystem;

bool is_in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

/// What a program wrote on both of its outputs, and how it ended.
struct Ended {
  int code = -1;
  std::string text;
};

Ended run_script(const std::string& path) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {-1, std::strerror(errno)};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  pid_t child = 0;
  const int failed = start_child({"bash", path}, &actions, child);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  Ended out;
  std::array<char, 4096> buffer{};
  ssize_t n = 0;
  while (failed == 0 && (n = ::read(ends[0], buffer.data(), buffer.size())) > 0) {
    out.text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  if (failed != 0) return {-1, std::strerror(failed)};
  int status = 0;
  ::waitpid(child, &status, 0);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

}  // namespace

std::string submit_slurm(const SlurmSettings& s, const std::string& script) {
  if (!is_in_path("sbatch")) {
    refuse_usage(
        "no-slurm", "there is no sbatch here", "it hands jobs to Slurm",
        "Run this on a login node of the cluster; or leave --submit out, and run the script "
        "there with bash");
  }
  const std::string folder = (fs::path(s.out) / "slurm").string();
  make_folder(folder);
  const std::string path = (fs::path(folder) / "submit.sh").string();
  write_files({{path, script}});
  const Ended ended = run_script(path);
  if (ended.code == 0) return ended.text;
  throw Error(ErrorKind::run,
              Fault{"sbatch-failed", "Slurm did not take the jobs", path,
                    ended.text.substr(0, ended.text.find_last_not_of("\n") + 1),
                    "Change what it names (--partition, --time, --sbatch KEY=VALUE), or run the "
                    "script by hand; jobs that it took before are in squeue"});
}

}  // namespace cch
