// What a newcomer meets first: `cch` alone, and how much is printed while it works.

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

using namespace std::chrono_literals;
using test::run_cch;
using test::RunOutcome;
using test::WorldFiles;

/// The words of each line that shows a command, without "cch".
std::vector<std::vector<std::string>> examples_in(const std::string& text) {
  std::vector<std::vector<std::string>> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  cch ")) continue;
    std::istringstream words(line.substr(6));
    out.emplace_back();
    for (std::string word; words >> word;) out.back().push_back(word);
  }
  return out;
}

TEST_CASE("cch alone says what it is for and shows commands that are right") {
  const RunOutcome run = run_cch({});
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  CHECK(run.out.starts_with("cch tells"));
  CHECK(run.out_has("cch --help"));
  CHECK(std::count(run.out.begin(), run.out.end(), '\n') <= 16);
  const auto examples = examples_in(run.out);
  REQUIRE(examples.size() == 4);
  const std::vector<std::string> commands{"rank", "check", "train", "compare"};
  const WorldFiles files;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    std::vector<std::string> example = examples[i];
    CAPTURE(example.front());
    CHECK(example.front() == commands[i]);
    const bool arrays = i < 2;
    for (std::string& word : example) {
      if (word == "y.npy") word = files.labels;
      if (word == "video.npy") word = files.student;
      if (word == "audio.npy") word = files.teacher;
      if (word == "text.npy") word = files.noise;
      if (word == "runs" || word == "STUDY.toml") word = files.folder.path(word);
    }
    if (arrays) example.emplace_back("--dry-run");
    const RunOutcome shown = run_cch(example);
    CAPTURE(shown.err);
    if (arrays) {
      CHECK(shown.code == 0);
    } else {  // the words are right, the study is not there
      CHECK(shown.err_has("-missing]"));
    }
  }
}

TEST_CASE("a mistyped command is still an error") {
  const RunOutcome run = run_cch({"rnak"});
  CHECK(run.code == 2);
  CHECK(run.out.empty());
  CHECK(run.err_has("'rank'"));
  CHECK(run_cch({"--no-such-option"}).code == 2);
  CHECK(run_cch({"--help"}).out_has("explain"));
}

/// A clock that a test moves.
struct Clock {
  std::chrono::steady_clock::time_point time{};
  [[nodiscard]] ProgressClock read() const {
    return [this] { return time; };
  }
};

struct Screen {
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{out, err};

  [[nodiscard]] std::ptrdiff_t lines() const {
    const std::string text = err.str();
    return std::count(text.begin(), text.end(), '\n');
  }
};

TEST_CASE("progress off a terminal: one line in five seconds, whatever the steps and phases") {
  Screen screen;
  Clock clock;
  const auto progress = make_progress(screen.terminal, false, clock.read());
  for (std::size_t i = 1; i <= 180; ++i) progress->progress("information", i, 180);
  CHECK(screen.err.str().empty());
  clock.time += 4999ms;
  progress->progress("pilot", 0, 4);  // a new phase is no reason
  CHECK(screen.err.str().empty());
  clock.time += 1ms;
  progress->progress("pilot", 1, 4);
  CHECK(screen.err.str() == "pilot: 1 of 4, 0 s left\n");
  progress->progress("pilot", 2, 4);
  progress->progress("sensitivity", 0, 9);
  CHECK(screen.lines() == 1);
  clock.time += 5s;
  progress->progress("sensitivity", 1, 9);
  CHECK(screen.err.str().ends_with("sensitivity: 1 of 9, 40 s left\n"));
  // A minute of steps every millisecond.
  for (std::size_t i = 1; i <= 60'000; ++i) {
    clock.time += 1ms;
    progress->progress("cells", i, 60'000);
  }
  CHECK(screen.lines() == 2 + 12);
}

TEST_CASE("progress: quiet says nothing, a bar is gone when its phase is done") {
  Screen screen;
  Clock clock;
  const auto quiet = make_progress(screen.terminal, true, clock.read());
  clock.time += 1h;
  quiet->progress("cells", 1, 2);
  CHECK(screen.err.str().empty());
  screen.terminal.err_is_terminal = true;
  const auto bar = make_progress(screen.terminal, false, clock.read());
  bar->progress("cells", 0, 2);
  CHECK(screen.err.str().find(" 0/2") != std::string::npos);
  CHECK(screen.lines() == 0);
  bar->progress("cells", 2, 2);
  CHECK(screen.err.str().ends_with("\r\033[K"));
}

TEST_CASE("progress of whole commands off a terminal is rare") {
  const WorldFiles files;
  auto rank = files.rank();
  std::erase(rank, "-q");
  const std::string sweep = files.folder.write("sweep.toml",
                                               "[model]\nteacher-dim = 10\nstudent-dim = 10\n"
                                               "[grid]\nn = [20, 40, 200]\nshare = [0.2, 1]\n");
  for (const auto& arguments : {rank, std::vector<std::string>{"gaussian", "sweep", sweep, "-o",
                                                               files.folder.path("out")}}) {
    const auto begin = std::chrono::steady_clock::now();
    const RunOutcome run = run_cch(arguments);
    const auto spent = std::chrono::steady_clock::now() - begin;
    CAPTURE(run.err);
    CHECK(run.code == 0);
    std::istringstream lines(run.err);
    std::ptrdiff_t steps = 0;
    for (std::string line; std::getline(lines, line);) {
      steps += line.find(" of ") != std::string::npos ? 1 : 0;
    }
    CHECK(steps <= spent / kProgressPause);
  }
}

}  // namespace
}  // namespace cch
