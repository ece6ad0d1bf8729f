// Studies that several processes share by claims, and how far they are.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <set>
#include <thread>

#include "cch/experiments/store.hpp"
#include "support/processes.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/segment_study.hpp"
#include "tests/tools/trained_runs.hpp"
#include "tests/tools/training_here.hpp"
#include "tools/documents/progress.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using documents::StudyStatus;
using nlohmann::json;

constexpr const char* kPairs = R"(
title = "shared"
seeds = 6
[task]
name = "mfh-gamma"
v = [0, 10]
rows = 60
test-rows = 80
moment-rows = 300
[teacher]
allow-chance = true
[training]
weights = "last"
optimiser = "sgd"
learning-rate = 0.1
steps = 20
batch = 0
[distil]
lambda = [0.5, 1]
)";
constexpr std::size_t kRunsOfUnit = 1 + 2 + 2 * 2;

/// A study and its folder.
struct Shared {
  TempFolder folder;
  std::string study;
  std::string out = folder.path("out");

  explicit Shared(const std::string& text = kPairs) : study(folder.write("study.toml", text)) {}

  [[nodiscard]] RunOutcome train(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"train", study, "-o", out, "--threads", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  }
  [[nodiscard]] StudyStatus status() const {
    const RunOutcome shown = run_cch({"train", "--status", out, "--json"});
    CAPTURE(shown.err);
    REQUIRE(shown.code == 0);
    return documents::parse_status(shown.out);
  }
};

/// N of "this process: N units run".
std::size_t units_run(const std::string& words) {
  const std::string before = "this process: ";
  const auto at = words.find(before);
  REQUIRE(at != std::string::npos);
  return std::stoul(words.substr(at + before.size()));
}

std::size_t claims_in(const std::string& folder) {
  std::size_t out = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    out += entry.path().filename().string().find("claim") == 0 && entry.is_regular_file() ? 1 : 0;
  }
  return out;
}

}  // namespace

TEST_CASE("shared by claims: three processes run each unit once, to the bits of one process") {
  const Shared whole;
  REQUIRE(whole.train().code == 0);
  Shared parts;
  parts.study = whole.study;
  {
    std::list<Child> all;
    for (int i = 0; i < 3; ++i) {
      all.emplace_back([&, i] {
        const RunOutcome one = parts.train({"--shard", "auto"});
        (void)parts.folder.write("units" + std::to_string(i), std::to_string(units_run(one.err)));
        return one.code;
      });
    }
    for (Child& one : all) CHECK(one.wait() == 0);
  }
  std::size_t units = 0;
  for (int i = 0; i < 3; ++i) {
    std::ifstream in(parts.folder.path("units" + std::to_string(i)));
    std::size_t own = 0;
    in >> own;
    units += own;
  }
  CHECK(units == 6);
  CHECK(trained_runs(parts.out) == trained_runs(whole.out));
  CHECK(trained_runs(parts.out).size() == 6 * kRunsOfUnit);
  CHECK(fs::exists(parts.out + "/report.html"));
  CHECK(claims_in(parts.out) == 0);
}

TEST_CASE(
    "shared by claims: what a killed process had in hand is run by the others, nothing else "
    "twice") {
  const Shared whole;
  REQUIRE(whole.train().code == 0);
  Shared parts;
  parts.study = whole.study;
  std::set<std::string> before;
  {
    Child killed([&] { return parts.train({"--shard", "auto"}).code; });
    const auto finished = [&] {
      return fs::exists(parts.out + "/runs") ? trained_runs(parts.out).size() : 0;
    };
    while (finished() < kRunsOfUnit) std::this_thread::sleep_for(1ms);
    killed.kill();
  }
  for (const auto& [key, record] : trained_runs(parts.out)) before.insert(key);
  const StudyStatus left = parts.status();
  CHECK(left.done == before.size());
  CHECK_FALSE(left.complete());
  const RunOutcome next = parts.train({"--shard", "auto"});
  CHECK(next.code == 0);
  CHECK(units_run(next.err) >= 6 - (before.size() + kRunsOfUnit - 1) / kRunsOfUnit);
  CHECK(units_run(next.err) <= 6 - before.size() / kRunsOfUnit);
  CHECK(trained_runs(parts.out) == trained_runs(whole.out));
}

