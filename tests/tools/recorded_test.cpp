// What the folder of a study holds: read back as the same JSON, so that no key that is written can
// be lost where it is read.

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/segment_study.hpp"
#include "tests/tools/tag_fault.hpp"
#include "tests/tools/training_here.hpp"
#include "tools/documents/recorded.hpp"
#include "tools/documents/segmentation_run.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::fault_code;
using test::run_cch;

/// The records of this name in a study's folder, without their checksums.
std::vector<json> records(const std::string& out, const std::string& name) {
  std::vector<json> all;
  for (const auto& entry : fs::directory_iterator(fs::path(out) / "runs")) {
    std::ifstream in(entry.path() / name);
    if (!in) continue;
    all.push_back(json::parse(in));
    all.back().erase("checksum");
    all.back().erase("beside");
  }
  REQUIRE_FALSE(all.empty());
  return all;
}

json study_of(const std::string& out) {
  std::ifstream in(fs::path(out) / "study.json");
  return json::parse(in);
}

/// Each of these keys renamed: `code` where it must be there.
template <class Read>
void check_needed(const json& document, Read&& read, const std::vector<std::string>& keys) {
  json added = document;
  added["no_such_field"] = 1;
  CHECK(fault_code([&] { read(added); }) == "document-schema");
  for (const std::string& key : keys) {
    CAPTURE(key);
    json changed = document;
    changed.erase(key);
    CHECK(fault_code([&] { read(changed); }) == "result-incomplete");
    changed[key + "_"] = document[key];
    CHECK(fault_code([&] { read(changed); }) == "result-incomplete");
  }
}

struct PairsFolder {
  test::TempFolder folder;
  std::string out = folder.path("out");

  PairsFolder() {
    const std::string study = folder.write("study.toml", R"(
title = "small"
seeds = 1
[task]
name = "mfh-gamma"
v = [5]
rows = 80
test-rows = 80
moment-rows = 300
[teacher]
rows = ["same-rows"]
allow-chance = true
[training]
weights = "last"
optimiser = "sgd"
learning-rate = 0.1
steps = 20
batch = 0
[criteria]
seeds = 1
estimators = ["gaussian"]
planted-bias = false
)");
    REQUIRE(run_cch({"train", study, "-o", out, "-q"}).code == 0);
  }
};

TEST_CASE("records: the study and what was known of its teachers read back as the same JSON") {
  if (!test::training_here()) return;
  const PairsFolder study;
  const json head = study_of(study.out);
  CHECK(documents::to_json(documents::read_study_head(head)) == head);
  CHECK(head.contains("planned_runs"));
  for (const char* key : {"config", "inputs"}) {
    json lacking = head;
    lacking.erase(key);
    CHECK(fault_code([&] { documents::read_study_head(lacking); }) == "result-incomplete");
  }
  const std::set<std::string> written{"schema", "study",   "unit",      "teacher",   "scores",
                                      "format", "key",     "study_key", "decisions", "warnings",
                                      "inputs", "seconds", "version",   "command",   "seed"};
  for (const json& criteria : records(study.out, "criteria.json")) {
    CHECK(documents::to_json(documents::read_criteria(criteria)) == criteria);
    std::set<std::string> keys;
    for (const auto& [key, value] : criteria.items()) keys.insert(key);
    CHECK(keys == written);
    check_needed(criteria, documents::read_criteria, {"study", "unit", "teacher", "scores"});
    // Earlier versions wrote no more than this.
    json early = criteria;
    for (const char* key : {"format", "study_key", "warnings", "inputs"}) early.erase(key);
    CHECK(documents::read_criteria(early).format == 0);
  }
}

TEST_CASE("records: a comparison reads every metric of a run, and what it is about") {
  if (!test::training_here()) return;
  const PairsFolder study;
  for (const json& run : records(study.out, "result.json")) {
    const documents::RecordedRun read = documents::read_recorded_run(run);
    CHECK(read.key == run["key"]);
    CHECK(read.study_key == run["study_key"]);
    CHECK(read.unit.seed == run["unit"]["seed"]);
    json unit = run["unit"];
    unit.erase("seed");
    CHECK(documents::to_json(static_cast<const documents::ComparedUnit&>(read.unit)) == unit);
    CHECK(read.teacher.has_value() != run["teacher"].is_null());
    if (read.teacher) CHECK(documents::to_json(*read.teacher) == run["teacher"]);
    CHECK(read.loss.has_value() != run["loss"].is_null());
    if (read.loss) CHECK(documents::to_json(*read.loss) == run["loss"]);
    for (const auto& [name, value] : run["metrics"].items()) {
      CAPTURE(name);
      if (name == "rows" || value.is_null()) continue;
      CHECK(read.metrics->at(name) == value);
    }
    json changed = run;
    changed["metrics"] = nullptr;
    CHECK(fault_code([&] { documents::read_recorded_run(changed); }) == "result-incomplete");
    changed = run;
    changed["unit"].erase("seed");
    CHECK(fault_code([&] { documents::read_recorded_run(changed); }) == "result-incomplete");
    if (run["role"] != "distilled") continue;
    for (const char* part : {"teacher", "loss"}) {
      changed = run;
      changed[part] = nullptr;
      CHECK(fault_code([&] { documents::read_recorded_run(changed); }) == "result-incomplete");
    }
  }
}

TEST_CASE("records: a segmentation run reads back as the same JSON") {
  if (!test::training_here()) return;
  test::SegmentWorld world;
  world.change("seeds = 2", "seeds = 1");
  REQUIRE(world.train({}).code == 0);
  const json head = study_of(world.out);
  CHECK(documents::to_json(documents::read_study_head(head)) == head);
  CHECK(head["setups"].size() == 4);
  std::set<std::string> roles;
  for (const json& run : records(world.out, "result.json")) {
    roles.insert(run["role"]);
    const documents::SegmentationRunDocument read = documents::read_segmentation_run(run);
    CHECK(documents::to_json(read) == run);
    CHECK(read.setup_name() == run["setup"]["name"]);
    CHECK(read.done());
    for (const char* part : {"metrics", "seconds", "images_per_second", "peak_megabytes"}) {
      CAPTURE(part);
      CHECK(run.contains(part));
    }
    check_needed(run, documents::read_segmentation_run, {"key", "setup", "status", "seed"});
    // Runs of the first versions did not name these levels, which their conditions have.
    json early = run;
    for (const char* level : {"miou_full", "miou_worst"}) early["metrics"].erase(level);
    CHECK(documents::to_json(documents::read_segmentation_run(early)) == early);
    CHECK(documents::read_recorded_run(run).metrics->at("miou_full") ==
          run["metrics"]["miou_full"]);
  }
  CHECK(roles == std::set<std::string>{"student", "distilled"});
}

}  // namespace
}  // namespace cch
