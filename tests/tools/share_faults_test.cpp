// What goes wrong where several processes share a study by claims: nothing is lost, and it is said.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cch/experiments/claim.hpp"
#include "support/processes.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/trained_runs.hpp"
#include "tools/documents/progress.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::size_t kUnits = 2;  // a seed each

struct SharedStudy {
  TempFolder folder;
  std::string study = folder.write("study.toml", kTinyPairs);
  std::string out = folder.path("out");

  [[nodiscard]] RunOutcome train(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"train", study, "-o", out, "--threads", "1", "--shard", "auto"};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  }
  /// Of the first unit, which is claimed under it.
  [[nodiscard]] std::string first_key() const {
    const RunOutcome list = run_cch({"train", study, "-o", out, "--list", "--json"});
    REQUIRE(list.code == 0);
    const auto units = documents::parse_units(list.out);
    REQUIRE(units.units.size() == kUnits);
    return units.units.front().keys.front();
  }
};

/// The claim of a process of another host, last touched so long ago by the clock of the folder.
std::string foreign_claim(const std::string& folder, std::chrono::seconds age) {
  fs::create_directories(folder);
  const std::string path = folder + "/claim";
  const json owner{{"host", "node7"},
                   {"machine", "another boot"},
                   {"process", 4711},
                   {"started", "1"},
                   {"claim", 1}};
  std::ofstream(path) << owner.dump() << '\n';
  fs::last_write_time(path, fs::last_write_time(path) - age);
  return path;
}

}  // namespace

TEST_CASE(
    "shared by claims: a host that is gone is waited for as long as is stated, and no longer") {
  const SharedStudy world;
  const std::string unit = world.out + "/runs/" + world.first_key();
  // A heartbeat is due each 15 s; the folder's clock may jump by less than 100 s.
  const std::string claim = foreign_claim(unit, 100s);
  const RunOutcome left = world.train({"--no-wait"});
  CHECK(left.code == 0);
  CHECK(left.err_has("1 units run, 0 found finished, 1 left to others"));
  CHECK(run_cch({"train", "--status", world.out}).out_has("open"));
  fs::last_write_time(claim, fs::last_write_time(claim) - 30s);
  const RunOutcome taken = world.train({"--no-wait"});
  CHECK(taken.code == 0);
  CHECK(taken.err_has("1 units run, 1 found finished, 0 left to others"));
}

TEST_CASE("shared by claims: a clock that is set back keeps a claim, and takes none twice") {
  const SharedStudy world;
  const std::string unit = world.out + "/runs/" + world.first_key();
  const std::string claim = foreign_claim(unit, -3600s);
  CHECK(world.train({"--no-wait"}).err_has("1 left to others"));
  CHECK(fs::exists(claim));
}

TEST_CASE("shared by claims: the folder of another study is refused, with the keys that differ") {
  SharedStudy world;
  REQUIRE(world.train().code == 0);
  const auto before = trained_runs(world.out);
  std::string text = kTinyPairs;
  text.replace(text.find("rows = 60"), 9, "rows = 64");
  world.study = world.folder.write("other.toml", text);
  const RunOutcome refused = world.train();
  CHECK(refused.code == 2);
  CHECK(refused.err_has("[study-changed]"));
  CHECK(refused.err_has("task.rows"));
  CHECK(trained_runs(world.out) == before);
}

TEST_CASE("shared by claims: a full quota ends with one error, claims are given back") {
  const SharedStudy whole;
  REQUIRE(whole.train().code == 0);
  SharedStudy world;
  world.study = whole.study;
  REQUIRE(world.train({"--stop-after", "1"}).code == 75);
  const auto before = trained_runs(world.out);
  {
    const SmallFiles limit(700);  // a claim fits, a record does not
    const RunOutcome full = world.train();
    CAPTURE(full.err);
    CHECK(full.code == 1);
    CHECK(full.err_has("[cannot-write]"));
  }
  CHECK(trained_runs(world.out) == before);
  for (const auto& entry : fs::recursive_directory_iterator(world.out)) {
    CHECK(entry.path().filename().string().find("claim") == std::string::npos);
  }
  CHECK(world.train().code == 0);
  CHECK(trained_runs(world.out) == trained_runs(whole.out));
}

}  // namespace cch::test