TEST_CASE("shared by claims: a process that works alone and those that share keep apart") {
  const Shared world;
  REQUIRE(world.train().code == 0);
  {
    const Claim alone = claim_study(world.out, "");
    CHECK(world.train({"--shard", "auto"}).err_has("study-locked"));
  }
  {
    const Claim shares = claim_study(world.out, "auto");
    CHECK(world.train().err_has("study-locked"));
    Child other([&] { return world.train({"--shard", "auto"}).code; });
    CHECK(other.wait() == 0);
    CHECK(world.train({"--shard", "1/2"}).code == 0);
  }
}

TEST_CASE("shared by claims: --no-wait leaves what another process has in hand") {
  const Shared world;
  REQUIRE(world.train({"--stop-after", "1"}).code == 75);
  const RunOutcome list = run_cch({"train", world.study, "-o", world.out, "--list", "--json"});
  const auto units = documents::parse_units(list.out);
  REQUIRE(units.units.size() == 6);
  const RunStore store(world.out);
  const auto& last = units.units.back();
  {
    Child other([&] {
      const auto claim = store.claim(last.keys.front());
      (void)world.folder.write("ready", "");
      ::pause();
      return 0;
    });
    while (!fs::exists(world.folder.path("ready"))) std::this_thread::sleep_for(1ms);
    const RunOutcome left = world.train({"--shard", "auto", "--no-wait"});
    CHECK(left.code == 0);
    CHECK(left.err_has("1 left to others"));
    const StudyStatus status = world.status();
    CHECK(status.running == 1);
    CHECK(*status.open == last.runs);
    other.kill();
  }
  // Its process is gone: the next takes it over.
  CHECK(world.train({"--shard", "auto", "--no-wait"}).code == 0);
  CHECK(world.status().complete());
}

TEST_CASE(
    "--stop-after ends with 75 as a pre-emption does, and the study goes on to the same bits") {
  const Shared whole;
  REQUIRE(whole.train().code == 0);
  Shared world;
  world.study = whole.study;
  std::size_t before = 0;
  for (int i = 0; i < 2; ++i) {  // two units of seven runs each time
    const RunOutcome stopped = world.train({"--stop-after", "8"});
    CHECK(stopped.code == 75);
    CHECK(stopped.err_has("nothing that was finished is lost"));
    CHECK(trained_runs(world.out).size() == before + 2 * kRunsOfUnit);
    before = trained_runs(world.out).size();
  }
  CHECK(world.train({"--stop-after", "8"}).code == 0);  // nothing is left to be stopped
  CHECK(trained_runs(world.out) == trained_runs(whole.out));
}

TEST_CASE("failures: shared processes try a run once, --failed tries those again and no others") {
  const Shared world;
  REQUIRE(world.train().code == 0);
  const auto runs = trained_runs(world.out);
  const RunStore store(world.out);
  // One as a failure leaves it, one that is not there.
  const auto fail = [&](const std::string& key) {
    json record = json::parse(runs.at(key));
    record["status"] = "failed";
    record["failure"] = "the loss is not finite at step 3";
    store.put(key, "result.json", record.dump(1) + "\n");
  };
  const std::string failed = runs.begin()->first;
  const std::string missing = std::next(runs.begin())->first;
  fail(failed);
  fs::remove_all(store.path(missing, ""));
  StudyStatus status = world.status();
  CHECK(status.failed == 1);
  REQUIRE(status.failures.size() == 1);
  CHECK(status.failures[0].key == failed);
  CHECK(status.failures[0].reason == "the loss is not finite at step 3");
  CHECK(*status.open == 1);
  const RunOutcome words = run_cch({"train", "--status", world.out, "--failed"});
  CHECK(words.out_has(failed + "\tthe loss is not finite"));
  const RunOutcome list = run_cch({"train", world.study, "-o", world.out, "--list", "--failed"});
  CHECK(std::count(list.out.begin(), list.out.end(), '\n') == 1);

  SUBCASE("again, alone") {
    CHECK(world.train({"--failed"}).code == 0);
    status = world.status();
    CHECK(status.failed == 0);
    CHECK(*status.open == 1);  // it did not fail
    CHECK(trained_runs(world.out).at(failed) == runs.at(failed));
  }
  SUBCASE("shared processes leave it and run what is missing") {
    const RunOutcome shared = world.train({"--shard", "auto"});
    CHECK(shared.code == 5);
    status = world.status();
    CHECK(status.failed == 1);
    CHECK(status.complete());
    CHECK(world.train({"--shard", "auto", "--failed"}).code == 0);
    CHECK(trained_runs(world.out) == runs);
  }
}

