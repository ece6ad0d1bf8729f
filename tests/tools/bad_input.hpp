#pragma once

// Cases of bad input through the program.

#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch::test {

using Arguments = std::vector<std::string>;

inline constexpr std::size_t kBadRows = 160;
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A world of 160 × 2, what is bad in it, and the three sources of a ranking.
struct World : WorldFiles {
  World() : WorldFiles(kBadRows, 2) {}

  [[nodiscard]] std::string file(const std::string& name, const std::string& bytes) const {
    return folder.write(name, bytes);
  }
  [[nodiscard]] Arguments teacher(const std::string& path) const {
    return rank_of(student, path, labels);
  }
  [[nodiscard]] Arguments labelled(const std::string& path, const Arguments& more = {}) const {
    Arguments arguments = rank_of(student, teacher_file, path);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  [[nodiscard]] Arguments with(const Arguments& more) const { return labelled(labels, more); }
  [[nodiscard]] static std::vector<double> values() {
    return small_world(kBadRows, 2, 0.9).teacher;
  }
  [[nodiscard]] static std::vector<std::int64_t> classes() {
    return small_world(kBadRows, 2, 0.9).labels;
  }
  [[nodiscard]] static std::vector<std::int64_t> cycle(std::size_t count) {
    std::vector<std::int64_t> codes(kBadRows);
    for (std::size_t i = 0; i < kBadRows; ++i) codes[i] = static_cast<std::int64_t>(i % count);
    return codes;
  }
  [[nodiscard]] std::string ids(const std::string& name, std::size_t first) const {
    std::string text;
    for (std::size_t i = 0; i < kBadRows; ++i) text += "r" + std::to_string(first + i) + "\n";
    return file(name, text);
  }

  std::string teacher_file = WorldFiles::teacher;
};

/// One kind of bad input: exit code, code of the error (or of the warning, for exit 0).
struct Case {
  std::string what;
  int exit;
  std::string code;
  std::vector<std::string> words;  ///< of the message
  std::function<Arguments(const World&)> arguments;
};

/// No result and no temporary file lies in the folder.
inline void check_nothing_left(const World& w) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(w.folder.path(""))) {
    const std::string name = entry.path().filename();
    CAPTURE(name);
    CHECK(name.find(".tmp") == std::string::npos);
    CHECK(name != "rank.json");
    CHECK(name != "ranking.csv");
    CHECK(name != "report.html");
  }
}

/// Runs every case with -o: refused as it says, every word in the message, nothing written.
inline void check_refused(const std::vector<Case>& cases) {
  for (const Case& bad : cases) {
    CAPTURE(bad.what);
    const World world;
    Arguments arguments = bad.arguments(world);
    arguments.insert(arguments.end(), {"--json", "-o", world.folder.path("out")});
    const RunOutcome run = run_cch(arguments);
    CAPTURE(run.err);
    CHECK(run.code == bad.exit);
    CHECK(run.out.empty());
    CHECK(run.err_has("[" + bad.code + "]"));
    for (const std::string& word : bad.words) {
      CAPTURE(word);
      CHECK(run.err_has(word));
    }
    check_nothing_left(world);
  }
}

}  // namespace cch::test
