// `cch rank` and `cch estimate` end to end: documents, files, exit codes.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/text.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::content;
using test::run_cch;
using test::RunOutcome;
using test::WorldFiles;

std::set<std::string> keys_of(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

// Names of all null fields outside the echoed configuration.
void find_nulls(const json& node, const std::string& name, std::set<std::string>& nulls) {
  if (node.is_null()) nulls.insert(name);
  if (node.is_array()) {
    for (const auto& item : node) find_nulls(item, name, nulls);
  }
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    if (key != "config") find_nulls(value, key, nulls);
  }
}

void check_nulls_are_explained(const json& document) {
  const std::map<std::string, std::vector<std::string>> implied{
      {"no-error-bar", {"standard_error", "interval95", "p_above", "p_below"}},
      {"prediction-level-left-out", {"prediction_level", "prediction"}},
      {"stability-left-out", {"stability", "top1_stability"}},
      {"continuous-labels", {"accuracy_alone", "gain_accuracy"}}};
  std::set<std::string> nulls;
  find_nulls(document, "", nulls);
  std::string messages;
  for (const auto& warning : document["warnings"]) {
    messages += warning["message"].get<std::string>() + '\n';
    // One reason for all that depends on it.
    const auto found = implied.find(warning["code"]);
    if (found == implied.end()) continue;
    for (const std::string& name : found->second) nulls.erase(name);
  }
  nulls.erase("rank_correlation");  // of the first estimator with itself, or of two teachers
  if (nulls.contains("planted_bias")) nulls.erase("bias_could_flip");
  for (const std::string& name : nulls) {
    CAPTURE(name);
    CHECK(messages.find(name) != std::string::npos);
  }
}

void check_value(const json& value) {
  CHECK(keys_of(value) == std::set<std::string>{"interval95", "nats", "standard_error"});
  CHECK(value["nats"].is_number());
  REQUIRE(value["interval95"].is_array());
  CHECK(value["interval95"][0] <= value["nats"]);
  CHECK(value["interval95"][1] >= value["nats"]);
}

TEST_CASE("rank --json: one document with the fields of cch.rank/2, nothing else on stdout") {
  const WorldFiles files;
  const RunOutcome run = run_cch(files.rank({"--json"}));
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  const json document = run.document();
  REQUIRE(document.is_object());
  CHECK(keys_of(document) ==
        std::set<std::string>{
            "alignment",   "command",          "config",     "controls", "curves",
            "decided_by",  "differences",      "estimators", "groups",   "inputs",
            "labels",      "machine",          "per_class",  "pilot",    "rows",
            "scale",       "scenario",         "schema",     "seconds",  "seed",
            "sensitivity", "stability_method", "student",    "teachers", "top1_stability",
            "version",     "warnings"});
  CHECK(document["schema"] == "cch.rank/2");
  CHECK(document["rows"] == 160);
  CHECK(document["labels"]["kind"] == "discrete");
  CHECK(document["labels"]["classes"] == 2);
  CHECK(test::near(document["labels"]["entropy_nats"], std::log(2.0), 0.02));
  REQUIRE(document["teachers"].size() == 2);
  for (const auto& teacher : document["teachers"]) {
    for (const std::string name :
         {"name", "rank", "i_teacher_student", "i_student_labels", "i_teacher_labels", "margin",
          "i_teacher_labels_given_student", "cch", "prediction_level", "pilot", "planted_bias",
          "null", "stability", "i_teacher_student_all_rows", "verdict", "reasons"}) {
      CAPTURE(name);
      CHECK(teacher.contains(name));
    }
    for (const std::string name : {"i_teacher_student", "i_student_labels", "i_teacher_labels"}) {
      check_value(teacher[name]);
    }
    CHECK(keys_of(teacher["margin"]) ==
          std::set<std::string>{"interval95", "nats", "p_above", "p_below", "standard_error"});
    CHECK(keys_of(teacher["cch"]) == std::set<std::string>{"prediction", "representation"});
    const auto& representation = teacher["cch"]["representation"];
    CHECK(representation["margin"] == teacher["margin"]["nats"]);
    CHECK(std::set<std::string>{"holds", "fails", "undecided"}.count(representation["outcome"]));
    CHECK_FALSE(teacher["reasons"].empty());
  }
  CHECK(document["teachers"][0]["name"] == "t");
  CHECK(document["teachers"][0]["rank"] == 1);
  REQUIRE(document["estimators"].size() == 1);
  CHECK(document["estimators"][0]["teachers"][0]["margin"] == document["teachers"][0]["margin"]);
  CHECK(document["scenario"] == "same-rows");
  CHECK(document["decided_by"] == "combined");
  REQUIRE(document["inputs"].size() == 4);
  for (const auto& input : document["inputs"]) {
    CHECK(input["sha256"].get<std::string>().size() == 64);
    CHECK(input["shape"][0] == 160);
  }
  check_nulls_are_explained(document);
}

