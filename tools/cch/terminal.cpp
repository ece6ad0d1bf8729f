#include "tools/cch/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>

namespace cch {
namespace {

class Silent : public ProgressSink {
 public:
  void progress(std::string_view, std::size_t, std::size_t) override {}
};

class Lines : public ProgressSink {
 public:
  Lines(std::ostream& err, bool bar) : err_(err), bar_(bar) {}
  ~Lines() override {
    if (bar_ && drawn_) err_ << "\r\033[K" << std::flush;
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  void progress(std::string_view phase, std::size_t done, std::size_t total) override {
    const std::scoped_lock lock(mutex_);
    if (phase != phase_) {
      phase_ = phase;
      begin_ = std::chrono::steady_clock::now();
    }
    if (bar_) {
      draw(done, total);
    } else {
      err_ << fmt::format("{}: {} of {}\n", phase_, done, total) << std::flush;
    }
  }

 private:
  void draw(std::size_t done, std::size_t total) {
    constexpr std::size_t kCells = 24;
    const std::size_t filled = total == 0 ? kCells : kCells * done / total;
    std::string cells;
    for (std::size_t i = 0; i < kCells; ++i) cells += i < filled ? "█" : "░";
    err_ << "\r\033[K" << phase_ << ' ' << cells << fmt::format(" {}/{}", done, total);
    if (done > 0 && done < total) err_ << fmt::format("  {:.0f} s left", left(done, total));
    err_ << std::flush;
    drawn_ = true;
  }

  double left(std::size_t done, std::size_t total) const {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin_;
    return spent.count() / static_cast<double>(done) * static_cast<double>(total - done);
  }

  std::ostream& err_;
  bool bar_;
  bool drawn_ = false;
  std::mutex mutex_;
  std::string phase_;
  std::chrono::steady_clock::time_point begin_;
};

unsigned terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

}  // namespace

Terminal process_terminal() {
  const char* no_colour = std::getenv("NO_COLOR");
  Terminal terminal{std::cout, std::cerr};
  terminal.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  terminal.err_is_terminal = isatty(STDERR_FILENO) == 1;
  terminal.colour = terminal.out_is_terminal && (no_colour == nullptr || *no_colour == '\0');
  terminal.width = terminal_width();
  return terminal;
}

std::unique_ptr<ProgressSink> make_progress(Terminal& terminal, bool quiet) {
  if (quiet) return std::make_unique<Silent>();
  return std::make_unique<Lines>(terminal.err, terminal.err_is_terminal);
}

}  // namespace cch
