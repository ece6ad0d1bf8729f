// cch train of a segmentation study, from its file to its folder.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <span>

#include "cch/data/sha256.hpp"
#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/segment_study.hpp"
#include "tests/tools/training_here.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

TEST_CASE(
    "a segmentation study: runs, scores over all subsets, page, and everything cached again") {
  if (!training_here()) return;
  const SegmentWorld w;
  const RunOutcome first = w.train();
  INFO(first.err);
  REQUIRE(first.code == 0);
  CHECK(first.out_has("8 runs done (0 cached), 0 failed"));
  CHECK(std::count(first.out.begin(), first.out.end(), '\n') == 2);
  const bool gains = first.out_has(" gains most over ");
  const bool loses = first.out_has(" loses least against ");
  CHECK(gains != loses);
  const auto before = segment_results(w.out);
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
    for (const char* file : {"last.safetensors", "best.safetensors"}) {
      CHECK(fs::exists(fs::path(w.out) / "runs" / key / file));
    }
    CHECK(run["weights"] == "best");
    const std::size_t best = run["best"]["epoch"];
    CHECK((best == 1 || best == 2));
    if (best == 2) CHECK(run["last"]["miou_average"] == metrics["miou_average"]);
    CHECK(!fs::exists(fs::path(w.out) / "runs" / key / "checkpoint.safetensors"));
  }
  CHECK(fs::file_size(fs::path(w.out) / "report.html") < 1'000'000);
  const RunOutcome again = w.train();
  CHECK(again.code == 0);
  CHECK(again.out_has("8 runs done (8 cached)"));
  CHECK(segment_results(w.out) == before);
}

TEST_CASE("a segmentation study: the same numbers for one thread and for two, and in shards") {
  if (!training_here()) return;
  SegmentWorld one;
  SegmentWorld two;
  CHECK(one.train({"--threads", "1"}).code == 0);
  CHECK(two.train({"--threads", "2", "--shard", "2/2"}).code == 0);
  CHECK(segment_results(two.out).size() == 4);
  CHECK(two.train({"--threads", "2", "--shard", "1/2"}).code == 0);
  CHECK(segment_results(one.out) == segment_results(two.out));
}

TEST_CASE("a segmentation study: a damaged teacher is trained again, its students are kept") {
  if (!training_here()) return;
  SegmentWorld w;
  w.change("seeds = 2", "seeds = 1");
  REQUIRE(w.train().code == 0);
  const auto before = segment_results(w.out);
  for (const auto& [key, run] : before) {
    if (json::parse(run)["setup"]["name"] != "plain") continue;
    const fs::path path = fs::path(w.out) / "runs" / key / "result.json";
    fs::resize_file(path, fs::file_size(path) - 3);
  }
  const RunOutcome again = run_cch({"train", w.study, "-o", w.out});
  CHECK(again.err_has("is not what was written"));
  CHECK(again.out_has("4 runs done (3 cached)"));
  CHECK(segment_results(w.out) == before);
}

TEST_CASE("a segmentation study: a student whose teacher failed fails for it, and both run again") {
  if (!training_here()) return;
  SegmentWorld w;
  w.change("learning-rate = 0.005", "learning-rate = 1e30");
  const RunOutcome run = w.train({"--json"});
  CHECK(run.code == 5);
  CHECK(run.err_has("no teacher: 'plain' failed"));
  const json document = run.document();
  for (const json& entry : document["results"]) {
    CHECK(entry["failed"] == 2);
    CHECK(entry["miou_average"].is_null());
  }
  CHECK(w.train().out_has("0 runs done (0 cached), 8 failed"));
}

TEST_CASE("a segmentation study: a new set-up trains alone, other settings need another folder") {
  if (!training_here()) return;
  SegmentWorld w;
  w.change("seeds = 2", "seeds = 1");
  REQUIRE(w.train().code == 0);
  std::string text = kSegmentStudy;
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
  const SegmentWorld w;
  CHECK(w.train({"-n"}).out_has("8 runs, 0 of them cached. Nothing was run."));
  CHECK(w.train({"--list"}).out_has("seed 2, rmmss"));
  CHECK(!fs::exists(w.out));
}