TEST_CASE("rank: every null field has its reason, whatever is missing") {
  const WorldFiles files;
  std::vector<std::int64_t> few(160);
  for (std::size_t i = 0; i < few.size(); ++i) few[i] = static_cast<std::int64_t>(i % 7);
  const std::string groups = files.folder.write("g.npy", test::npy_vector(few));
  // No error bars.
  check_nulls_are_explained(run_cch(files.rank({"--json", "--groups", groups})).document());
  // Real-valued labels.
  auto arguments = WorldFiles::rank_of(files.student, files.teacher, files.noise);
  arguments.emplace_back("--json");
  const json document = run_cch(arguments).document();
  CHECK(document["labels"]["kind"] == "continuous");
  CHECK(document["labels"]["entropy_nats"].is_null());
  check_nulls_are_explained(document);
}

TEST_CASE("rank: one question, one answer, whatever the number of threads") {
  const WorldFiles files(200, 2);
  const json one = test::comparable(run_cch(files.rank({"--json", "--threads", "1"})).document());
  CHECK(one["teachers"].size() == 2);
  for (const std::string threads : {"2", "7"}) {
    CHECK(test::comparable(run_cch(files.rank({"--json", "--threads", threads})).document()) ==
          one);
  }
  // The seed does enter: other splits, another number.
  const json other = run_cch(files.rank({"--json", "--seed", "2"})).document();
  CHECK(other["seed"] == 2);
  CHECK(other["teachers"][0]["margin"]["nats"] != one["teachers"][0]["margin"]["nats"]);
}

TEST_CASE("rank -o, --html: whole files, no temporary ones, the same document") {
  const WorldFiles files;
  const std::string out = files.folder.path("new/folder");
  const std::string html = files.folder.path("alone.html");
  const RunOutcome run = run_cch(files.rank({"-o", out, "--html", html, "--json"}));
  CHECK(run.code == 0);
  CHECK(files_in(out) == std::set<std::string>{"rank.json", "ranking.csv", "report.html"});
  CHECK(json::parse(content(out + "/rank.json")) == run.document());
  CHECK(content(out + "/report.html") == content(html));
  CHECK(content(html).find("</html>") != std::string::npos);
  CHECK(content(out + "/ranking.csv").find("noise") != std::string::npos);
  for (const std::string name : {"rank.json", "ranking.csv", "report.html", "alone.html"}) {
    CHECK(run.err_has(name));
  }
  // A second run replaces the files.
  CHECK(run_cch(files.rank({"-o", out, "--seed", "5"})).code == 0);
  CHECK(json::parse(content(out + "/rank.json"))["seed"] == 5);
  CHECK(files_in(out).size() == 3);
}

TEST_CASE("rank: an output that cannot be written fails before the work, with exit code 1") {
  const WorldFiles files;
  // Below a regular file: no permission can help, not even root's.
  for (const std::vector<std::string>& output :
       {std::vector<std::string>{"-o", files.labels + "/folder"},
        std::vector<std::string>{"--html", files.labels + "/report.html"},
        std::vector<std::string>{"--html", files.folder.path("absent/report.html")}}) {
    auto arguments = files.rank(output);
    arguments.erase(std::find(arguments.begin(), arguments.end(), "-q"));  // show progress
    const RunOutcome run = run_cch(arguments);
    CHECK(run.code == 1);
    CHECK(run.out.empty());
    CHECK(run.err_has("error: cannot write " + output[1]));
    CHECK_FALSE(run.err_has("information: "));
  }
  CHECK(files_in(files.folder.path("")) ==
        std::set<std::string>{"s.npy", "t.npy", "noise.npy", "y.npy"});
}

TEST_CASE("rank --html over a folder: exit code 1 and no leftovers") {
  const WorldFiles files;
  fs::create_directory(files.folder.path("taken"));
  const RunOutcome run = run_cch(files.rank({"--html", files.folder.path("taken")}));
  CHECK(run.code == 1);
  CHECK(run.err_has("taken"));
  CHECK(files_in(files.folder.path("")).size() == 5);
}

TEST_CASE("rank --fail-on: 4 if the first teacher has this verdict, the results are there anyway") {
  const WorldFiles files;
  const std::string verdict = run_cch(files.rank({"--json"})).document()["teachers"][0]["verdict"];
  const RunOutcome matched = run_cch(files.rank({"--json", "--fail-on", verdict}));
  CHECK(matched.code == 4);
  CHECK(matched.document().is_object());
  const std::string other = verdict == "distil" ? "unreliable" : "distil";
  CHECK(run_cch(files.rank({"--fail-on", other})).code == 0);
  const RunOutcome unknown = run_cch(files.rank({"--fail-on", "distill"}));
  CHECK(unknown.code == 2);
  CHECK(unknown.err_has("do-not-distil"));
}

