#pragma once

// Every command that writes, so that each is held to the same rules about where and when.

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/trained_runs.hpp"

namespace cch::test {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

inline constexpr const char* kSweep = R"(lambda = [0.5, 1]
simulate = 200
[model]
common-factors = 2
teacher-dim = 3
student-dim = 3
[grid]
n = [40, 60]
teacher-noise = [0.1, 1]
)";

/// What commands read.
struct WritersWorld : WorldFiles {
  WritersWorld() : WorldFiles(80) {}

  std::string pairs = folder.write("pairs.toml", kTinyPairs);
  std::string sweep = folder.write("sweep.toml", kSweep);

  [[nodiscard]] Arguments ranking(const Arguments& more) const {
    Arguments out = rank_of(student, teacher, labels);
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  [[nodiscard]] Arguments checking(const Arguments& more) const {
    Arguments out{"check",        "--student", "s=" + student, "--teacher",
                  "t=" + teacher, "--labels",  labels,         "-q"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  /// A folder of trained pairs, made at first use.
  [[nodiscard]] std::string trained() const {
    const std::string path = folder.path("trained");
    if (!fs::exists(path)) REQUIRE(run_cch({"train", pairs, "-o", path, "-q"}).code == 0);
    return path;
  }
};

struct Writer {
  std::string name;
  bool to_folder = true;
  std::function<Arguments(const WritersWorld&, const std::string& path)> command;
  /// Files by which a folder is known as this command's, the first its result.
  std::vector<std::string> files = {};
  bool resumes = false;  ///< goes on from what an earlier call has left
};

inline std::vector<Writer> writers() {
  using W = WritersWorld;
  using P = std::string;
  return {
      {"rank -o",
       true,
       [](const W& w, const P& p) {
         return w.ranking({"-o", p});
       },
       {"rank.json", "ranking.csv", "report.html"}},
      {"check -o",
       true,
       [](const W& w, const P& p) {
         return w.checking({"-o", p});
       },
       {"check.json", "report.html"}},
      {"gaussian sweep -o",
       true,
       [](const W& w, const P& p) {
         return Arguments{"gaussian", "sweep", w.sweep, "-o", p, "-q"};
       },
       {"cells.jsonl", "sweep.json", "report.html"},
       true},
      {"train -o",
       true,
       [](const W& w, const P& p) {
         return Arguments{"train", w.pairs, "-o", p, "-q"};
       },
       {"study.json", "report.html"},
       true},
      {"compare -o",
       true,
       [](const W& w, const P& p) {
         return Arguments{"compare", w.trained(), "-o", p, "-q"};
       },
       {"compare.json", "compare.csv", "report.html"}},
      {"rank --html", false,
       [](const W& w, const P& p) {
         return w.ranking({"--html", p});
       }},
      {"check --html", false,
       [](const W& w, const P& p) {
         return w.checking({"--html", p});
       }},
      {"compare --html", false,
       [](const W& w, const P& p) {
         return Arguments{"compare", w.trained(), "--html", p, "-q"};
       }},
      {"report --html", false,
       [](const W& w, const P& p) {
         return Arguments{"report", w.trained(), "--html", p, "-q"};
       }},
  };
}

inline std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Files below a folder by their names within it. Claims are left out: they end with their process.
inline std::map<std::string, std::string> tree(const fs::path& folder) {
  std::map<std::string, std::string> out;
  if (!fs::is_directory(folder)) return out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    std::error_code none;
    if (entry.is_regular_file(none)) {
      out[fs::relative(entry.path(), folder).string()] = content_of(entry.path());
    }
  }
  return out;
}

}  // namespace cch::test
