// Sweeps and many rankings that several processes share by claims.
#include <filesystem>
#include <fstream>

#include "support/processes.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
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
  const RunOutcome rest = sweep("stopped", {});
  CHECK(rest.err_has("5 of 16 cells cached"));
  CHECK(cells("stopped") == cells("one"));
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
}

}  // namespace cch::test
