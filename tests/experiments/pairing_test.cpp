// Pairing of runs that no store has: names are texts, numbers are worked by hand.

#include <cmath>
#include <string>

#include "cch/experiments/pairing.hpp"
#include "support/test.hpp"

namespace cch {
namespace {

using test::kRounding;
using test::near;

PairableRun run_of(const std::string& role, const std::string& key, double accuracy) {
  PairableRun out;
  out.key = key;
  out.study = "study";
  out.unit = "unit 1";
  out.seed = 1;
  out.role = role;
  out.metrics = {{"accuracy", accuracy}, {"mse", 1.0 - accuracy}};
  return out;
}

/// A student of .7, a teacher of .8 and a student taught by it, of .75.
PairingInput three_runs() {
  PairingInput out;
  PairableRun teacher = run_of("teacher", "t", 0.8);
  PairableRun distilled = run_of("distilled", "d", 0.75);
  for (PairableRun* run : {&teacher, &distilled}) {
    run->teacher = "audio, same rows";
    run->teacher_view = "audio";
    run->teacher_name = "audio";
  }
  distilled.cell = "cell";
  distilled.student = "s";
  distilled.student_name = "video";
  distilled.scenario = "same-rows";
  out.runs = {run_of("student", "s", 0.7), teacher, distilled};
  return out;
}

TEST_CASE("pairing: gains are over the student alone, baselines by the teacher alone") {
  const PairedRuns paired = pair_runs(three_runs());
  REQUIRE(paired.pairs.size() == 1);
  CHECK(paired.controls.empty());
  CHECK(paired.warnings.empty());
  const TrainedPair& pair = paired.pairs.front();
  CHECK(pair.run == 2);
  REQUIRE(pair.seeds.size() == 1);
  const PairSeed& seed = pair.seeds.front();
  CHECK(near(seed.gains.at("accuracy"), 0.05, kRounding));
  CHECK(near(seed.gains.at("mse"), 0.5 * std::log(0.3 / 0.25), kRounding));
  CHECK(near(seed.gains.at("mse-difference"), 0.05, kRounding));
  CHECK(near(seed.scores.at("best-accuracy teacher"), 0.1, kRounding));
  CHECK(seed.scores.at("always distil") == 1.0);
  CHECK(seed.scores.at("never distil") == -1.0);
}

TEST_CASE("pairing: criteria of the same labels come first, else those of the teacher") {
  PairingInput input = three_runs();
  TeacherCriteria any;
  any.unit = "unit 1";
  any.teacher = "audio, other rows";
  any.teacher_view = "audio";
  any.scores = {{"margin", 0.2}};
  any.decisions = {{"CCH", 1.0}};
  input.criteria = {any};
  const auto scores = [&] { return pair_runs(input).pairs.front().seeds.front().scores; };
  CHECK(scores().at("margin") == 0.2);
  CHECK(scores().at("CCH, decision") == 1.0);
  TeacherCriteria own = any;
  own.teacher = "audio, same rows";
  own.scores = {{"margin", 0.3}};
  input.criteria.push_back(own);
  CHECK(scores().at("margin") == 0.3);
  input.criteria[0].unit = input.criteria[1].unit = "unit 2";
  CHECK_FALSE(scores().contains("margin"));
}

TEST_CASE("pairing: rankings match by the runs of their files, else by names") {
  PairingInput input = three_runs();
  RankedTeacher ranked;
  ranked.student = "video";
  ranked.teacher = "audio";
  ranked.scenario = "same-rows";
  ranked.student_hash = "1";
  ranked.teacher_hash = "2";
  ranked.scores = {{"pilot", 0.4}};
  input.ranked = {ranked, ranked};
  input.ranked[1].scores["pilot"] = 0.6;
  const auto scores = [&] { return pair_runs(input).pairs.front().seeds.front().scores; };
  CHECK(near(scores().at("pilot"), 0.5, kRounding));  // repetitions: their mean
  input.feature_runs = {{"1", "s"}, {"2", "another teacher"}};
  CHECK_FALSE(scores().contains("pilot"));
  CHECK(pair_runs(input).warnings.front().code == "ranking-unmatched");
  input.feature_runs["2"] = "t";
  input.runs[2].teacher_run = "t";
  CHECK(near(scores().at("pilot"), 0.5, kRounding));
}

TEST_CASE("pairing: what cannot be paired is counted") {
  PairingInput input = three_runs();
  input.runs.push_back(input.runs[2]);
  CHECK(pair_runs(input).warnings.front().code == "repeated-seeds");
  input = three_runs();
  input.runs[2].student = "nobody";
  CHECK(pair_runs(input).warnings.front().code == "runs-without-student");
  CHECK(pair_runs(input).pairs.empty());
  input = three_runs();
  input.runs[2].metrics = {{"auc", 0.9}};
  CHECK(pair_runs(input).warnings.front().code == "runs-without-gain");
  input = three_runs();
  input.runs[2].role = "control";
  input.runs[2].control = "uniform";
  CHECK(pair_runs(input).controls.front().control == "uniform");
  CHECK_FALSE(pair_runs(input).controls.front().seeds.front().scores.contains("always distil"));
}

}  // namespace
}  // namespace cch
