// cch train of a segmentation study, from its file to its folder.
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/training_here.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kStudy = R"(
title = "small"
seeds = 2
conditions = ["emm", "nm-1"]
[task]
name = "segmentation"
source = "scenes"
images = 14
test-images = 6
height = 32
width = 32
classes = 6
[network]
widths = [8, 8, 8, 8]
heads = [1, 1, 1, 1]
head-width = 8
[training]
learning-rate = 0.005
epochs = 2
warm-up = 1
batch = 4
[[setup]]
name = "plain"
[[setup]]
name = "prisms"
teacher = "plain"
modality-dropout = 0.5
loss = [{ name = "mad", weight = 2, temperature = 2 }, { name = "cmd" }, { name = "umd" }]
[[setup]]
name = "rmmss"
select = ["plain", "prisms"]
[[setup]]
name = "event"
modalities = ["event"]
teacher = "plain"
loss = [{ name = "mad", form = "forward" }]
)";

struct World {
  TempFolder folder;
  std::string study = folder.write("study.toml", kStudy);
  std::string out = folder.path("out");

  void change(const std::string& from, const std::string& to) {
    std::string text = kStudy;
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    study = folder.write("study.toml", text.replace(at, from.size(), to));
  }
  [[nodiscard]] RunOutcome train(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"train", study, "-o", out, "-q"};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  }
};

std::map<std::string, std::string> results(const fs::path& out) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(out / "runs")) {
    std::ifstream in(entry.path() / "result.json");
    REQUIRE(in);
    json run = json::parse(in);
    for (const char* name :
         {"seconds", "command", "images_per_second", "peak_megabytes", "inputs"}) {
      run.erase(name);
    }
    run["metrics"].erase("evaluation_seconds");
    all[entry.path().filename()] = run.dump();
  }
  return all;
}

TEST_CASE(
    "a segmentation study: runs, scores over all subsets, page, and everything cached again") {
  if (!training_here()) return;
  const World w;
  const RunOutcome first = w.train();
  INFO(first.err);
  REQUIRE(first.code == 0);
  CHECK(first.out_has("8 runs done (0 cached), 0 failed"));
  const auto before = results(w.out);
  CHECK(before.size() == 8);
  for (const auto& [key, text] : before) {
    const json run = json::parse(text);
    const json& metrics = run["metrics"];
    const std::size_t subsets = run["setup"]["name"] == "event" ? 1 : 15;
    CHECK(metrics["conditions"].size() == 3);
    double sum = 0.0;
    for (const json& s : metrics["conditions"][0]["subsets"]) sum += s["miou"].get<double>();
    CHECK(metrics["conditions"][0]["subsets"].size() == subsets);
    CHECK(near(sum / static_cast<double>(subsets), metrics["miou_average"], kRounding));
    CHECK(fs::exists(fs::path(w.out) / "runs" / key / "last.safetensors"));
    CHECK(!fs::exists(fs::path(w.out) / "runs" / key / "checkpoint.safetensors"));
  }
  CHECK(fs::file_size(fs::path(w.out) / "report.html") < 1'000'000);
  const RunOutcome again = w.train();
  CHECK(again.code == 0);
  CHECK(again.out_has("8 runs done (8 cached)"));
  CHECK(results(w.out) == before);
}

TEST_CASE("a segmentation study: the same numbers for one thread and for two, and in shards") {
  if (!training_here()) return;
  World one;
  World two;
  CHECK(one.train({"--threads", "1"}).code == 0);
  CHECK(two.train({"--threads", "2", "--shard", "2/2"}).code == 0);
  CHECK(results(two.out).size() == 4);
  CHECK(two.train({"--threads", "2", "--shard", "1/2"}).code == 0);
  CHECK(results(one.out) == results(two.out));
}

