// Which weights of a segmentation study count.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "support/test.hpp"
#include "tests/tools/segment_study.hpp"
#include "tests/tools/training_here.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

TEST_CASE("a segmentation study: a run of another name keeps the checksums of its files") {
  if (!training_here()) return;
  SegmentWorld w;
  w.change("seeds = 2", "seeds = 1");
  REQUIRE(w.train().code == 0);
  const auto records = [&] {
    std::map<std::string, json> out;
    for (const auto& entry : fs::directory_iterator(fs::path(w.out) / "runs")) {
      std::ifstream in(entry.path() / "result.json");
      out[entry.path().filename()] = json::parse(in);
    }
    return out;
  };
  const auto before = records();
  std::string text = kSegmentStudy;
  text.replace(text.find("seeds = 2"), 9, "seeds = 1");
  for (auto at = text.find("\"plain\""); at != std::string::npos; at = text.find("\"plain\"")) {
    text.replace(at, 7, "\"simple\"");
  }
  w.study = w.folder.write("study.toml", text);
  REQUIRE(w.train().code == 0);
  std::size_t renamed = 0;
  for (const auto& [key, record] : records()) {
    CHECK(record.at("beside") == before.at(key).at("beside"));
    if (record["setup"]["name"] != "simple") continue;
    ++renamed;
    CHECK(record["checksum"] != before.at(key)["checksum"]);
    // So that damage is still seen.
    fs::remove(fs::path(w.out) / "runs" / key / "best.safetensors");
  }
  CHECK(renamed == 1);
  CHECK(test::run_cch({"train", w.study, "-o", w.out})
            .err_has("best.safetensors is missing: its run counts as open"));
}

TEST_CASE("a segmentation study: best weights teach, and last ones where the study says so") {
  if (!training_here()) return;
  SegmentWorld w;
  w.change("seeds = 2", "seeds = 1");
  REQUIRE(w.train().code == 0);
  const auto before = segment_results(w.out);
  // A file of the teacher is gone and its student has to be trained again: so is the teacher.
  const auto forget = [&](const char* teacher_file) {
    for (const auto& [key, text] : before) {
      const fs::path folder = fs::path(w.out) / "runs" / key;
      const json name = json::parse(text)["setup"]["name"];
      if (name == "plain") fs::remove(folder / teacher_file);
      if (name == "event") fs::remove(folder / "result.json");
    }
  };
  forget("last.safetensors");
  CHECK(w.train().code == 0);
  CHECK(segment_results(w.out) == before);
  forget("best.safetensors");
  CHECK(w.train().code == 0);
  CHECK(segment_results(w.out) == before);
  for (const auto& [key, text] : before) {
    const fs::path weights = fs::path(w.out) / "runs" / key / "best.safetensors";
    std::fstream file(weights, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(-5, std::ios::end);
    file.put('\x7f');
  }
  const RunOutcome damaged = test::run_cch({"train", w.study, "-o", w.out});
  CHECK(damaged.code == 0);
  CHECK(damaged.err_has("best.safetensors is not what was written"));
  CHECK(segment_results(w.out) == before);
  for (const auto& [key, text] : before) {
    CHECK(json::parse(text)["calibration_temperature"].get<double>() > 0.0);
  }

  SegmentWorld as_it_is;
  as_it_is.change("epochs = 2", "epochs = 2\ncalibrate = false");
  REQUIRE(as_it_is.train({"--set", "seeds=1"}).code == 0);
  const auto of_setup = [](const auto& results, const std::string& name) {
    for (const auto& [key, text] : results) {
      if (json record = json::parse(text); record["setup"]["name"] == name) return record;
    }
    return json();
  };
  const auto uncalibrated = segment_results(as_it_is.out);
  CHECK(of_setup(uncalibrated, "plain")["metrics"] == of_setup(before, "plain")["metrics"]);
  CHECK(of_setup(uncalibrated, "event")["best"] != of_setup(before, "event")["best"]);
  CHECK_FALSE(of_setup(uncalibrated, "plain").contains("calibration_temperature"));

  SegmentWorld last;
  last.change("epochs = 2", "epochs = 2\nweights = \"last\"");
  const RunOutcome run = last.train({"--json"});
  REQUIRE(run.code == 0);
  CHECK(run.document()["config"]["training"].size() == 10);  // as before there was a choice
  CHECK_FALSE(run.document()["results"][0].contains("weights"));
  for (const auto& [key, text] : segment_results(last.out)) {
    CHECK_FALSE(json::parse(text).contains("weights"));
    CHECK_FALSE(fs::exists(fs::path(last.out) / "runs" / key / "best.safetensors"));
  }
  last.out = last.folder.path("both");
  REQUIRE(last.train({"--set", "training.validation=0.3"}).code == 0);
  for (const auto& [key, text] : segment_results(last.out)) {
    CHECK(json::parse(text)["weights"] == "last");
    CHECK(json::parse(text)["last"].is_null());
    CHECK(fs::exists(fs::path(last.out) / "runs" / key / "best.safetensors"));
  }
  last.change("epochs = 2", "epochs = 2\nweights = \"last\"\ncalibrate = true");
  CHECK(last.train().err_has("teachers are to be calibrated, and no image is held out"));
  last.change("epochs = 2", "epochs = 2\nvalidation = 0");
  CHECK(last.train().err_has("[bad-study]"));
  last.change("epochs = 2", "epochs = 2\nvalidation = 0.95");
  CHECK(last.train().err_has("no image left to be fitted on"));
}

}  // namespace
}  // namespace cch::test
