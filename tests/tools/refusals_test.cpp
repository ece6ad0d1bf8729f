// Inputs and command lines that must be refused: the exit code says whose fault it is, the message
// names the file and a way out, and nothing is left behind.

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using test::npy;
using test::npy_matrix;
using test::npy_vector;
using test::run_cch;
using test::RunOutcome;
using test::WorldFiles;

/// Refused as check_refused() has it, as a fault with a way out.
void check_fault(const std::vector<std::string>& arguments, int code,
                 const std::vector<std::string>& words) {
  const RunOutcome run = run_cch(arguments);
  test::check_refused(run, code, words);
  CHECK(run.err.starts_with("error: "));
  CHECK(run.err_has("  do:    "));
  CHECK_FALSE(run.err_has("defect of cch"));
}

std::vector<double> repeated(std::size_t n, double value) {
  return std::vector<double>(n, value);
}

TEST_CASE("command line: unknown words get the nearest name, exit code 2") {
  const WorldFiles files;
  check_fault({"rnak"}, 2, {"'rnak'", "'rank'"});
  check_fault({"estimte", "a", "b"}, 2, {"'estimate'"});
  check_fault(files.rank({"--teechers", "x=y"}), 2, {"'--teechers'", "'--teacher'"});
  check_fault(files.rank({"--jsn"}), 2, {"'--json'"});
  check_fault(files.rank({"--estimator", "ksg"}), 2, {"'ksg'", "'ksg1'"});
  check_fault({"estimate", files.student, files.teacher, "--estimator", "kgs2"}, 2, {"'ksg2'"});
  check_fault(files.rank({"--scale", "ranks"}), 2, {"'ranks'", "rank"});
  check_fault(files.rank({"--y-kind", "real"}), 2, {"'real'", "continuous"});
  check_fault(files.rank({"--fail-on", "never"}), 2, {"'never'"});
  check_fault(files.rank({"--device", "gpu"}), 2, {"'gpu'", "cuda"});
  check_fault(files.rank({"--device", "cuda"}), 2, {"'cuda'", "cpu"});
}

TEST_CASE("command line: what is refused after the inputs were read leaves no folder behind") {
  const WorldFiles files;
  const std::string out = files.folder.path("report");
  check_fault(files.rank({"--permutations", "3", "-o", out}), 2, {"too-few-permutations"});
  CHECK_FALSE(fs::exists(out));
}

TEST_CASE("command line: values of the wrong kind, exit code 2") {
  const WorldFiles files;
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--k", "three"},
                                               {"--k", "-1"},
                                               {"--k", "0"},
                                               {"--threads", "-2"},
                                               {"--threads", "100000"},
                                               {"--seed", "x"},
                                               {"--first-rows", "-5"},
                                               {"--seed"}}) {
    check_fault(files.rank(more), 2, {});
  }
  check_fault(
      {"rank", "--student", "s", "--teacher", "t=" + files.teacher, "--labels", files.labels}, 3,
      {"file-not-found"});  // a path without a name
  check_fault(files.rank({"--ids", files.folder.path("ids.csv")}), 2, {"--ids", "NAME=PATH"});
  check_fault({"rank", "--student", "=x", "--teacher", "t=", "--labels", files.labels}, 2,
              {"NAME=PATH"});
  check_fault({"rank"}, 2, {"--student", "--teacher", "--labels"});
  check_fault({"estimate", files.student}, 2, {});
  check_fault({"estimate", files.student, files.teacher, "--given", files.noise}, 2,
              {"ksg-conditional"});
  check_fault({"estimate", files.student, files.teacher, "--estimator", "gaussian", "--k", "3"}, 2,
              {"neighbours"});
  check_fault({"estimate", files.student, files.labels, "--estimator", "ksg1"}, 2,
              {"class labels", "ross"});
}