TEST_CASE("rank --dry-run: reads everything, writes and estimates nothing") {
  const WorldFiles files;
  const std::string out = files.folder.path("out");
  const RunOutcome run =
      run_cch(files.rank({"--dry-run", "-o", out, "--html", files.folder.path("r.html")}));
  CHECK(run.code == 0);
  CHECK_FALSE(fs::exists(out));
  CHECK_FALSE(fs::exists(files.folder.path("r.html")));
  CHECK(run.out_has("160 rows"));
  CHECK(run.out_has("nothing was estimated"));
  auto bad = files.rank({"-n"});
  bad[2] = "s=" + files.folder.path("absent.npy");
  CHECK(run_cch(bad).code == 3);
}

TEST_CASE("rank: the table is the same question in words, colours only when asked for") {
  const WorldFiles files;
  const RunOutcome run = run_cch(files.rank());
  CHECK(run.code == 0);
  CHECK(run.out_has("noise"));
  CHECK_FALSE(run.out_has("\x1b["));
  const RunOutcome loud = run_cch([&] {
    auto arguments = files.rank();
    arguments.erase(std::find(arguments.begin(), arguments.end(), "-q"));
    return arguments;
  }());
  // Off a terminal a run of under five seconds has no line of progress.
  CHECK_FALSE(loud.err_has("information: "));
}

TEST_CASE("rank: names with markup and separators stay names") {
  const WorldFiles files;
  const std::string hostile = "<script>alert('x')</script>";
  const std::string html = files.folder.path("r.html");
  const RunOutcome run =
      run_cch({"rank", "--student", "a,b\"c=" + files.student, "--teacher",
               hostile + "=" + files.teacher, "--labels", files.labels, "--json", "--html", html});
  CHECK(run.code == 0);
  CHECK(run.document()["teachers"][0]["name"] == hostile);
  CHECK(run.document()["student"]["name"] == "a,b\"c");
  CHECK(content(html).find("<script>alert") == std::string::npos);
}

TEST_CASE("rank --ids: shuffled rows give the same ranking, in the order of the student's rows") {
  constexpr std::size_t kRows = 160;
  const WorldFiles files;
  const test::SmallWorld w = test::small_world(kRows, 1, 0.9);
  const std::vector<std::size_t> order = Random(4).permutation(kRows);
  std::vector<double> teacher;
  std::vector<std::int64_t> labels;
  std::string plain_ids;
  std::string shuffled_ids;
  for (std::size_t i = 0; i < kRows; ++i) {
    teacher.push_back(w.teacher[order[i]]);
    labels.push_back(w.labels[order[i]]);
    plain_ids += "id" + std::to_string(i) + "\n";
    shuffled_ids += "id" + std::to_string(order[i]) + "\n";
  }
  const auto& folder = files.folder;
  const std::string t = folder.write("t2.npy", test::npy_matrix(teacher, 1));
  const std::string y = folder.write("y2.npy", test::npy_vector(labels));
  const std::string plain = folder.write("plain.txt", plain_ids);
  const std::string shuffled = folder.write("shuffled.txt", shuffled_ids);
  auto straight = WorldFiles::rank_of(files.student, files.teacher, files.labels);
  straight.emplace_back("--json");
  auto joined = WorldFiles::rank_of(files.student, t, y);
  joined.insert(joined.end(), {"--json", "--ids", "s=" + plain, "--ids", "t=" + shuffled, "--ids",
                               "labels=" + shuffled});
  const json expected = test::comparable(run_cch(straight).document());
  const RunOutcome run = run_cch(joined);
  REQUIRE(run.code == 0);
  const json document = test::comparable(run.document());
  CHECK(document["teachers"] == expected["teachers"]);
  CHECK(document["alignment"]["by"] == "id");
  CHECK(document["alignment"]["verified"] == true);
  CHECK(expected["alignment"]["verified"] == false);

  joined.resize(joined.size() - 2);
  const RunOutcome incomplete = run_cch(joined);
  CHECK(incomplete.code == 2);
  CHECK(incomplete.err_has("--ids labels=PATH"));
}

