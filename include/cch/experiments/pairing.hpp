#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cch/core/error.hpp"

// Which runs are compared with which: distilled students with the same student alone, criteria with
// the teachers that they are about. Runs come from any store; what names a thing is a text that is
// equal where the thing is the same.

namespace cch {

/// A finished run.
struct PairableRun {
  std::string key;
  std::string study;
  std::string unit;  ///< names study, question and seed
  std::string cell;  ///< names everything but the seed: study, question, teacher, loss, control
  std::uint64_t seed = 0;
  std::string role;          ///< teacher, student, distilled or control
  std::string control;       ///< which one; "" for the others
  std::string teacher;       ///< names the teacher and whose labels it gives
  std::string teacher_view;  ///< names it whoever's labels it gives
  std::string teacher_name;
  std::string student_name;  ///< of the student, where its unit's setting says it
  std::string scenario;
  std::string student;                      ///< key of the run to pair with
  std::string teacher_run;                  ///< key of the teacher's run, where it has one
  std::map<std::string, double> metrics;    ///< finite, by name (gains_over)
  std::map<std::string, double> predicted;  ///< closed form: cch_margin, accuracy_gain, mse_gain,
                                            ///< direction_gain, beta_s, beta_e
};

/// What was known about a teacher before training.
struct TeacherCriteria {
  std::string unit;  ///< this and the next two as in PairableRun
  std::string teacher;
  std::string teacher_view;
  std::map<std::string, double> scores;
  std::map<std::string, double> decisions;  ///< 1 holds, −1 fails, 0 undecided
};

/// A teacher of a ranking.
struct RankedTeacher {
  std::string student;
  std::string teacher;
  std::string scenario;
  std::string student_hash;  ///< of the file of its features; "": not recorded
  std::string teacher_hash;
  std::map<std::string, double> scores;
  std::map<std::string, double> decisions;
};

struct PairingInput {
  std::vector<PairableRun> runs;
  std::vector<TeacherCriteria> criteria;
  std::vector<RankedTeacher> ranked;
  /// Key of the run whose features a file holds, by the file's hash.
  std::map<std::string, std::string> feature_runs;
};

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
  std::size_t run = 0;          ///< place among PairingInput::runs of one of its runs
  std::string control;          ///< empty: a teacher
  std::vector<PairSeed> seeds;  ///< ascending
};

struct PairedRuns {
  std::vector<TrainedPair> pairs;  ///< by their cells
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
/// its unit and teacher (with the labels of the same rows, else any), of the closed form, of
/// rankings with the scenario and the runs whose features were ranked (where those are known; else
/// with this teacher and the student of the unit's setting), and of the baselines "always distil"
/// (1), "never distil" (−1) and "best-accuracy teacher" (teacher less student; real labels ½ ln of
/// the ratio of MSE). Warnings: "runs-without-student", "runs-without-gain", "repeated-seeds",
/// "ranking-unmatched". Cost O(R log R + R K) for R runs and K rankings.
PairedRuns pair_runs(const PairingInput& input);

}  // namespace cch