TEST_CASE("a segmentation study: a new set-up trains alone, other settings need another folder") {
  if (!training_here()) return;
  World w;
  w.change("seeds = 2", "seeds = 1");
  REQUIRE(w.train().code == 0);
  std::string text = kStudy;
  w.study =
      w.folder.write("study.toml", text.replace(text.find("seeds = 2"), 9, "seeds = 1") +
                                       "[[setup]]\nname = \"dropout\"\nmodality-dropout = 0.5\n");
  CHECK(w.train().out_has("5 runs done (4 cached)"));
  w.change("epochs = 2", "epochs = 3");
  const RunOutcome other = w.train();
  CHECK(other.code == 2);
  CHECK(other.err_has("study-changed"));
}

TEST_CASE("a segmentation study: looking runs nothing") {
  const World w;
  CHECK(w.train({"-n"}).out_has("8 runs, 0 of them cached. Nothing was run."));
  CHECK(w.train({"--list"}).out_has("seed 2, rmmss"));
  CHECK(!fs::exists(w.out));
}

TEST_CASE(
    "a segmentation study: drawn images that are written train as a folder, to the same numbers") {
  if (!training_here()) return;
  World w;
  w.change("seeds = 2", "seeds = 1");
  const std::string rasters = w.folder.path("rasters");
  CHECK(w.train({"--write-images", rasters}).out_has("14 images of 32 x 32 pixels, 6 classes"));
  CHECK(!fs::exists(w.out));
  REQUIRE(w.train().code == 0);
  std::string text = kStudy;
  const auto from = text.find("source = \"scenes\"");
  const auto to = text.find("[network]");
  text.replace(
      from, to - from,
      "source = \"dir:rasters\"\nmodalities = [\"rgb\", \"depth\", \"event\", \"lidar\"]\n");
  w.study = w.folder.write("rasters.toml", text.replace(text.find("seeds = 2"), 9, "seeds = 1"));
  const std::string other = w.folder.path("other");
  REQUIRE(run_cch({"train", w.study, "-o", other, "-q"}).code == 0);
  std::multiset<std::string> a;
  std::multiset<std::string> b;
  for (const auto& [key, run] : results(w.out)) a.insert(json::parse(run)["metrics"].dump());
  for (const auto& [key, run] : results(other)) b.insert(json::parse(run)["metrics"].dump());
  CHECK(a == b);
}

TEST_CASE("a segmentation study: what has no meaning is refused by name") {
  const auto code = [](const std::string& from, const std::string& to) {
    World w;
    w.change(from, to);
    const RunOutcome out = w.train({"-n"});
    CHECK(out.code == 2);
    const auto open = out.err.rfind('[');
    return open == std::string::npos ? "" : out.err.substr(open + 1, out.err.rfind(']') - open - 1);
  };
  CHECK(code("[\"event\"]", "[\"evnt\"]") == "unknown-modality");
  CHECK(code("teacher = \"plain\"", "teacher = \"plane\"") == "unknown-setup");
  CHECK(code("name = \"mad\"", "name = \"mda\"") == "unknown-loss");
  CHECK(code("form = \"forward\"", "form = \"sideways\"") == "unknown-loss");
  CHECK(code("[\"emm\", \"nm-1\"]", "[\"emn\"]") == "unknown-condition");
  CHECK(code("modality-dropout = 0.5", "modality-drop = 0.5") == "unknown-key");
  CHECK(code("modality-dropout = 0.5", "modality-dropout = 1.5") == "bad-study");
  CHECK(code("{ name = \"mad\", form = \"forward\" }", "{ name = \"umd\" }") == "bad-study");
  CHECK(code("select = [\"plain\", \"prisms\"]", "select = [\"plain\"]") == "bad-study");
  CHECK(code("classes = 6", "classes = 5") == "bad-scenes");
  CHECK(code("heads = [1, 1, 1, 1]", "heads = [1, 3, 1, 1]") == "bad-study");
  CHECK(code("heads = [1, 1, 1, 1]", "heads = [1, 1, 1]") == "bad-study");
  CHECK(code("name = \"event\"", "name = \"plain\"") == "bad-study");
}

}  // namespace
}  // namespace cch::test
