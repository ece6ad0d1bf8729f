// cch train --race: choosing a set-up by short trainings, and training the winner.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "support/test.hpp"
#include "tests/tools/program.hpp"
#include "tests/tools/segment_study.hpp"
#include "tests/tools/sensor_world.hpp"
#include "tests/tools/training_here.hpp"

namespace cch::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Three ways to a network of two sensors, one of which learns nothing, and a sensor alone.
struct RaceWorld : SensorWorld {
  RaceWorld() {
    std::ifstream in(study);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text.replace(text.find("title"), 0, "seeds = 1\nconditions = [\"emm-dropped\"]\n");
    study = folder.write("race.toml", text + R"(
[[setup]]
name = "weak"
modalities = ["weak"]
[[setup]]
name = "plain"
modalities = ["weak", "good"]
[[setup]]
name = "taught"
modalities = ["weak", "good"]
teacher = "plain"
loss = [{ name = "mad" }]
[[setup]]
name = "unlearned"
modalities = ["weak", "good"]
label-weight = 0.0
teacher = "plain"
loss = [{ name = "mad", weight = 0.0 }]
)");
  }
  [[nodiscard]] RunOutcome train(std::vector<std::string> more) const {
    std::vector<std::string> all{"train", study, "-o", out, "-q"};
    all.insert(all.end(), more.begin(), more.end());
    return run_cch(all);
  }
};

TEST_CASE("a race: short trainings, half of the set-ups stay, the winner trains fully") {
  if (!training_here()) return;
  const RaceWorld w;
  CHECK(w.train({"-n", "--race", "full", "--budget", "60%"}).out_has("3 set-ups race on 2 rungs"));
  const RunOutcome run = w.train({"--race", "full", "--budget", "60%", "--json"});
  INFO(run.err);
  REQUIRE(run.code == 0);
  const json race = run.document();
  CHECK(race["schema"] == "cch.race/1");
  REQUIRE(race["rungs"].size() == 2);
  CHECK(race["rungs"][0]["setups"].size() == 3);
  CHECK(race["rungs"][1]["setups"].size() == 2);
  CHECK(race["rungs"][1]["epochs"] >= race["rungs"][0]["epochs"]);
  CHECK(race["spent"].get<double>() <= 0.6);
  CHECK(race["setups"][0]["name"] != "unlearned");
  for (const json& s : race["rungs"][1]["setups"]) CHECK(s["name"] != "unlearned");
  // Its numbers are those of the runs: every score is the mIoU of a run with so many epochs.
  std::set<double> scores;
  for (const auto& [key, text] : segment_results(w.out)) {
    const json result = json::parse(text);
    scores.insert(result["metrics"]["conditions"][0]["miou_full"].get<double>());
  }
  for (const json& rung : race["rungs"]) {
    for (const json& s : rung["setups"]) CHECK(scores.contains(s["scores"][0].get<double>()));
  }
  double sum = 0.0;
  for (const json& s : race["setups"]) sum += s["p_best"].get<double>();
  CHECK(near(sum, 1.0, 1e-9));

  const auto runs = segment_results(w.out);
  const RunOutcome again = w.train({"--race", "full", "--budget", "60%", "--json"});
  CHECK(comparable(again.document())["rungs"] == comparable(race)["rungs"]);
  CHECK(segment_results(w.out) == runs);
  CHECK(run_cch({"report", w.out}).out_has("Train "));
  CHECK(fs::file_size(fs::path(w.out) / "race.html") < 1'000'000);

  const std::string winner = race["setups"][0]["name"];
  const RunOutcome full = run_cch({"train", w.study, "-o", w.out, "--survivors"});
  CHECK(full.code == 0);
  CHECK(full.out_has(winner == "plain" ? "1 runs done" : "2 runs done"));
  CHECK(full.err.find("starts from the beginning") != std::string::npos);
}

TEST_CASE("a race of one rung spreads its budget evenly over all set-ups") {
  if (!training_here()) return;
  const RaceWorld w;
  const RunOutcome run = w.train({"--race", "full", "--budget", "60%", "--rungs", "1", "--json"});
  INFO(run.err);
  REQUIRE(run.code == 0);
  const json race = run.document();
  REQUIRE(race["rungs"].size() == 1);
  CHECK(race["rungs"][0]["setups"].size() == 3);
  CHECK(race["spent"].get<double>() <= 0.6);
  CHECK(race["setups"].size() == 3);
  // Two rungs of it would have given each half.
  const RunOutcome halving = w.train({"-n", "--race", "full", "--budget", "60%"});
  CHECK(halving.out_has("3 set-ups race on 2 rungs"));
  CHECK(w.train({"-n", "--race", "full", "--budget", "60%", "--rungs", "1"})
            .out_has("3 set-ups race on 1 rung;"));
  CHECK(w.train({"-n", "--race", "full", "--budget", "60%", "--rungs", "9"})
            .out_has("3 set-ups race on 2 rungs"));
  CHECK(w.train({"--rungs", "1"}).code != 0);
}

TEST_CASE("a race: of one modality alone those race that have it, and what has no meaning") {
  const RaceWorld w;
  CHECK(w.train({"-n", "--race", "weak", "--budget", "90%"}).out_has("4 set-ups race"));
  const auto refused = [&](const std::vector<std::string>& more, const char* code) {
    const RunOutcome run = w.train(more);
    CAPTURE(run.err);
    CHECK(run.code != 0);
    CHECK(run.err_has("[" + std::string(code) + "]"));
  };
  refused({"-n", "--race", "waek"}, "unknown-metric");
  refused({"-n", "--race", "full", "--budget", "5m"}, "bad-budget");
  refused({"-n", "--race", "full", "--budget", "1%"}, "bad-budget");
  refused({"-n", "--race", "full", "--survivors"}, "option-without-meaning");
  refused({"-n", "--survivors"}, "result-missing");
  CHECK(!fs::exists(w.out));
}

}  // namespace
}  // namespace cch::test
