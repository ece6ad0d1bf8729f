// The page of a study of pairs: what `cch train` writes, what `cch report` makes of it again.

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/tag_fault.hpp"
#include "tests/tools/training_here.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kPageStudy = R"(
title = "<b>small</b> & \"quoted\""
seeds = 3
[task]
name = "mfh-gamma"
v = [0, 10]
rows = 80
test-rows = 80
moment-rows = 300
[teacher]
rows = ["same-rows", "k-fold"]
allow-chance = true
[training]
learning-rate = 0.05
epochs = 40
patience = 2
[distil]
lambda = [0.5, 1]
controls = ["uniform"]
)";

std::string text_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct PageWorld {
  TempFolder folder;
  std::string out = folder.path("out");
  RunOutcome trained;

  explicit PageWorld(const std::string& study = kPageStudy)
      : trained(run_cch({"train", folder.write("study.toml", study), "-o", out})) {}

  [[nodiscard]] std::string page() const { return text_of_file(fs::path(out) / "report.html"); }
  [[nodiscard]] bool page_has(const std::string& words) const {
    return page().find(words) != std::string::npos;
  }
  [[nodiscard]] RunOutcome report(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"report", out});
    return run_cch(more);
  }
  [[nodiscard]] std::vector<json> runs() const {
    std::vector<json> all;
    for (const auto& entry : fs::directory_iterator(fs::path(out) / "runs")) {
      all.push_back(json::parse(text_of_file(entry.path() / "result.json")));
    }
    return all;
  }
  void change_runs(const std::function<void(json&)>& change) const {
    for (json run : runs()) {
      run.erase("checksum");
      change(run);
      const fs::path path = fs::path(out) / "runs" / run["key"].get<std::string>();
      std::ofstream(path / "result.json", std::ios::binary) << run.dump(1);
    }
  }
};

TEST_CASE("train page: cch train writes it, cch report the same to the byte") {
  if (!training_here()) return;
  const PageWorld world;
  INFO(world.trained.err);
  REQUIRE(world.trained.code == 0);
  CHECK(world.trained.err_has("report.html"));
  const std::string page = world.page();
  CHECK(tag_fault(page) == "");
  for (const char* id : {"studied", "gains", "axes", "levels", "weights", "controls", "curves",
                         "closed-form", "cost", "methods", "downloads"}) {
    CAPTURE(id);
    CHECK(page.find(std::string("<section id=\"") + id + '"') != std::string::npos);
  }
  CHECK_FALSE(world.page_has("id=\"failures\""));
  CHECK_FALSE(world.page_has("<b>small</b>"));
  const std::string sentence = world.trained.out.substr(0, world.trained.out.find('\n'));
  const std::size_t heading = page.find("<h1");
  REQUIRE(heading != std::string::npos);
  CHECK(page.find(sentence.substr(0, 30), heading) < page.find("</h1>", heading));

  fs::remove(fs::path(world.out) / "report.html");
  const std::string alone = world.folder.path("alone.html");
  const RunOutcome again = world.report({"--html", alone});
  CHECK(again.code == 0);
  CHECK(world.page() == page);
  CHECK(text_of_file(alone) == page);
  CHECK(world.trained.out.starts_with(again.out));  // which adds the time that was taken
  const RunOutcome quiet = world.report({"-q"});
  CHECK(quiet.out == sentence + '\n');
  const json stored = world.report({"--json"}).document();
  CHECK(stored["schema"] == "cch.train/1");
  CHECK(stored["results"].size() == world.runs().size());
}

TEST_CASE("train page: says which weights count, and what the last ones gain") {
  if (!training_here()) return;
  const PageWorld best;
  REQUIRE(best.trained.code == 0);
  std::size_t stopped = 0;
  for (const json& run : best.runs()) {
    if (run["role"] == "distilled" && !run["stopped"].is_null()) ++stopped;
  }
  REQUIRE(stopped > 0);  // else the next line would say nothing
  CHECK(best.page_has("By the last weights of the same networks, of 8 pairs"));
  CHECK(best.page_has("By last weights"));
  CHECK(best.page_has("Temperature: what a teacher"));
  CHECK(best.page_has("data-label=\"Stopped early\" class=\"number\"><div>" +
                      std::to_string(stopped) + "</div>"));

  std::string text = kPageStudy;
  text.replace(text.find("patience = 2"), 12, "weights = \"last\"");
  const PageWorld last(text);
  REQUIRE(last.trained.code == 0);
  CHECK(last.page_has("last: the weights after the last step."));
  for (const char* words : {"By last weights", "Temperature: what", "best: the weights"}) {
    CAPTURE(words);
    CHECK_FALSE(last.page_has(words));
  }
}

TEST_CASE("train page: runs of earlier versions are shown, broken ones are named") {
  if (!training_here()) return;
  const PageWorld world;
  REQUIRE(world.trained.code == 0);
  const std::string table = world.report().out;
  world.change_runs([](json& run) {
    for (const char* key : {"weights", "last", "stopped", "weight_decay", "chosen",
                            "calibration_temperature", "validation_loss"}) {
      run.erase(key);
    }
  });
  const RunOutcome old = world.report();
  CHECK(old.code == 0);
  CHECK(old.out == table);
  CHECK(world.page_has("last: the weights after the last step."));
  CHECK_FALSE(world.page_has("By last weights"));

  for (const auto& entry : fs::directory_iterator(fs::path(world.out) / "runs")) {
    fs::remove(entry.path() / "train.jsonl");
  }
  CHECK(world.report().code == 0);
  CHECK(world.page_has("have no stored curve"));

  bool first = true;
  world.change_runs([&](json& run) {
    if (run["role"] != "teacher" || !first) return;
    first = false;
    run["mertics"] = run["metrics"];
    run.erase("metrics");
  });
  CHECK(world.report().code == 0);
  CHECK(world.page_has("is left out"));
  CHECK(world.page_has("1 warning<"));
}

TEST_CASE("train page: failed and missing runs are said in a sentence of their own") {
  if (!training_here()) return;
  const PageWorld world;
  REQUIRE(world.trained.code == 0);
  std::size_t failed = 0;
  world.change_runs([&](json& run) {
    if (run["role"] != "teacher") return;
    ++failed;
    run["status"] = "failed";
    run["failure"] = "diverged <here> at step 7";
  });
  const RunOutcome report = world.report({"-q"});
  const std::size_t all = world.runs().size();
  CHECK(report.out_has(fmt::format("\n{} of {} runs failed.", failed, all)));
  CHECK(world.page_has("id=\"failures\""));
  CHECK(world.page_has("diverged &lt;here&gt;<"));
  fs::remove_all(fs::directory_iterator(fs::path(world.out) / "runs")->path());
  CHECK(world.report({"-q"}).out_has(
      fmt::format("The study is not finished: {} of {} runs are there.", all - 1, all)));
}

}  // namespace
}  // namespace cch::test
