// Pairing of runs that no store has: names are texts, numbers are worked by hand.

#include <cmath>
#include <map>
#include <string>
#include <vector>

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

/// What is paired.
struct Input {
  std::vector<PairableRun> runs;
  std::vector<TeacherCriteria> criteria;
  std::vector<RankedTeacher> ranked;
  std::map<std::string, std::string> feature_runs;
};

PairedRuns pair_runs(const Input& input) {
  RunPairing pairing;
  for (const PairableRun& run : input.runs) pairing.add(run);
  for (const TeacherCriteria& criteria : input.criteria) pairing.add(criteria);
  for (const RankedTeacher& ranked : input.ranked) pairing.add(ranked);
  for (const auto& [hash, key] : input.feature_runs) pairing.add_features(hash, key);
  return pairing.paired();
}

std::map<std::string, double> scores_of(const Input& input) {
  const PairedRuns paired = pair_runs(input);
  return paired.seeds(paired.pairs.front()).front().scores;
}

/// A student of .7, a teacher of .8 and a student taught by it, of .75.
Input three_runs() {
  Input out;
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
  CHECK(pair.cell == "cell");
  REQUIRE(paired.seeds(pair).size() == 1);
  const PairSeed seed = paired.seeds(pair).front();
  CHECK(near(seed.gains.at("accuracy"), 0.05, kRounding));
  CHECK(near(seed.gains.at("mse"), 0.5 * std::log(0.3 / 0.25), kRounding));
  CHECK(near(seed.gains.at("mse-difference"), 0.05, kRounding));
  CHECK(near(seed.scores.at("best-accuracy teacher"), 0.1, kRounding));
  CHECK(seed.scores.at("always distil") == 1.0);
  CHECK(seed.scores.at("never distil") == -1.0);
}

TeacherCriteria of_other_rows() {
  TeacherCriteria out;
  out.study = "study";
  out.unit = "unit 1";
  out.teacher = "audio, other rows";
  out.teacher_view = "audio";
  return out;
}

TEST_CASE("pairing: criteria of the same labels come first, else those of the teacher") {
  Input input = three_runs();
  TeacherCriteria any = of_other_rows();
  any.scores = {{"margin", 0.2}};
  any.decisions = {{"CCH", 1.0}};
  input.criteria = {any};
  const auto scores = [&] { return scores_of(input); };
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
  Input input = three_runs();
  RankedTeacher ranked;
  ranked.student = "video";
  ranked.teacher = "audio";
  ranked.scenario = "same-rows";
  ranked.student_hash = "1";
  ranked.teacher_hash = "2";
  ranked.scores = {{"pilot", 0.4}};
  input.ranked = {ranked, ranked};
  input.ranked[1].scores["pilot"] = 0.6;
  const auto scores = [&] { return scores_of(input); };
  CHECK(near(scores().at("pilot"), 0.5, kRounding));  // repetitions: their mean
  input.feature_runs = {{"1", "s"}, {"2", "another teacher"}};
  CHECK_FALSE(scores().contains("pilot"));
  CHECK(pair_runs(input).warnings.front().code == "ranking-unmatched");
  input.feature_runs["2"] = "t";
  input.runs[2].teacher_run = "t";
  CHECK(near(scores().at("pilot"), 0.5, kRounding));
}

TEST_CASE("pairing: what cannot be paired is counted") {
  Input input = three_runs();
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
  const PairedRuns control = pair_runs(input);
  CHECK_FALSE(control.seeds(control.controls.front()).front().scores.contains("always distil"));
}

TEST_CASE("pairing: studies of one title with other keys are no repetitions of each other") {
  Input input = three_runs();
  for (PairableRun run : three_runs().runs) {
    for (std::string* key : {&run.key, &run.student}) {
      if (!key->empty()) *key += " again";
    }
    run.study_key = "0123456789";
    input.runs.push_back(run);
  }
  const PairedRuns paired = pair_runs(input);
  REQUIRE(paired.pairs.size() == 2);
  CHECK(paired.pairs[0].study == "study (012345)");
  CHECK(paired.pairs[1].study == "study (?)");
  CHECK(paired.warnings.front().code == "same-title");
  // Criteria of either key go to their own study alone.
  TeacherCriteria criteria;
  criteria.study = "study";
  criteria.study_key = "0123456789";
  criteria.unit = "unit 1";
  criteria.teacher = "audio, same rows";
  criteria.scores = {{"margin", 0.2}};
  input.criteria = {criteria};
  const PairedRuns scored = pair_runs(input);
  CHECK(scored.seeds(scored.pairs[0]).front().scores.contains("margin"));
  CHECK_FALSE(scored.seeds(scored.pairs[1]).front().scores.contains("margin"));
}

TEST_CASE("pairing: of one unit and teacher the last criteria count, of one view the first") {
  Input input = three_runs();
  TeacherCriteria one = of_other_rows();
  for (const double margin : {0.1, 0.2, 0.3}) {
    if (margin == 0.3) one.teacher = "audio, third rows";
    one.scores = {{"margin", margin}};
    input.criteria.push_back(one);
  }
  CHECK(scores_of(input).at("margin") == 0.2);
}

TEST_CASE("pairing: a run takes its numbers and a stated number of bytes") {
  constexpr std::size_t kRuns = 3000;
  constexpr std::size_t kNumbers = 2 * sizeof(double);
  constexpr std::size_t kOfRun = 160;
  RunPairing pairing;
  for (std::size_t i = 0; i < kRuns; ++i) {
    for (PairableRun run : three_runs().runs) {
      run.key += std::to_string(i);
      run.seed = i;
      run.unit = "unit " + std::to_string(i) + std::string(1000, ' ');
      if (!run.student.empty()) run.student += std::to_string(i);
      pairing.add(run);
    }
  }
  CHECK(pairing.bytes() <= 3 * kRuns * (kNumbers + kOfRun));
  const PairedRuns paired = pairing.paired();
  REQUIRE(paired.pairs.size() == 1);
  CHECK(paired.pairs.front().runs.size() == kRuns);
}

}  // namespace
}  // namespace cch
