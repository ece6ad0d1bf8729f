#pragma once

// A small study of drawn scenes for `cch train`, and what its runs say.

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/test.hpp"
#include "tests/tools/program.hpp"

namespace cch::test {

inline constexpr const char* kSegmentStudy = R"(
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

struct SegmentWorld {
  TempFolder folder;
  std::string study = folder.write("study.toml", kSegmentStudy);
  std::string out = folder.path("out");

  void change(const std::string& from, const std::string& to) {
    std::string text = kSegmentStudy;
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

/// The results by their keys, without what differs from run to run.
inline std::map<std::string, std::string> segment_results(const std::filesystem::path& out) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(out / "runs")) {
    std::ifstream in(entry.path() / "result.json");
    REQUIRE(in);
    nlohmann::json run = nlohmann::json::parse(in);
    for (const char* name :
         {"seconds", "command", "checksum", "images_per_second", "peak_megabytes", "inputs"}) {
      run.erase(name);
    }
    run["metrics"].erase("evaluation_seconds");
    all[entry.path().filename()] = run.dump();
  }
  return all;
}

}  // namespace cch::test