TEST_CASE(
    "a segmentation study: drawn images that are written train as a folder, to the same numbers") {
  if (!training_here()) return;
  SegmentWorld w;
  w.change("seeds = 2", "seeds = 1");
  const std::string rasters = w.folder.path("rasters");
  CHECK(w.train({"--write-images", rasters}).out_has("14 images of 32 x 32 pixels, 6 classes"));
  CHECK(!fs::exists(w.out));
  REQUIRE(w.train().code == 0);
  std::string text = kSegmentStudy;
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
  for (const auto& [key, run] : segment_results(w.out))
    a.insert(json::parse(run)["metrics"].dump());
  for (const auto& [key, run] : segment_results(other))
    b.insert(json::parse(run)["metrics"].dump());
  CHECK(a == b);
}

TEST_CASE("a segmentation study: what has no meaning is refused by name") {
  const auto code = [](const std::string& from, const std::string& to) {
    SegmentWorld w;
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
  CHECK(code("teacher = \"plain\"", "teacher = \"plain\"\ndistil-on = \"al\"") ==
        "unknown-distil-on");
  CHECK(code("[[setup]]\nname = \"rmmss\"",
             "[[setup]]\nname = \"again\"\n[[setup]]\nname = \"rmmss\"") == "bad-study");
}

/// A student with labels of 5 images, two teachers, and what they teach on all images.
constexpr const char* kTwoPairs = R"(
[[setup]]
name = "event"
modalities = ["event"]
labelled = 5
[[setup]]
name = "depth"
modalities = ["depth"]
labelled = 5
[[setup]]
name = "both sensors"
modalities = ["depth", "lidar"]
labelled = 5
[[setup]]
name = "event by depth"
modalities = ["event"]
labelled = 5
distil-on = "all"
teacher = "depth"
loss = [{ name = "mad" }]
[[setup]]
name = "event by both"
modalities = ["event"]
labelled = 5
distil-on = "all"
teacher = "both sensors"
loss = [{ name = "mad", weight = 2, temperature = 2 }]
)";