TEST_CASE("rank --ids: rows that do not occur everywhere are left out with a warning") {
  const WorldFiles files;
  std::string all;
  std::string other;
  for (std::size_t i = 0; i < 160; ++i) {
    all += "r" + std::to_string(i) + "\n";
    other += (i < 150 ? "r" : "x") + std::to_string(i) + "\n";
  }
  const std::string a = files.folder.write("a.txt", all);
  const std::string b = files.folder.write("b.txt", other);
  auto arguments = WorldFiles::rank_of(files.student, files.teacher, files.labels);
  arguments.insert(arguments.end(),
                   {"--json", "--ids", "s=" + a, "--ids", "t=" + b, "--ids", "labels=" + a});
  const json document = run_cch(arguments).document();
  CHECK(document["rows"] == 150);
  bool warned = false;
  bool kept = false;
  for (const auto& warning : document["warnings"]) {
    const bool ten = warning["message"].get<std::string>().find("10") != std::string::npos;
    warned |= ten && warning["code"] == "rows-left-out";
    kept |= ten && warning["code"] == "unpaired-rows";
  }
  CHECK(warned);
  // The student has these ten and their labels: they teach the pilot's students.
  CHECK(kept);
  CHECK(document["pilot"]["unpaired_rows"] == 10);
  CHECK(document["pilot"]["rows"] == 150);
  arguments.insert(arguments.end(), {"--labelled", "120"});
  const json fewer = run_cch(arguments).document();
  CHECK_FALSE(fewer["pilot"].contains("unpaired_rows"));
}

TEST_CASE("rank --first-rows: as if the files ended there") {
  const WorldFiles files(300);
  const WorldFiles shorter(160);
  const json cut = run_cch(files.rank({"--json", "--first-rows", "160"})).document();
  const json whole = run_cch(shorter.rank({"--json"})).document();
  CHECK(cut["rows"] == 160);
  CHECK(test::comparable(cut)["teachers"] == test::comparable(whole)["teachers"]);
}

TEST_CASE("estimate --json: one document with the fields of cch.estimate/1") {
  const WorldFiles files;
  const RunOutcome run = run_cch({"estimate", files.student, files.teacher, "--json"});
  CHECK(run.code == 0);
  CHECK(run.err.empty());
  const json document = run.document();
  CHECK(keys_of(document) ==
        std::set<std::string>{"command", "config", "diagnostics", "dim_x", "dim_y", "estimator",
                              "inputs", "interval95", "machine", "n", "nats", "scale", "schema",
                              "seed", "standard_error", "version", "warnings", "why"});
  CHECK(document["schema"] == "cch.estimate/1");
  CHECK(document["estimator"] == "ksg1");
  CHECK(document["n"] == 160);
  // I = −½ ln(1 − .81) = .830; SE about .07 at 160 rows.
  CHECK(test::within_sampling_error(document["nats"], 0.830, 0.07));
  CHECK(document["diagnostics"]["seconds"].is_number());
  CHECK(document["diagnostics"]["seconds_error_bars"].is_number());
  check_nulls_are_explained(document);

  const json labels = run_cch({"estimate", files.student, files.labels, "--json"}).document();
  CHECK(labels["estimator"] == "ross");
  CHECK(labels["dim_y"] == 1);
}

TEST_CASE("estimate: too few rows for an error bar gives null with the reason") {
  const WorldFiles files(20);
  const json document = run_cch({"estimate", files.student, files.teacher, "--json"}).document();
  CHECK(document["standard_error"].is_null());
  CHECK(document["interval95"].is_null());
  check_nulls_are_explained(document);
}

TEST_CASE("help and version are results, not errors") {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"--version"}, {"rank", "--help"}, {"doctor"}}) {
    const RunOutcome run = run_cch(arguments);
    CHECK(run.code == 0);
    CHECK_FALSE(run.out.empty());
    CHECK(run.err.empty());
  }
}

TEST_CASE("rank --split: on the rows that were held out alone") {
  const WorldFiles files(240);
  std::vector<std::int64_t> split(240, 0);
  std::fill_n(split.begin(), 80, 2);
  std::fill_n(split.begin() + 80, 80, 1);
  const std::string path = files.folder.write("split.npy", test::npy_vector(split));
  const json held_out = run_cch(files.rank({"--json", "--split", path})).document();
  const json first = run_cch(files.rank({"--json", "--first-rows", "160"})).document();
  CHECK(held_out["rows"] == 160);
  CHECK(test::comparable(held_out)["teachers"] == test::comparable(first)["teachers"]);
  CHECK(held_out["config"]["split"] == path);
  CHECK(held_out.dump().find("training-rows-left-out") != std::string::npos);
  const json other =
      run_cch(files.rank({"--json", "--split", path, "--split-train", "2"})).document();
  CHECK(other["rows"] == 160);
  CHECK(test::comparable(other)["teachers"] != test::comparable(first)["teachers"]);
  CHECK(run_cch(files.rank({"--split-train", "2"})).code == 2);
  const std::string odd = files.folder.write("odd.npy", test::npy_vector({0, 1, 1}));
  const RunOutcome refused = run_cch(files.rank({"--split", odd}));
  CHECK(refused.code == 3);
  CHECK(refused.err_has("unequal-rows"));
}

}  // namespace
}  // namespace cch