TEST_CASE("data: files that cannot be read, exit code 3, the file is named") {
  const WorldFiles files;
  const std::string absent = files.folder.path("absent.npy");
  const std::string empty = files.folder.write("empty.npy", "");
  const std::string broken = files.folder.write("broken.npy", "\x93NUMPY rubbish");
  const std::string objects = files.folder.write("objects.npy", npy("|O", "(160,)", "x"));
  const std::string none = files.folder.write("none.npy", npy("<f8", "(0, 3)", ""));
  const std::string cut =
      files.folder.write("cut.npy", npy("<f8", "(160, 1)", std::string(800, '\0')));
  fs::create_directory(files.folder.path("folder"));
  for (const std::string& path :
       {absent, empty, broken, objects, none, cut, files.folder.path("folder")}) {
    CAPTURE(path);
    check_fault(WorldFiles::rank_of(path, files.teacher, files.labels), 3, {path});
    check_fault(WorldFiles::rank_of(files.student, path, files.labels), 3, {path});
    check_fault(WorldFiles::rank_of(files.student, files.teacher, path), 3, {path});
    check_fault({"estimate", path, files.teacher}, 3, {path});
    check_fault({"estimate", files.student, path}, 3, {path});
    check_fault({"estimate", files.student, files.teacher, "--groups", path}, 3, {path});
  }
}

TEST_CASE("data: NaN and infinity are refused with row, column and count, and nothing is written") {
  const WorldFiles files;
  auto values = test::small_world(160, 2, 0.5).student;
  values[2 * 17 + 1] = std::numeric_limits<double>::quiet_NaN();
  values[2 * 90] = -std::numeric_limits<double>::infinity();
  const std::string bad = files.folder.write("bad.npy", npy_matrix(values, 2));
  auto arguments = WorldFiles::rank_of(files.student, bad, files.labels);
  const std::string out = files.folder.path("out");
  arguments.insert(arguments.end(), {"-o", out, "--html", files.folder.path("r.html")});
  check_fault(arguments, 3, {bad, "row 17", "column 1", "2 of 320"});
  CHECK_FALSE(fs::exists(out));
  CHECK_FALSE(fs::exists(files.folder.path("r.html")));
  std::vector<double> targets = repeated(160, 1.5);
  targets[3] = std::numeric_limits<double>::quiet_NaN();
  const std::string y = files.folder.write("targets.npy", npy_matrix(targets, 1));
  check_fault(WorldFiles::rank_of(files.student, files.teacher, y), 3, {y, "row 3"});
}

TEST_CASE("data: all faults of a run come at once") {
  const WorldFiles files;
  auto values = repeated(160, 1.0);
  values[4] = std::numeric_limits<double>::quiet_NaN();
  const std::string bad = files.folder.write("bad.npy", npy_matrix(values, 1));
  const std::string absent = files.folder.path("absent.npy");
  const std::string objects = files.folder.write("objects.npy", npy("|O", "(160,)", "x"));
  check_fault({"rank", "--student", "s=" + bad, "--teacher", "t=" + absent, "--teacher",
               "u=" + files.teacher, "--labels", objects},
              3, {bad, absent, objects});
  check_fault({"estimate", bad, absent, "--groups", objects}, 3, {bad, absent, objects});
}

TEST_CASE("data: unequal numbers of rows, exit code 3, every input with its rows") {
  const WorldFiles files;
  const WorldFiles shorter(150);
  check_fault(WorldFiles::rank_of(files.student, shorter.teacher, files.labels), 3,
              {"s N = 160", "t N = 150", "labels N = 160"});
  check_fault({"estimate", files.student, shorter.teacher}, 3, {"160", "150"});
  check_fault({"estimate", files.student, files.teacher, "--groups", shorter.labels}, 3,
              {"160", "150"});
}

TEST_CASE("data: two inputs with one name") {
  const WorldFiles files;
  check_fault({"rank", "--student", "a=" + files.student, "--teacher", "a=" + files.teacher,
               "--labels", files.labels},
              3, {"'a'"});
}

TEST_CASE("data: labels that say nothing") {
  const WorldFiles files;
  const std::string one = files.folder.write("one.npy", npy_vector(std::vector<std::int64_t>(160)));
  check_fault(WorldFiles::rank_of(files.student, files.teacher, one), 3, {"class"});
  auto lonely = test::small_world(160, 1, 0.5).labels;
  lonely[7] = 9;
  const std::string lone = files.folder.write("lone.npy", npy_vector(lonely));
  check_fault(WorldFiles::rank_of(files.student, files.teacher, lone), 3, {"9"});
}

