#pragma once

// Runs of the program without a process, on small files that the test writes.

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cch/core/random.hpp"
#include "support/test.hpp"
#include "tests/data/files.hpp"
#include "tools/cch/program.hpp"

namespace cch::test {

struct RunOutcome {
  int code = -1;
  std::string out;
  std::string err;

  [[nodiscard]] bool out_has(const std::string& words) const {
    return out.find(words) != std::string::npos;
  }
  [[nodiscard]] bool err_has(const std::string& words) const {
    return err.find(words) != std::string::npos;
  }
  [[nodiscard]] nlohmann::json document() const {
    return nlohmann::json::parse(out, nullptr, false);
  }
};

inline RunOutcome run_cch(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{out, err};
  const int code = run_program(arguments, terminal);
  return {code, out.str(), err.str()};
}

/// Refused with this code: every word occurs in the message, nothing on standard output.
inline void check_refused(const RunOutcome& run, int code, const std::vector<std::string>& words) {
  CAPTURE(run.err);
  CHECK(run.code == code);
  CHECK(run.out.empty());
  for (const std::string& word : words) {
    CAPTURE(word);
    CHECK(run.err_has(word));
  }
}
inline void check_refused(const std::vector<std::string>& arguments, int code,
                          const std::vector<std::string>& words) {
  check_refused(run_cch(arguments), code, words);
}

/// Leaves out what takes longest and changes nothing in how a run is started, read and written.
inline const std::vector<std::string> kQuick{"--no-planted-bias", "--no-sensitivity", "--decide-by",
                                             "combined"};

/// n rows of `dim` numbers of one student, of a teacher that shares `rho` with it, and labels: the
/// sign of the student's first column with noise. Rows are made one by one, so a prefix stays the
/// same.
struct SmallWorld {
  std::vector<double> student;
  std::vector<double> teacher;
  std::vector<double> noise;
  std::vector<std::int64_t> labels;
};

inline SmallWorld small_world(std::size_t n, std::size_t dim, double rho, std::uint64_t seed = 1) {
  Random random(derive_seed(seed, "small-world"));
  SmallWorld w;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < dim; ++j) {
      const double s = random.normal();
      w.student.push_back(s);
      w.teacher.push_back(rho * s + std::sqrt(1.0 - rho * rho) * random.normal());
      w.noise.push_back(random.normal());
    }
    w.labels.push_back(w.student[i * dim] + random.normal() > 0.0 ? 1 : 0);
  }
  return w;
}

inline std::string shape(std::size_t rows, std::size_t cols) {
  return "(" + std::to_string(rows) + ", " + std::to_string(cols) + ")";
}
inline std::string shape(std::size_t rows) {
  return "(" + std::to_string(rows) + ",)";
}
inline std::string npy_matrix(const std::vector<double>& values, std::size_t cols) {
  return npy("<f8", shape(values.size() / cols, cols), raw(values));
}
inline std::string npy_vector(const std::vector<std::int64_t>& values) {
  return npy("<i8", shape(values.size()), raw(values));
}

/// The four files of a small world in a folder: s.npy, t.npy, noise.npy, y.npy.
struct WorldFiles {
  TempFolder folder;
  std::string student;
  std::string teacher;
  std::string noise;
  std::string labels;

  explicit WorldFiles(std::size_t n = 160, std::size_t dim = 1, double rho = 0.9) {
    const SmallWorld w = small_world(n, dim, rho);
    student = folder.write("s.npy", npy_matrix(w.student, dim));
    teacher = folder.write("t.npy", npy_matrix(w.teacher, dim));
    noise = folder.write("noise.npy", npy_matrix(w.noise, dim));
    labels = folder.write("y.npy", npy_vector(w.labels));
  }

  /// `rank` with a teacher and a noise teacher, and what else is given.
  [[nodiscard]] std::vector<std::string> rank(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"rank",         "--student", "s=" + student,   "--teacher",
                                       "t=" + teacher, "--teacher", "noise=" + noise, "--labels",
                                       labels,         "-q"};
    arguments.insert(arguments.end(), kQuick.begin(), kQuick.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  /// `rank` with these four sources and nothing else.
  [[nodiscard]] static std::vector<std::string> rank_of(const std::string& s, const std::string& t,
                                                        const std::string& y) {
    std::vector<std::string> arguments{"rank",   "--student", "s=" + s, "--teacher",
                                       "t=" + t, "--labels",  y,        "-q"};
    arguments.insert(arguments.end(), kQuick.begin(), kQuick.end());
    return arguments;
  }
};

inline bool has_warning(const nlohmann::json& document, const std::string& code) {
  return std::any_of(document["warnings"].begin(), document["warnings"].end(),
                     [&](const nlohmann::json& w) { return w["code"] == code; });
}

/// The document without what may differ between two runs of one question.
inline nlohmann::json comparable(nlohmann::json document) {
  if (document.is_array()) {
    for (auto& item : document) item = comparable(item);
    return document;
  }
  if (!document.is_object()) return document;
  for (const std::string name : {"seconds", "seconds_error_bars", "threads", "command",
                                 "rank_seconds", "rank_how"}) {  // of a check, from its own times
    document.erase(name);
  }
  for (auto& [name, value] : document.items()) value = comparable(value);
  return document;
}

}  // namespace cch::test
