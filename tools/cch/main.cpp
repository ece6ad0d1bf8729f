#include <csignal>
#include <thread>

#include "tools/cch/program.hpp"

namespace {

// Waits for Ctrl-C in a thread of its own, because a signal handler may not touch a stop source.
class InterruptWatch {
 public:
  InterruptWatch() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    thread_ = std::jthread([this](const std::stop_token& end) {
      const timespec pause{0, 100'000'000};
      while (!end.stop_requested()) {
        if (sigtimedwait(&signals_, nullptr, &pause) != SIGINT) continue;
        if (source_.stop_requested()) std::_Exit(130);  // asked a second time
        source_.request_stop();
      }
    });
  }

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  sigset_t signals_{};
  std::stop_source source_;
  std::jthread thread_;
};

}  // namespace

int main(int argc, char** argv) {
  const InterruptWatch interrupt;
  cch::Terminal terminal = cch::process_terminal();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int code = cch::run_program(arguments, terminal, interrupt.token());
  terminal.out.flush();
  return terminal.out ? code : 1;
}