TEST_CASE("status: who is at work, in a table and as a document, and nothing is changed") {
  const Shared world;
  REQUIRE(world.train({"--stop-after", "1"}).code == 75);
  const Claim claim = claim_study(world.out, "auto", "4711_3");
  const auto time = fs::last_write_time(world.out);
  const StudyStatus status = world.status();
  CHECK(status.title == "shared");
  CHECK(*status.planned == 6 * kRunsOfUnit);
  CHECK(status.done == trained_runs(world.out).size());
  REQUIRE(status.processes.size() == 1);
  CHECK(status.processes[0].job == "4711_3");
  CHECK(status.processes[0].shard == "auto");
  CHECK(status.processes[0].process == static_cast<std::uint64_t>(::getpid()));
  CHECK(status.processes[0].alive);
  CHECK(status.seconds_left.has_value());
  const RunOutcome words = run_cch({"train", "--status", world.out});
  CHECK(words.out_has("job 4711_3"));
  CHECK(words.out_has(" left"));
  CHECK(fs::last_write_time(world.out) == time);
  CHECK(run_cch({"train", "--status", world.folder.path("none")}).err_has("folder-missing"));
  CHECK(run_cch({"train", "--status", world.folder.path("")}).err_has("result-missing"));
  CHECK(run_cch({"train"}).err_has("no-study"));
}

TEST_CASE("--list --json: units with the keys of their runs, each run alone by its number") {
  const Shared world;
  const RunOutcome shown = run_cch({"train", world.study, "--list", "--json"});
  REQUIRE(shown.code == 0);
  const auto list = documents::parse_units(shown.out);
  CHECK(list.runs == 6 * kRunsOfUnit);
  REQUIRE(list.units.size() == 6);
  CHECK(world.train({"--shard", "2/6"}).code == 0);
  std::set<std::string> keys;
  for (const auto& [key, record] : trained_runs(world.out)) keys.insert(key);
  CHECK(keys == std::set<std::string>(list.units[1].keys.begin(), list.units[1].keys.end()));
}

TEST_CASE("a segmentation shared by claims: students wait for their teachers in other processes") {
  if (!training_here()) return;
  const SegmentWorld parts;
  {
    Child first([&] { return parts.train({"--threads", "1", "--shard", "auto"}).code; });
    Child second([&] {
      return parts.train({"--threads", "1", "--shard", "auto", "--no-wait"}).code;
    });
    CHECK(first.wait() == 0);
    CHECK(second.wait() == 0);
  }
  SegmentWorld whole;
  whole.study = parts.study;
  REQUIRE(whole.train().code == 0);
  CHECK(segment_results(parts.out) == segment_results(whole.out));
  CHECK(fs::exists(parts.out + "/report.html"));
  CHECK(claims_in(parts.out) == 0);
  const RunOutcome shown = run_cch({"train", "--status", parts.out, "--json"});
  CHECK(documents::parse_status(shown.out).complete());
  const auto list = documents::parse_units(
      run_cch({"train", parts.study, "-o", parts.out, "--list", "--json"}).out);
  CHECK(list.done == list.units.size());
  CHECK(list.units[1].needs == std::vector<std::size_t>{1});
}

}  // namespace cch::test
