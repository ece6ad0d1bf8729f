#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <atomic>
#include <csignal>
#include <thread>

#include "tools/cch/exit_code.hpp"
#include "tools/cch/program.hpp"

namespace {

// Waits for Ctrl-C (and for what job systems send before they end a job) in a thread of its own,
// because a signal handler may not touch a stop source.
class InterruptWatch {
 public:
  InterruptWatch() {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::jthread([this](const std::stop_token& end) {
      const timespec pause{0, 100'000'000};
      while (!end.stop_requested()) {
        const int signal = sigtimedwait(&signals_, nullptr, &pause);
        if (signal < 0) continue;
        if (source_.stop_requested()) std::_Exit(code(signal));  // asked a second time
        stopped_by_ = signal;
        source_.request_stop();
      }
    });
  }

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  /// The exit code of a run that ended because of a signal.
  [[nodiscard]] int code_of(int code_of_run) const {
    return code_of_run == cch::kExitInterrupted ? code(stopped_by_) : code_of_run;
  }

 private:
  static int code(int signal) {
    return signal == SIGTERM || signal == SIGUSR1 ? cch::kExitTerminated : cch::kExitInterrupted;
  }

  sigset_t signals_{};
  std::stop_source source_;
  std::atomic<int> stopped_by_{0};
  std::jthread thread_;
};

// Rankings and checks take and give back megabytes thousands of times. By its defaults the
// allocator returns them to the system each time, and fresh pages cost a tenth of the run.
void keep_freed_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest that it takes
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  const InterruptWatch interrupt;
  cch::Terminal terminal = cch::process_terminal();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return interrupt.code_of(cch::run_program(arguments, terminal, interrupt.token()));
}
