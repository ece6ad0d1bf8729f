#include "tools/cch/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <mutex>

namespace cch {
namespace {

class Silent : public ProgressSink {
 public:
  void progress(std::string_view, std::size_t, std::size_t) override {}
};

class Passed : public ProgressSink {
 public:
  explicit Passed(ProgressSink& to) : to_(to) {}
  void progress(std::string_view phase, std::size_t done, std::size_t total) override {
    to_.progress(phase, done, total);
  }

 private:
  ProgressSink& to_;
};

class Lines : public ProgressSink {
 public:
  Lines(std::ostream& err, bool bar, ProgressClock now)
      : err_(err), bar_(bar), now_(std::move(now)), pace_(now_) {}
  ~Lines() override { clear(); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  void progress(std::string_view phase, std::size_t done, std::size_t total) override {
    const std::scoped_lock lock(mutex_);
    if (phase != phase_) {
      phase_ = phase;
      begin_ = now_();
    }
    if (bar_) {
      draw(done, total);
    } else if (pace_.due()) {
      err_ << fmt::format("{}: {} of {}{}\n", phase_, done, total, left(done, total)) << std::flush;
    }
  }

 private:
  void clear() {
    if (drawn_) err_ << "\r\033[K" << std::flush;
    drawn_ = false;
  }

  void draw(std::size_t done, std::size_t total) {
    // Whatever is written next must not stand behind a bar.
    if (done >= total) return clear();
    constexpr std::size_t kCells = 24;
    const std::size_t filled = kCells * done / total;
    std::string cells;
    for (std::size_t i = 0; i < kCells; ++i) cells += i < filled ? "█" : "░";
    err_ << "\r\033[K" << phase_ << ' ' << cells << fmt::format(" {}/{}", done, total)
         << left(done, total) << std::flush;
    drawn_ = true;
  }

  [[nodiscard]] std::string left(std::size_t done, std::size_t total) const {
    if (done == 0 || done >= total) return "";
    const std::chrono::duration<double> spent = now_() - begin_;
    return fmt::format(", {:.0f} s left", spent.count() / static_cast<double>(done) *
                                              static_cast<double>(total - done));
  }

  std::ostream& err_;
  bool bar_;
  bool drawn_ = false;
  ProgressClock now_;
  ProgressPace pace_;
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

bool ProgressPace::due() {
  const auto time = now_();
  if (time - last_ < kProgressPause) return false;
  last_ = time;
  return true;
}

std::unique_ptr<ProgressSink> make_progress(Terminal& terminal, bool quiet, ProgressClock now) {
  if (terminal.sink != nullptr) return std::make_unique<Passed>(*terminal.sink);
  if (quiet) return std::make_unique<Silent>();
  return std::make_unique<Lines>(terminal.err, terminal.err_is_terminal, std::move(now));
}

}  // namespace cch