TEST_CASE(
    "a segmentation study: its features are ranked, and the ranking is compared with its gains") {
  if (!training_here()) return;
  const SegmentWorld w;
  const std::string text = kSegmentStudy;
  const std::string study =
      w.folder.write("pairs.toml", text.substr(0, text.find("[[setup]]")) + kTwoPairs);
  const RunOutcome trained =
      run_cch({"train", study, "-o", w.out, "--features", "head", "--features-of", "held-out",
               "--set", "task.shared=0.25", "--set", "conditions=[\"emm-dropped\"]"});
  INFO(trained.err);
  REQUIRE(trained.code == 0);
  CHECK(trained.err_has("cch rank --student event="));
  const fs::path features = fs::path(w.out) / "features" / "seed-2";
  const json said = json::parse(std::ifstream(features / "features.json"));
  CHECK(said["config"]["task"]["scenes"]["shared"] == 0.25);
  CHECK(said["files"].size() == 8);
  CHECK(trained.err_has("features of 9 images, 6 of them with labels"));  // 8 − 5 are unseen
  for (const json& file : said["files"]) {
    std::ifstream in(features / file["file"].get<std::string>(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    CHECK(sha256(std::as_bytes(std::span(bytes))) == file["sha256"]);
  }

  const std::string ranking = w.folder.path("ranking");
  std::vector<std::string> rank{"rank",         "-q",  "-o",         ranking,
                                "--pixels",     "300", "--channels", "first",
                                "--unlabelled", "255", "--scenario", "unlabelled-pairs"};
  rank.insert(rank.end(), kQuick.begin(), kQuick.end());
  const auto give = [&](const std::string& flag, const std::string& value) {
    rank.insert(rank.end(), {flag, value});
  };
  give("--student", "s=" + (features / "event.npy").string());
  give("--teacher", "a=" + (features / "depth.npy").string());
  give("--teacher", "b=" + (features / "both-sensors.npy").string());
  give("--labels", (features / "labels.npy").string());
  give("--groups", (features / "groups.npy").string());
  const RunOutcome ranked = run_cch(rank);
  INFO(ranked.err);
  REQUIRE(ranked.code == 0);

  const RunOutcome compared = run_cch({"compare", w.out, ranking, "--json", "-q"});
  INFO(compared.err);
  REQUIRE(compared.code == 0);
  const json document = compared.document();
  REQUIRE(document["pairs"].size() == 2);
  std::map<std::string, json> runs;
  for (const auto& [key, run] : segment_results(w.out)) {
    const json r = json::parse(run);
    runs[r["setup"]["name"].get<std::string>() + std::to_string(r["seed"].get<int>())] = r;
  }
  for (const json& pair : document["pairs"]) {
    const std::string teacher = pair["teacher"]["name"];
    const std::string own = teacher == "depth" ? "event by depth" : "event by both";
    double gain = 0.0;
    for (const char* seed : {"1", "2"}) {
      gain += (runs[own + seed]["metrics"]["miou_average"].get<double>() -
               runs[std::string("event") + seed]["metrics"]["miou_average"].get<double>()) /
              2.0;
    }
    CHECK(pair["metric"] == "miou");
    CHECK(near(pair["observed_gain"]["mean"], gain, kRounding));
    CHECK(pair["predicted"]["by"] == "cch rank: verdict");
    CHECK(pair["unit"]["scenario"] == "unlabelled-pairs");
    // Only the second seed was ranked, under other names: files are told by their hashes.
    const json ranks = json::parse(std::ifstream(fs::path(ranking) / "rank.json"));
    for (const json& r : ranks["teachers"]) {
      if (r["name"] != (teacher == "depth" ? "a" : "b")) continue;
      CHECK(near(pair["scores"]["cch rank: representation-level CCH margin"], r["margin"]["nats"],
                 kRounding));
    }
  }

  // Another setting has runs of the same names, which nobody ranked.
  const std::string other = w.folder.path("other");
  REQUIRE(run_cch({"train", study, "-o", other, "-q", "--set", "task.shared=0.75"}).code == 0);
  const RunOutcome both = run_cch({"compare", w.out, other, ranking, "--json", "-q"});
  REQUIRE(both.code == 0);
  std::size_t by_rank = 0;
  const json all = both.document();
  for (const json& pair : all["pairs"]) {
    const bool ours = pair["unit"]["setting"]["shared"] == 0.25;
    CHECK((pair["predicted"]["by"] == "cch rank: verdict") == ours);
    by_rank += ours ? 1 : 0;
  }
  CHECK(by_rank == 2);
}

// Masks of 0 and 255 in files: 255 is flood, not "no label".
TEST_CASE("long: a real set of floods trains from its manifest, with both classes scored") {
  const fs::path data = real_data("ombria");
  if (data.empty() || !training_here()) return;
  SegmentWorld world;
  std::string text = kSegmentStudy;  // its network and its first set-up
  const auto part = [&](const char* from, const char* to) {
    const std::size_t at = text.find(from);
    return text.substr(at, text.find(to, at + 1) - at);
  };
  world.study = world.folder.write("ombria.toml", R"(
title = "floods"
seeds = 1
conditions = ["emm"]
[task]
name = "segmentation"
set = "ombria"
size = [32, 32]
class-names = ["dry", "flood"]
)" + part("[network]", "[[setup]]") + part("[[setup]]", "[[setup]]"));
  const RunOutcome run = world.train({"--data", data.parent_path().string(), "--json"});
  REQUIRE(run.code == 0);
  CHECK(run.out_has("two-valued-mask"));
  const json document = run.document();
  CHECK(document["classes"] == json::array({"dry", "flood"}));
  const json result = json::parse(segment_results(world.out).begin()->second);
  const json& iou = result["metrics"]["conditions"][0]["subsets"].back()["class_iou"];
  REQUIRE(iou.size() == 2);
  for (const json& value : iou) {
    REQUIRE(value.is_number());
    CHECK(value.get<double>() < 1.0);
    CHECK(value.get<double>() >= 0.0);
  }
}

TEST_CASE("--set: values in place of the study's, and what is no assignment") {
  const SegmentWorld w;
  const RunOutcome changed = w.train({"-n", "--set", "seeds=1"});
  CHECK(changed.out_has("4 runs, 0 of them cached"));
  const auto code = [&](const std::string& text) {
    const RunOutcome out = w.train({"-n", "--set", text});
    CHECK(out.code == 2);
    return out.err;
  };
  CHECK(code("seeds").find("config-syntax") != std::string::npos);
  CHECK(code("task.sharde=0.1").find("unknown-key") != std::string::npos);
  CHECK(code("task.shared=much").find("config-syntax") != std::string::npos);
  CHECK(code("task.shared=\"much\"").find("config-type") != std::string::npos);
  CHECK(w.train({"-n", "--features", "9"}).err_has("unknown-stage"));
  CHECK(w.train({"--features", "head", "--features-of", "validation"}).err_has("empty-split"));
  CHECK(!fs::exists(w.out));  // nothing was trained for it
}

}  // namespace
}  // namespace cch::test
