// `cch check` end to end: with features, from the numbers of a plan, files, refusals.

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/tag_fault.hpp"
#include "tests/tools/text.hpp"
#include "tools/report/check/model.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::content;
using test::npy_vector;
using test::run_cch;
using test::RunOutcome;
using test::WorldFiles;

/// What takes longest and changes nothing in how a check is started, read and written.
const std::vector<std::string> kFew{"--no-curved", "--no-sizes", "--no-cost", "--estimator",
                                    "ksg1",        "--draws",    "3"};

std::vector<std::string> with_features(const WorldFiles& w, const std::vector<std::string>& more) {
  std::vector<std::string> out{"check",          "-q",        "--student",
                               "s=" + w.student, "--teacher", "t=" + w.teacher,
                               "--labels",       w.labels};
  out.insert(out.end(), kFew.begin(), kFew.end());
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::vector<std::string> plan(const std::vector<std::string>& more) {
  std::vector<std::string> out{"check", "-q"};
  out.insert(out.end(), kFew.begin(), kFew.end());
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

TEST_CASE("check: document, files and rendering again") {
  const WorldFiles w(300, 1);
  std::vector<std::int64_t> split(300, 0);
  for (std::size_t i = 200; i < 300; ++i) split[i] = 1;
  const std::string split_file = w.folder.write("split.npy", npy_vector(split));
  const std::string out = w.folder.path("out");
  const RunOutcome run =
      run_cch(with_features(w, {"--json", "-o", out, "--split", split_file, "--margin", "0.3"}));
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const json d = run.document();
  CHECK(d["schema"] == "cch.check/1");
  for (const char* name : {"version", "command", "seed", "inputs", "warnings", "verdict", "reasons",
                           "teachers", "estimators", "ceilings", "cost", "consistency"}) {
    CAPTURE(name);
    CHECK(!d[name].is_null());
  }
  CHECK(d["inputs"].size() == 3);
  CHECK(d["rows"] == 300);
  CHECK(d["groups"].is_null());
  for (const json& size : d["teachers"][0]["sizes"]) CHECK(size["groups"].is_null());
  CHECK(test::near(d["ceilings"]["ln_rows"], std::log(300.0), test::kRounding));
  CHECK(d["estimators"][0]["name"] == "ksg1");
  CHECK(d["estimators"][0]["bias"].size() >= 2);
  for (const json& check : d["leaks"]["checks"]) CHECK(check["alarm"] == false);
  CHECK(d["leaks"]["split"].get<std::string>().find("'0'") != std::string::npos);
  const json& family = d["teachers"][0]["estimators"][0]["families"][0];
  CHECK(family["power_at_wanted_margin"].is_number());
  if (d["minimal_margin_nats"].is_null()) CHECK(d["verdict"] != "feasible");
  CHECK(d["cost"]["train_seconds"] > 0.0);
  // A third of the rows tests.
  CHECK(d["cost"]["train_how"].get<std::string>().find("epochs of 200 rows") != std::string::npos);

  const std::string page = content(out + "/report.html");
  CHECK(test::tag_fault(page).empty());
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.size() < 1'000'000);
  const RunOutcome again = run_cch({"report", out, "--json"});
  CHECK(again.code == 0);
  CHECK(again.document() == d);
  CHECK(content(out + "/report.html") == page);
  const RunOutcome table = run_cch({"report", out});
  for (const char* words : {"smallest margin", "Self-consistency", "Leaks", "Why"}) {
    CHECK(table.out_has(words));
  }
}

TEST_CASE("check: the first sentence names the teachers that can be decided") {
  documents::CheckDocument d;
  d.verdict = "with_caution";
  const auto add = [&d](const char* name, documents::Number nats) {
    documents::FamilyForecast family;
    family.family = "gaussian";
    family.smallest.nats = nats;
    d.teachers.emplace_back().name = name;
    d.teachers.back().estimators = {{"ksg1", "label-bound", {family}}};
  };
  add("text", 0.25);
  add("video", {});
  add("depth", 0.5);
  CHECK(report::check_sentence(d) ==
        "Feasible with caution. Margins of text and depth from 0.500 nats can be decided, those of "
        "1 other teacher not.");
  d.minimal_margin = 0.5;
  CHECK(report::check_sentence(d) ==
        "Feasible with caution. Margins from 0.500 nats can be decided.");
}

TEST_CASE("check: a plan needs no features, and says what it does not know") {
  const RunOutcome run = run_cch(plan({"--json", "--n", "300", "--dim-student", "1",
                                       "--dim-teacher", "1", "--classes", "3", "--groups", "60"}));
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const json d = run.document();
  CHECK(d["mode"] == "plan");
  CHECK(d["inputs"].empty());
  CHECK(d["groups"]["count"] == 60);
  // 300 rows in 60 groups of 5, ICC .3 assumed: 300 / (1 + 4 · .3).
  CHECK(test::near(d["groups"]["effective_rows"], 300.0 / 2.2, test::kRounding));
  CHECK(test::near(d["labels"]["entropy_nats"], std::log(3.0), test::kRounding));
  CHECK(d["plan"]["scenarios"].size() == 5);
  CHECK(d["consistency"].empty());
  CHECK(d["leaks"].is_null());
}

TEST_CASE("check: other numbers of rows have intervals in document, table and page") {
  const test::TempFolder folder;
  const std::string out = folder.path("out");
  const RunOutcome run = run_cch({"check", "--n", "500", "--dim-student", "1", "--dim-teacher", "1",
                                  "--classes", "2", "--no-curved", "--no-cost", "--estimator",
                                  "ksg1", "--draws", "4", "--margin", "0.1", "-o", out});
  CAPTURE(run.err);
  REQUIRE(run.code == 0);
  const json d = json::parse(content(out + "/check.json"));
  const json& teacher = d["teachers"][0];
  REQUIRE(teacher["sizes"].size() == 5);
  double before = 10.0;
  for (const json& size : teacher["sizes"]) {
    REQUIRE(size["smallest_margin"].is_number());
    const double margin = size["smallest_margin"];
    CHECK(size["extrapolated"] == (size["rows"] > 500));
    REQUIRE(size["interval95"][0].is_number());
    CHECK(size["interval95"][0] <= margin);
    if (size["interval95"][1].is_number()) CHECK(size["interval95"][1] >= margin);
    // Sampling error alone halves a margin at four times the rows: beyond what was planted nothing
    // promises more than biases that fall as 1/n on top.
    if (size["extrapolated"] == true) CHECK(margin < before);
    before = margin;
  }
  const json& needed = teacher["needed"];
  REQUIRE(needed.is_object());
  const auto& ends = needed["rows_interval95"];
  if (ends[0].is_number()) CHECK(ends[0] <= needed["rows"]);
  if (ends[1].is_number()) CHECK(ends[1] >= needed["rows"]);
  const std::string page = content(out + "/report.html");
  for (const char* words : {"a margin of 0.100 nats needs", "95 % interval", "extrapolated"}) {
    CAPTURE(words);
    CHECK(run.out_has(words));
    CHECK(page.find(words) != std::string::npos);
  }
}

TEST_CASE("check: --fail-on and too few rows") {
  const RunOutcome run = run_cch(plan({"--json", "--n", "90", "--dim-student", "1", "--dim-teacher",
                                       "1", "--fail-on", "not-feasible"}));
  CHECK(run.code == 4);
  CHECK(run.document()["verdict"] == "not_feasible");
}

void check_refusal(const std::vector<std::string>& arguments, int code,
                   const std::vector<std::string>& codes) {
  const RunOutcome run = run_cch(arguments);
  CAPTURE(run.err);
  CHECK(run.code == code);
  CHECK(run.out.empty());
  for (const std::string& name : codes) {
    CAPTURE(name);
    CHECK(run.err_has("[" + name + "]"));
  }
}

TEST_CASE("check: impossible plans each have their own error") {
  const std::vector<std::string> fine{"--dim-student", "2", "--dim-teacher", "3"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), fine.begin(), fine.end());
    return plan(more);
  };
  check_refusal(with({"--n", "0"}), 2, {"plan-rows"});
  check_refusal(with({"--n", "many"}), 2, {"plan-rows"});
  // What cannot be read draws no further fault.
  CHECK(!run_cch(with({"--n", "many", "--groups", "g.npy"})).err_has("classes in"));
  check_refusal(with({"--n", "100", "--groups", "101"}), 2, {"plan-groups"});
  check_refusal(with({"--n", "100", "--groups", "g.npy"}), 2, {"plan-groups"});
  check_refusal(with({"--n", "100", "--classes", "101"}), 2, {"plan-classes"});
  check_refusal(with({"--n", "100", "--classes", "1"}), 2, {"plan-classes"});
  check_refusal(with({"--n", "100", "--icc", "0.3"}), 2, {"plan-icc"});
  check_refusal(with({"--n", "100", "--groups", "30", "--icc", "1"}), 2, {"plan-icc"});
  check_refusal(with({"--n", "100", "--power", "1"}), 2, {"bad-power"});
  check_refusal(with({"--n", "100", "--margin", "-1"}), 2, {"bad-margin"});
  check_refusal(plan({"--n", "100", "--dim-student", "0", "--dim-teacher", "3"}), 2,
                {"plan-dimension"});
  check_refusal(plan({"--n", "100"}), 2, {"plan-dimension"});
  check_refusal(with({"--n", "100", "--fail-on", "good"}), 2, {"unknown-verdict"});
  // All at once.
  check_refusal(plan({"--n", "0", "--dim-student", "0", "--dim-teacher", "0", "--power", "2",
                      "--margin", "0"}),
                2, {"plan-rows", "plan-dimension", "bad-power", "bad-margin"});
}

