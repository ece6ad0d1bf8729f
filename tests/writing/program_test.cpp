// The program as a process of its own: killed and told to stop by signals while networks are
// trained.
#include <fcntl.h>
#include <spawn.h>

#include <chrono>
#include <thread>

#include "cch/core/random.hpp"
#include "tests/support/processes.hpp"
#include "tests/tools/segment_study.hpp"
#include "tests/tools/training_here.hpp"

namespace cch::test {
namespace {

/// `cch` with these arguments, without its output.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CCH_PROGRAM);
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int file : {1, 2}) {
      posix_spawn_file_actions_addopen(&actions, file, "/dev/null", O_WRONLY, 0);
    }
    REQUIRE(posix_spawn(&id_, CCH_PROGRAM, &actions, nullptr, words.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (id_ > 0) (void)end(SIGKILL);
  }
  /// Its exit code after the signal (0: none is sent); −1: it was killed.
  int end(int signal) {
    if (signal != 0) ::kill(id_, signal);
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t id_ = -1;
};

TEST_CASE(
    "a segmentation study: killed and stopped at any moment, it ends as if nothing had been") {
  if (!training_here()) return;
  const SegmentWorld whole;
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(Program({"train", whole.study, "-o", whole.out, "-q"}).end(0) == 0);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::steady_clock::now() - start)
                        .count();
  SegmentWorld world;
  Random random(5);
  for (const int signal : {SIGKILL, SIGINT, SIGKILL, SIGUSR1, SIGTERM}) {
    CAPTURE(signal);
    Program run({"train", world.study, "-o", world.out, "-q"});
    std::this_thread::sleep_for(
        std::chrono::milliseconds(random.below(static_cast<std::uint64_t>(took))));
    const int code = run.end(signal);
    CAPTURE(code);
    // 0: it had finished; −1: killed, or told before it listened.
    CHECK((code == (signal == SIGINT ? 130 : 75) || code == 0 || code == -1));
  }
  REQUIRE(Program({"train", world.study, "-o", world.out, "-q"}).end(0) == 0);
  CHECK(segment_results(world.out) == segment_results(whole.out));
}

}  // namespace
}  // namespace cch::test
