#pragma once

// A study of pairs that trains in a moment, and what a folder of runs holds.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace cch::test {

/// Two seeds of a student, two teachers and their students.
inline constexpr const char* kTinyPairs = R"(title = "small"
seeds = 2
[task]
name = "mfh-gamma"
v = [0, 10]
rows = 60
test-rows = 80
moment-rows = 100
[teacher]
allow-chance = true
[training]
optimiser = "sgd"
learning-rate = 0.1
steps = 20
batch = 0
[distil]
controls = ["uniform"]
)";

/// Every result of a folder by its key as JSON, with its curve, without what differs from run to
/// run.
inline std::map<std::string, std::string> trained_runs(const std::filesystem::path& out) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(out / "runs")) {
    std::ifstream in(entry.path() / "result.json");
    if (!in) continue;
    nlohmann::json run = nlohmann::json::parse(in);
    for (const char* name : {"seconds", "command", "checksum"}) run.erase(name);
    std::ifstream curve(entry.path() / "train.jsonl");
    run["curve"] = std::string(std::istreambuf_iterator<char>(curve), {});
    all[entry.path().filename()] = run.dump();
  }
  return all;
}

}  // namespace cch::test