TEST_CASE("check: bad input as for rank, before any work") {
  const WorldFiles w(160, 1);
  check_refusal({"check"}, 2, {"option-missing"});
  check_refusal(with_features(w, {"--n", "100"}), 2, {"plan-with-features"});
  check_refusal(with_features(w, {"--estimator", "ksg7"}), 2, {"unknown-estimator"});
  check_refusal(with_features(w, {"-o", "/proc/nowhere"}), 1, {"cannot-write"});
  const std::string short_split = w.folder.write("short.npy", npy_vector({0, 1, 1}));
  check_refusal(with_features(w, {"--split", short_split}), 3, {"unequal-rows"});
  const std::string one_side =
      w.folder.write("one.npy", npy_vector(std::vector<std::int64_t>(160, 2)));
  check_refusal(with_features(w, {"--split", one_side}), 3, {"split-without-sides"});
  check_refusal(with_features(w, {"--split", one_side, "--split-train", "7"}), 2,
                {"unknown-split-value"});
  const std::string letters = w.folder.write(
      "ab.csv", "part\n" + [] {
        std::string rows;
        for (int i = 0; i < 160; ++i) rows += i % 2 == 0 ? "a\n" : "b\n";
        return rows;
      }());
  check_refusal(with_features(w, {"--split", letters}), 3, {"bad-split"});
  const std::string no_number =
      w.folder.write("nan.npy", test::npy_matrix(std::vector<double>(160, std::nan("")), 1));
  const RunOutcome odd_split = run_cch(with_features(w, {"--split", no_number}));
  CHECK(odd_split.code == 3);
  CHECK(odd_split.err_has("the split contains NaN"));
  check_refusal(with_features(w, {"--k", "160"}), 2, {"k-too-large"});
  auto missing = with_features(w, {});
  missing[3] = "s=" + w.folder.path("none.npy");
  missing[5] = "t=" + w.folder.path("nothing.npy");
  const RunOutcome run = run_cch(missing);
  CHECK(run.code == 3);
  CHECK(run.err_has("none.npy"));
  CHECK(run.err_has("nothing.npy"));
}

TEST_CASE("check: --dry-run reads and plants nothing") {
  const WorldFiles w(160, 1);
  const RunOutcome run = run_cch(with_features(w, {"--dry-run", "-o", w.folder.path("out")}));
  CHECK(run.code == 0);
  CHECK(run.out_has("dry run"));
  CHECK(!fs::exists(w.folder.path("out")));
}

}  // namespace
}  // namespace cch
