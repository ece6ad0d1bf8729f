#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/cch/compare/read.hpp"

namespace cch {

/// One seed of a pair: gains and what was measured, by names of metrics.
struct PairSeed {
  std::uint64_t seed = 0;
  std::map<std::string, double> gains;
  std::map<std::string, double> student;
  std::map<std::string, double> distilled;
  std::map<std::string, double> teacher;
  std::map<std::string, double> scores;  ///< criteria; decisions among them
};

/// A teacher/student pair (or a control in the teacher's place) under one loss.
struct TrainedPair {
  std::string study;
  nlohmann::json unit;  ///< without its seed
  nlohmann::json teacher;
  nlohmann::json loss;
  std::string control;          ///< empty: a teacher
  std::vector<PairSeed> seeds;  ///< ascending
};

struct PairedRuns {
  std::vector<TrainedPair> pairs;
  std::vector<TrainedPair> controls;
  std::vector<std::string> decisions;  ///< names of scores that are decisions
  std::vector<Warning> warnings;
};

/// Gains of a run over its student, by metric: accuracy, weighted-f1 and auc as differences
/// (shares); cross-entropy: of the student less that of the run, both calibrated, nats; mse:
/// ½ ln(MSE_student/MSE), nats; mse-difference: MSE_student − MSE; miou (mean over all subsets of
/// modalities), miou-full, miou-worst (of segmentation) as differences. What one of the two lacks,
/// or what is not finite, is left out.
std::map<std::string, double> gains_over(const std::map<std::string, double>& run,
                                         const std::map<std::string, double>& student);

/// The names of gains_over, and what a unit of each is called.
const std::vector<std::string>& gain_metrics();

/// Pairs every distilled and control run with its student and gives it the scores of criteria: of
/// criteria.json of its unit and teacher (with the same labels_from, else any), of the closed form,
/// of rank folders with the scenario and the runs whose features were ranked (where those are files
/// of cch train --features; else with this teacher and the student of the unit's setting), and of
/// the baselines "always distil" (1), "never distil" (−1) and "best-accuracy teacher" (teacher less
/// student; real labels ½ ln of the ratio of MSE). Runs without their student are counted in a
/// warning.
PairedRuns pair_runs(const CompareInputs& inputs);

}  // namespace cch
