// Sweeps and many rankings that several processes share by claims.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "cch/experiments/claim.hpp"
#include "cch/experiments/store.hpp"
#include "support/processes.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tools/documents/progress.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using documents::StudyStatus;
using nlohmann::json;

std::size_t left_claims(const std::string& folder) {
  std::size_t out = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const bool claim = entry.path().filename().string().find("claim") == 0 ||
                       entry.path().parent_path().filename() == "claims";
    out += claim && entry.is_regular_file() ? 1 : 0;
  }
  return out;
}

StudyStatus status_of(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const RunOutcome shown = run_cch(arguments);
  CAPTURE(shown.err);
  REQUIRE(shown.code == 0);
  return documents::parse_status(shown.out);
}

}  // namespace

TEST_CASE("a sweep shared by claims: the cells of one process, and a document by whoever is last") {
  const TempFolder folder;
  const std::string study = folder.write(
      "sweep.toml",
      "simulate = 20\n[model]\nteacher-dim = 10\nstudent-dim = 10\nteacher-noise = 0.5\n"
      "[grid]\nn = [20, 40, 80, 200]\nshare = [0.2, 0.4, 0.6, 1]\n");
  const auto sweep = [&](const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> all{"gaussian",       "sweep",     study, "-o",
                                 folder.path(out), "--threads", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  };
  const auto cells = [&](const std::string& out) {
    std::ifstream in(folder.path(out + "/sweep.json"));
    REQUIRE(in);
    return json::parse(in)["cells"];
  };
  REQUIRE(sweep("one", {}).code == 0);
  {
    Child first([&] { return sweep("shared", {"--shard", "auto"}).code; });
    Child second([&] { return sweep("shared", {"--shard", "auto"}).code; });
    CHECK(first.wait() == 0);
    CHECK(second.wait() == 0);
  }
  CHECK(cells("shared") == cells("one"));
  CHECK(left_claims(folder.path("shared")) == 0);
  // Parts, the last of which finds all of it.
  CHECK(sweep("parts", {"--shard", "1/2"}).out_has("8 done"));
  CHECK(sweep("parts", {"--shard", "2/2"}).code == 0);
  CHECK(cells("parts") == cells("one"));
  // Stopped, and gone on from alone.
  CHECK(sweep("stopped", {"--shard", "auto", "--stop-after", "5"}).code == 75);
  const StudyStatus half = status_of({"gaussian", "sweep", "--status", folder.path("stopped")});
  CHECK(half.of == "cells");
  CHECK(half.planned == 16);
  CHECK(half.done == 5);
  CHECK(half.open == 11);
  CHECK(half.running == 0);
  CHECK_FALSE(half.seconds_left.has_value());  // nobody is at work
  const RunOutcome rest = sweep("stopped", {});
  CHECK(rest.err_has("5 of 16 cells cached"));
  CHECK(cells("stopped") == cells("one"));
  CHECK(run_cch({"gaussian", "sweep", "--status", folder.path("stopped")})
            .out_has("16 of 16 cells done, 0 failed, 0 open"));
  // Cells of another question in the same folder are no part of it.
  CHECK(sweep("stopped", {"--seed", "9", "--stop-after", "3"}).code == 75);
  const StudyStatus other = status_of({"gaussian", "sweep", "--status", folder.path("stopped")});
  CHECK(other.done == 3);
  CHECK(other.open == 13);
}

TEST_CASE("--status of a sweep and of rankings: who is at work, what is in hand, time left") {
  const TempFolder folder;
  const std::string out = folder.path("out");
  const std::string study =
      folder.write("sweep.toml", "[model]\nteacher-dim = 2\n[grid]\nn = [20, 40, 80]\n");
  REQUIRE(run_cch({"gaussian", "sweep", study, "-o", out, "--threads", "1", "--stop-after", "1"})
              .code == 75);
  fs::create_directory(out + "/claims");
  {
    Child other([&] {
      const Claim claim = claim_study(out, "auto", "job 7");
      const auto block = Claim::take(out + "/claims/block");
      (void)folder.write("ready", "");
      ::pause();
      return 0;
    });
    while (!fs::exists(folder.path("ready"))) std::this_thread::sleep_for(1ms);
    const StudyStatus status = status_of({"gaussian", "sweep", "--status", out});
    REQUIRE(status.processes.size() == 1);
    CHECK(status.processes[0].job == "job 7");
    CHECK(status.processes[0].runs == std::vector<std::string>{"block"});
    CHECK(status.running == 1);
    CHECK(status.seconds_left.has_value());
    other.kill();
  }
  const RunOutcome gone = run_cch({"gaussian", "sweep", "--status", out});
  CHECK(gone.out_has("1 of 3 cells done"));
  CHECK(gone.out_has("gone without an end: 1 process"));
  CHECK(run_cch({"rank", "--status", out}).err_has("folder-unknown"));
  CHECK(run_cch({"gaussian", "sweep", "--status", folder.path("no")}).err_has("folder-missing"));
  CHECK(run_cch({"gaussian", "sweep"}).err_has("no-study"));
  CHECK(run_cch({"rank", "--status", folder.path("")}).err_has("folder-unknown"));
}

TEST_CASE("many rankings: a folder each, made once, shared by claims") {
  const WorldFiles files;
  const std::string rest =
      "\nteacher = [\"t=t.npy\"]\nlabels = \"y.npy\"\nplanted-bias = false\nsensitivity = false\n"
      "decide-by = \"combined\"\n";
  const std::string one = files.folder.write("one.toml", "student = \"s=s.npy\"" + rest);
  const std::string two = files.folder.write("two.toml", "student = \"n=noise.npy\"" + rest);
  const std::string bad = files.folder.write("bad.toml", "student = \"s=gone.npy\"" + rest);
  const std::string out = files.folder.path("rankings");
  const RunOutcome first = run_cch({"rank", one, two, "-o", out});
  CAPTURE(first.err);
  CHECK(first.code == 0);
  CHECK(first.out_has("2 rankings made (0 cached)"));
  CHECK(fs::exists(out + "/one/rank.json"));
  CHECK(fs::exists(out + "/two/report.html"));
  const auto time = fs::last_write_time(out + "/one/rank.json");
  const RunOutcome again = run_cch({"rank", one, two, bad, "-o", out, "--shard", "auto"});
  CHECK(again.code == 5);
  CHECK(again.out_has("2 rankings made (2 cached), 1 refused"));
  CHECK(again.err_has("bad: "));
  CHECK(fs::last_write_time(out + "/one/rank.json") == time);
  const StudyStatus status = status_of({"rank", "--status", out});
  CHECK(status.of == "rankings");
  CHECK(status.planned == 3);
  CHECK(status.done == 2);
  CHECK(status.open == 0);
  REQUIRE(status.failures.size() == 1);
  CHECK(status.failures[0].key == "bad");
  CHECK(run_cch({"rank", "--status", out}).out_has("bad\t" + status.failures[0].reason));
  // Another flag is another ranking.
  CHECK(run_cch({"rank", one, two, "-o", out, "--k", "7"}).out_has("2 rankings made (0 cached)"));
  // The same as one ranking alone.
  REQUIRE(run_cch({"rank", one, "-o", files.folder.path("alone"), "--k", "7"}).code == 0);
  const auto document = [](const std::string& path) {
    std::ifstream in(path);
    return comparable(json::parse(in));
  };
  CHECK(document(out + "/one/rank.json") == document(files.folder.path("alone/rank.json")));
  CHECK(run_cch({"rank", one, two}).err_has("no-folder"));
  CHECK(run_cch({"rank", one, two, "-o", out, "--json"}).err_has("bad-arguments"));
  CHECK(run_cch({"rank", one, one, "-o", out}).err_has("same-name"));
  const std::string claims = files.folder.write("claims.toml", "student = \"s=s.npy\"" + rest);
  CHECK(run_cch({"rank", one, claims, "-o", out}).err_has("same-name"));
}

}  // namespace cch::test
