// cch train --rows: the rows of every unit, for training of one's own.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kRowsStudy = R"(
seeds = 2
labelled = [12, 20]
scenario = ["same-rows", "unlabelled-pairs"]
most-extra = 7
[task]
name = "features"
set = "set"
students = ["b"]
teachers = ["a"]
test-share = 0.25
[teacher]
allow-chance = true
[training]
epochs = 2
[distil]
lambda = 1
)";

/// Forty rows of one and two columns, two classes.
struct RowsWorld {
  TempFolder folder;
  std::string study = folder.write("study.toml", kRowsStudy);

  RowsWorld() {
    fs::create_directories(folder.path("set"));
    Random random(3);
    std::vector<double> a(40);
    std::vector<double> b(80);
    std::vector<std::int64_t> y(40);
    for (double& v : a) v = random.normal();
    for (double& v : b) v = random.normal();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = a[i] > 0.0 ? 1 : 0;
    static_cast<void>(folder.write("set/a.npy", npy("<f8", "(40, 1)", raw(a))));
    static_cast<void>(folder.write("set/b.npy", npy("<f8", "(40, 2)", raw(b))));
    static_cast<void>(folder.write("set/labels.npy", npy("<i8", "(40,)", raw(y))));
  }
};

/// Rows by unit and part.
std::map<std::string, std::map<std::string, std::set<int>>> rows_in(const std::string& path) {
  std::map<std::string, std::map<std::string, std::set<int>>> out;
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  CHECK(line == "seed,student,labelled,scenario,part,row");
  while (std::getline(in, line)) {
    const auto row = line.rfind(',');
    const auto part = line.rfind(',', row - 1);
    const bool is_new = out[line.substr(0, part)][line.substr(part + 1, row - part - 1)]
                            .insert(std::stoi(line.substr(row + 1)))
                            .second;
    CHECK(is_new);
  }
  return out;
}

TEST_CASE("cch train: --rows writes the rows of every unit and trains nothing") {
  const RowsWorld world;
  const std::string file = world.folder.path("rows.csv");
  const std::string data = world.folder.path("");
  const RunOutcome run = run_cch({"train", world.study, "--data", data, "--rows", file});
  INFO(run.err);
  REQUIRE(run.code == 0);
  const auto units = rows_in(file);
  CHECK(units.size() == 2 * 2 * 2);
  for (const auto& [unit, parts] : units) {
    const std::size_t labelled = unit.find(",12,") != std::string::npos ? 12 : 20;
    CHECK(parts.at("test").size() == 10);
    CHECK(parts.at("fitted").size() + parts.at("validation").size() == labelled);
    CHECK(parts.at("validation").size() == (labelled == 12 ? 3 : 4));
    const bool extra = unit.find("unlabelled-pairs") != std::string::npos;
    CHECK(parts.contains("extra") == extra);
    if (extra) CHECK(parts.at("extra").size() == 7);
    std::set<int> all;
    std::size_t count = 0;
    for (const auto& [part, rows] : parts) {
      all.insert(rows.begin(), rows.end());
      count += rows.size();
    }
    CHECK(all.size() == count);
    CHECK(*all.rbegin() < 40);
  }
  CHECK(units.at("1,b,12,same-rows").at("test") != units.at("2,b,12,same-rows").at("test"));
  CHECK(units.at("1,b,12,same-rows").at("fitted") ==
        units.at("1,b,12,unlabelled-pairs").at("fitted"));

  // They are those of the training: the metrics are of so many rows.
  const std::string out = world.folder.path("out");
  REQUIRE(run_cch({"train", world.study, "--data", data, "-o", out, "-q"}).code == 0);
  const auto first = *fs::directory_iterator(out + "/runs");
  std::ifstream result(first.path() / "result.json");
  CHECK(json::parse(result)["metrics"]["rows"] == 10);
}

TEST_CASE("cch train: --rows is refused where no file has the rows") {
  const RowsWorld world;
  const std::string study = world.folder.write(
      "drawn.toml", "[task]\nname = \"mfh-gamma\"\nrows = 60\n[training]\nsteps = 5\n");
  const std::string file = world.folder.path("rows.csv");
  const RunOutcome run = run_cch({"train", study, "--rows", file});
  CHECK(run.code == 2);
  CHECK(run.err_has("bad-task"));
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("cch train: rows that a teacher lacks are kept on demand, and counted") {
  const RowsWorld world;
  std::vector<double> a(40);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = i % 4 == 0 ? NAN : static_cast<double>(i % 7);
  static_cast<void>(world.folder.write("set/a.npy", npy("<f8", "(40, 1)", raw(a))));
  const std::string data = world.folder.path("");
  const std::string out = world.folder.path("out");
  const auto train = [&](const std::string& rows) {
    return run_cch({"train", world.study, "--data", data, "-o", out, "--set",
                    "task.unpaired-rows=\"" + rows + "\""});
  };
  const RunOutcome refused = train("refuse");
  CHECK(refused.code == 3);
  CHECK(refused.err_has("(10): say unpaired-rows = \"keep\""));
  const RunOutcome kept = train("keep");
  INFO(kept.err);
  REQUIRE(kept.code == 0);
  CHECK(kept.err_has("the teacher 'a' has features of 30 of 40 rows"));
  CHECK(kept.out_has(" labelled rows"));
  CHECK(kept.out_has("has features of "));
  std::size_t paired = 0;
  for (const auto& entry : fs::directory_iterator(out + "/runs")) {
    std::ifstream in(entry.path() / "result.json");
    const json run = json::parse(in);
    CHECK(run.contains("paired") == (run["role"] != "student"));
    if (!run.contains("paired")) continue;
    ++paired;
    CHECK(run["paired"]["labelled_paired"] < run["paired"]["labelled"]);
    CHECK((run["paired"]["extra"] == 7) == (run["unit"]["scenario"] == "unlabelled-pairs"));
  }
  CHECK(paired == 2 * 2 * 2 * 2);  // seeds, rows, scenarios, teacher and distilled
  std::ifstream page(out + "/report.html");
  const std::string html{std::istreambuf_iterator<char>(page), {}};
  CHECK(html.find("has features of ") != std::string::npos);
}

TEST_CASE("cch train: networks that still improve when their steps end are named") {
  const RowsWorld world;
  const std::string data = world.folder.path("");
  const auto train = [&](const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> all{"train", world.study, "--data",
                                 data,    "-o",        world.folder.path(out)};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  };
  // Two passes at the default rate: nothing is stopped.
  const RunOutcome few = train("few", {});
  CHECK(few.out_has("24 of 24 networks ended before 'patience' stopped them"));
  // Labels are told apart at once, and then fitted too well.
  CHECK_FALSE(train("many", {"--set", "training.epochs=2000", "--set", "training.learning-rate=1"})
                  .out_has("ended before"));
  CHECK_FALSE(train("last", {"--set", "training.weights=\"last\""}).out_has("ended before"));
}

}  // namespace
}  // namespace cch::test