TEST_CASE("labels: integers that look like a regression target ask for --y-kind") {
  const WorldFiles files;
  std::vector<std::int64_t> ages(160);
  for (std::size_t i = 0; i < ages.size(); ++i) ages[i] = static_cast<std::int64_t>(i % 40);
  const std::string y = files.folder.write("ages.npy", npy_vector(ages));
  check_fault(WorldFiles::rank_of(files.student, files.teacher, y), 2,
              {y, "40 distinct", "--y-kind"});
  auto arguments = WorldFiles::rank_of(files.student, files.teacher, y);
  arguments.insert(arguments.end(), {"--json", "--y-kind", "continuous"});
  CHECK(run_cch(arguments).document()["labels"]["kind"] == "continuous");
  arguments.back() = "discrete";
  CHECK(run_cch(arguments).document()["labels"]["classes"] == 40);
}

TEST_CASE("sizes: one row, one column, k as large as the rows") {
  const WorldFiles one(1);
  check_fault(WorldFiles::rank_of(one.student, one.teacher, one.noise), 3, {"row"});
  check_fault({"estimate", one.student, one.teacher}, 3, {"single row"});
  const WorldFiles files(30);
  check_fault({"estimate", files.student, files.teacher, "--k", "30"}, 2, {"30"});
  check_fault({"estimate", files.student, files.teacher, "--k", "1000000000000"}, 2, {"k"});
  CHECK(run_cch({"estimate", files.student, files.teacher, "--k", "29"}).code == 0);
  const WorldFiles two(2);
  CHECK(run_cch({"estimate", two.student, two.teacher, "--k", "1"}).code == 0);
}

TEST_CASE("sizes: identical, constant and duplicated inputs give a document of finite numbers") {
  const WorldFiles files;
  const std::string constant =
      files.folder.write("constant.npy", npy_matrix(repeated(160, 3.0), 1));
  for (const std::string& teacher : {constant, files.student}) {
    auto arguments = WorldFiles::rank_of(files.student, teacher, files.labels);
    arguments.emplace_back("--json");
    const RunOutcome run = run_cch(arguments);
    CHECK(run.code == 0);
    CHECK(run.document()["teachers"][0]["margin"]["nats"].is_number());
  }
  auto constant_student = WorldFiles::rank_of(constant, files.teacher, files.labels);
  constant_student.emplace_back("--json");
  const RunOutcome run = run_cch(constant_student);
  CHECK(run.code == 0);
  CHECK(run.document()["teachers"][0]["verdict"] != "distil");
}

TEST_CASE("long: 5000 columns with 300 rows") {
  const WorldFiles narrow(300, 3);
  const WorldFiles wide(300, 5000, 0.3);
  auto arguments = WorldFiles::rank_of(narrow.student, wide.teacher, narrow.labels);
  arguments.emplace_back("--json");
  const RunOutcome run = run_cch(arguments);
  CHECK(run.code == 0);
  CHECK(run.document()["teachers"][0]["dim"] == 5000);
  CHECK(run.document()["teachers"][0]["margin"]["nats"].is_number());
  auto reversed = WorldFiles::rank_of(wide.student, narrow.teacher, narrow.labels);
  reversed.emplace_back("--json");
  CHECK(run_cch(reversed).code == 0);
}

TEST_CASE("ids: duplicates, unknown names, wrong numbers of identifiers") {
  const WorldFiles files;
  std::string ids;
  for (std::size_t i = 0; i < 160; ++i) ids += "r" + std::to_string(i) + "\n";
  const std::string good = files.folder.write("good.txt", ids);
  const std::string twice = files.folder.write("twice.txt", "r1\n" + ids.substr(3));
  const std::string few = files.folder.write("few.txt", "r1\nr2\n");
  auto with = [&](const std::string& s, const std::string& t) {
    auto arguments = WorldFiles::rank_of(files.student, files.teacher, files.labels);
    arguments.insert(arguments.end(), {"--ids", s, "--ids", t, "--ids", "labels=" + good});
    return arguments;
  };
  check_fault(with("s=" + good, "t=" + twice), 3, {"'r1'", "twice"});
  check_fault(with("s=" + good, "tt=" + good), 2, {"'tt'", "Did you mean 't'"});
  check_fault(with("s=" + good, "t=" + few), 3, {"160 rows", "2 identifiers"});
}

}  // namespace
}  // namespace cch
