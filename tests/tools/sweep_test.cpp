#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cch/experiments/store.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

using nlohmann::json;
using test::near;
using test::run_cch;

const std::string kSweptModel =
    "[model]\nteacher-dim = 10\nstudent-dim = 10\nteacher-noise = 0.5\n";
const std::string kGrid = "[grid]\nn = [20, 40, 200]\nshare = [0.2, 1]\n";

struct Study {
  test::TempFolder folder;
  std::string path;
  std::string out = folder.path("sweep");

  explicit Study(const std::string& text) : path(folder.write("study.toml", text)) {}

  [[nodiscard]] test::RunOutcome run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"gaussian", "sweep", path};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  }
};

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What does not depend on when, where and how fast it ran.
json timeless(json document) {
  for (const char* name : {"seconds", "machine", "command"}) document.erase(name);
  return document;
}

std::size_t line_count(const std::string& path) {
  const std::string text = read(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("cch gaussian sweep: a cell has the numbers of cch gaussian solve") {
  const Study study("lambda = [0.1, 1]\n" + kSweptModel + "n = 40\nteacher-scale = 1\n");
  const json sweep = study.run({"--json"}).document();
  REQUIRE(sweep["cells"].size() == 1);
  const json& cell = sweep["cells"][0];
  const std::string model = study.folder.write(
      "model.toml",
      "a = 1\nb = 1\nd = 1\nteacher-dim = 10\nstudent-dim = 10\nteacher-noise = 0.5\nn = 40\n"
      "lambda = [0.1, 1]\n");
  const json solved = run_cch({"gaussian", "solve", model, "--json"}).document();
  constexpr double kRounding = 1e-10;
  for (const char* name : {"i_teacher_student", "i_student_labels", "beta_s", "beta_e", "kappa",
                           "lambda_star", "best_gain"}) {
    CAPTURE(name);
    CHECK(near(cell[name].get<double>(), solved[name].get<double>(), kRounding));
  }
  CHECK(near(cell["i_blocks"]["teacher_student"].get<double>(),
             solved["i_blocks"]["x1_x2"].get<double>(), kRounding));
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(near(cell["risk"][i]["excess_risk"].get<double>(),
               solved["risk"][i]["excess_risk"].get<double>(), kRounding));
    CHECK(cell["risk"][i]["says"]["direction"] == solved["risk"][i]["says"]["direction"]);
  }
}

TEST_CASE("cch gaussian sweep: the same numbers for any threads, and others for another seed") {
  const Study study("simulate = 20\nlambda = [0.5]\n" + kSweptModel + kGrid);
  const json one = timeless(study.run({"--json", "--threads", "1"}).document());
  CHECK(one["cells"].size() == 6);
  CHECK(one == timeless(study.run({"--json", "--threads", "3"}).document()));
  const json other = study.run({"--json", "--seed", "2"}).document();
  CHECK(other["cells"][0]["risk"][0]["simulated"] != one["cells"][0]["risk"][0]["simulated"]);
  CHECK(other["cells"][0]["risk"][0]["gain"] == one["cells"][0]["risk"][0]["gain"]);
}

TEST_CASE("cch gaussian sweep: a run that was cut goes on, with nothing lost and nothing doubled") {
  const Study study("simulate = 20\nlambda = [0.5]\n" + kSweptModel + kGrid);
  const auto first = study.run({"--json", "-o", study.out});
  REQUIRE(first.code == 0);
  const std::string cells = study.out + "/cells.jsonl";
  CHECK(line_count(cells) == 6);
  // What a kill leaves: three whole lines and half of one.
  const std::string text = read(cells);
  std::size_t end = 0;
  for (int line = 0; line < 3; ++line) end = text.find('\n', end) + 1;
  std::ofstream(cells, std::ios::binary | std::ios::trunc) << text.substr(0, end + 40);
  const auto second = study.run({"--json", "-o", study.out});
  CHECK(second.err_has("3 of 6 cells cached"));
  CHECK(timeless(second.document()) == timeless(first.document()));
  CHECK(line_count(cells) == 6);
  // Everything is there now; a larger grid runs only what is new.
  const auto third = study.run({"-o", study.out});
  CHECK(third.err_has("6 of 6 cells cached"));
  const std::string wider =
      study.folder.write("wider.toml", "simulate = 20\nlambda = [0.5]\n" + kSweptModel +
                                           "[grid]\nn = [20, 40, 200, 400]\nshare = [0.2, 1]\n");
  const auto fourth = run_cch({"gaussian", "sweep", wider, "-o", study.out, "--json"});
  CHECK(fourth.err_has("6 of 8 cells cached"));
}

TEST_CASE(
    "cch gaussian sweep: damaged cells are named and run again, those without checksum read") {
  const Study study("simulate = 20\nlambda = [0.5]\n" + kSweptModel + kGrid);
  const auto first = study.run({"--json", "-o", study.out});
  REQUIRE(first.code == 0);
  const std::string cells = study.out + "/cells.jsonl";
  std::string text = read(cells);
  text[text.find("\"kappa\"") + 10] ^= 1;
  const std::size_t second = text.find('\n') + 1;  // as earlier versions wrote it:
  text.erase(second + 1, text.find("\"cell\"", second) - second - 1);
  std::ofstream(cells, std::ios::binary | std::ios::trunc) << text;
  const auto again = study.run({"--json", "-o", study.out});
  CHECK(again.err_has("line 1 is not what was written"));
  CHECK(again.err_has("5 of 6 cells cached"));
  CHECK(timeless(again.document()) == timeless(first.document()));
}

TEST_CASE("cch gaussian sweep: one process a folder, and a plan of it at any time") {
  const Study study("lambda = [0.5]\n" + kSweptModel + kGrid);
  REQUIRE(study.run({"-o", study.out}).code == 0);
  {
    const Claim other = claim_study(study.out, "");
    const auto locked = study.run({"-o", study.out});
    CHECK(locked.code == 2);
    CHECK(locked.err_has("study-locked"));
    CHECK(study.run({"-o", study.out, "--dry-run"}).code == 0);
  }
  CHECK(study.run({"-o", study.out}).code == 0);
}

TEST_CASE("cch gaussian sweep: files, and the same report again from the folder") {
  const Study study("title = \"A <study>\"\nsimulate = 10\nlambda = [0.1, 1]\n" + kSweptModel +
                    kGrid);
  const auto outcome = study.run({"-o", study.out});
  REQUIRE(outcome.code == 0);
  CHECK(outcome.out_has("CCH"));
  const std::string csv = read(study.out + "/sweep.csv");
  CHECK(line_count(study.out + "/sweep.csv") == 1 + 6 * 2);
  const std::string html = read(study.out + "/report.html");
  CHECK(html.find("A &lt;study&gt;") != std::string::npos);
  CHECK(html.find("<script") == std::string::npos);
  std::filesystem::remove(study.out + "/report.html");
  const auto again = run_cch({"report", study.out});
  CHECK(again.code == 0);
  CHECK(read(study.out + "/report.html") == html);
  CHECK(read(study.out + "/sweep.csv") == csv);
  CHECK(again.out == outcome.out);
}

TEST_CASE("cch gaussian sweep: a plan runs nothing and writes nothing") {
  const Study study("simulate = 1000000\n" + kSweptModel + kGrid);
  const auto text = study.run({"--dry-run", "-o", study.out});
  CHECK(text.code == 0);
  CHECK(text.out_has("6"));
  CHECK(text.out_has("Nothing was run"));
  CHECK_FALSE(std::filesystem::exists(study.out));
  const json plan = study.run({"--dry-run", "--json"}).document();
  CHECK(plan["cells"] == 6);
  CHECK(plan["simulate"] == 1000000);
}

TEST_CASE("cch gaussian sweep: estimates stand beside their truth") {
  const Study study(
      "lambda = [0.5]\n[model]\nn = 400\nteacher-noise = 0.3\n[estimates]\n"
      "estimators = [\"ksg1\", \"gaussian\", \"auto\"]\ndraws = 4\n");
  const json document = study.run({"--json"}).document();
  const json& estimates = document["cells"][0]["estimates"];
  REQUIRE(estimates.size() == 3);
  for (const json& e : estimates) {
    CAPTURE(e["estimator"].get<std::string>());
    CHECK(e["failed"].is_null());
    const json& i = e["i_student_labels"];
    // 2 + 1 columns and 400 rows: the bias of all three is far below a tenth of a nat.
    CHECK(near(i["mean"].get<double>(), i["truth"].get<double>(), 0.1));
    CHECK(i["standard_error"].get<double>() > 0.0);
    CHECK(i["truth"] == document["cells"][0]["i_blocks"]["student_labels"]);
  }
  const Study few(
      "lambda = [0.5]\n[model]\nn = 60\n[estimates]\nestimators = [\"ksg1\"]\ndraws = 2\nrows = "
      "3\n");
  const json failed = few.run({"--json"}).document();
  CHECK(failed["cells"][0]["estimates"][0]["failed"].is_string());
}

TEST_CASE("cch gaussian sweep: counts agree with the cells") {
  const Study study("lambda = [0.1, 1]\n" + kSweptModel + kGrid);
  const json d = study.run({"--json"}).document();
  std::size_t hits = 0;
  std::size_t all = 0;
  for (const json& cell : d["cells"]) {
    for (const json& point : cell["risk"]) {
      hits += cell["cch_holds"].get<bool>() && point["gain"].get<double>() > 0.0 ? 1 : 0;
      ++all;
    }
  }
  std::size_t counted_hits = 0;
  std::size_t counted = 0;
  for (const json& c : d["confusion"]) {
    if (c["criterion"] != "cch" || c["about"] != "risk") continue;
    counted_hits += c["hits"].get<std::size_t>();
    for (const char* name : {"hits", "false_alarms", "misses", "correct_rejections", "undecided"}) {
      counted += c[name].get<std::size_t>();
    }
  }
  CHECK(counted_hits == hits);
  CHECK(counted == all);
  for (const json& c : d["confusion"]) {  // the exact law against itself
    if (c["criterion"] != "risk-law" || c["about"] != "risk") continue;
    CHECK(c["misses"] == 0);
    CHECK(c["false_alarms"] == 0);
  }
}

TEST_CASE("cch gaussian sweep: bad studies are refused, each for its own reason") {
  struct Bad {
    const char* code_word;
    std::string text;
  };
  const std::string grid = "[grid]\n";
  for (const Bad& bad : std::vector<Bad>{
           {"λ = -0.1", "lambda = [-0.1]\n"},
           {"λ = 0", "lambda = [0.0]\n"},
           {"no λ", "lambda = []\n"},
           {"'n' cannot be 2.5", grid + "n = [2.5]\n"},
           {"no value for 'n'", grid + "n = []\n"},
           {"twice", grid + "n = [50, 50]\n"},
           {"teacher-noise", grid + "teacher-nose = [1]\n"},
           {"teacher-noise", "[model]\nteacher-nose = 1\n"},
           {"lambda", "lamda = [1]\n"},
           {"shares", "[model]\nfamily = \"share\"\n"},
           {"no teacher 'best'", "[model]\nteacher = \"best\"\n"},
           {"a number", "[model]\nn = \"many\"\n"},
           {"range of 'n'", grid + "n = { from = 10, count = 3 }\n"},
           {"spacing", grid + "n = { from = 10, to = 20, count = 3, spacing = \"exp\" }\n"},
           {"at n = 3", "[model]\nstudent-dim = 4\n" + grid + "n = [3]\n"},
           {"ksg1", "[estimates]\nestimators = [\"ksg11\"]\n"},
           {"takes labels", "[estimates]\nestimators = [\"ross\"]\n"},
           {"at least 2 training sets", "simulate = 1\n"},
           {"million", grid + "n = { from = 100, to = 200, count = 101 }\nshare = { from = 0, to = "
                              "1, count = 100000 }\n"},
           {"valid TOML", "lambda = [\n"},
       }) {
    CAPTURE(bad.text);
    const auto outcome = Study(bad.text).run();
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK_MESSAGE(outcome.err_has(bad.code_word), outcome.err);
  }
  CHECK(run_cch({"gaussian", "sweep", "no-such.toml"}).code == 2);
}

TEST_CASE("cch gaussian sweep: cells without a finite risk are left out only when asked") {
  const std::string text = "lambda = [1]\n[model]\nstudent-dim = 30\n[grid]\nn = [20, 100]\n";
  CHECK(Study(text).run().err_has("skip-impossible"));
  const json d = Study("skip-impossible = true\n" + text).run({"--json"}).document();
  CHECK(d["cells"].size() == 1);
  CHECK(d["warnings"][0]["code"] == "cells-skipped");
}

}  // namespace cch
