#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
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
  std::string study;      ///< title
  std::string study_key;  ///< differs where settings or data do
  std::string unit;       ///< names question and seed
  std::string cell;       ///< names question, teacher, loss, control: everything but study and seed
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
  std::string study;  ///< this and the next four as in PairableRun
  std::string study_key;
  std::string unit;
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
  std::string study;    ///< its title; with its key where several studies have the title
  std::string cell;     ///< of PairableRun
  std::string control;  ///< empty: a teacher
  std::vector<std::uint32_t> runs;  ///< a seed each, seeds ascending
};

namespace detail {
class PairingStore;
}

/// What RunPairing has found.
struct PairedRuns {
  std::vector<TrainedPair> pairs;  ///< by study and cell
  std::vector<TrainedPair> controls;
  std::vector<std::string> decisions;  ///< names of scores that are decisions
  std::vector<Warning> warnings;

  /// Every seed of a pair, ascending; each is put together when it is asked for.
  void each_seed(const TrainedPair& pair, const std::function<void(const PairSeed&)>& take) const;
  /// All of them at once.
  [[nodiscard]] std::vector<PairSeed> seeds(const TrainedPair& pair) const;

  std::shared_ptr<const detail::PairingStore> store;
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
/// the ratio of MSE).
///
/// Runs come one after the other, and of each stay its numbers (8 bytes each) and about 150 bytes;
/// texts stay once a cell. Studies of one title with other keys have them put behind it.
///
/// Warnings: "same-title", "runs-without-student", "runs-without-gain", "repeated-seeds",
/// "ranking-unmatched". Cost O(R log R + R K) for R runs and K rankings.
class RunPairing {
 public:
  RunPairing();

  void add(const PairableRun& run);
  /// In the place of earlier ones of the same unit and teacher.
  void add(const TeacherCriteria& criteria);
  void add(const RankedTeacher& ranked);
  /// The key of the run whose features a file holds, by the file's hash.
  void add_features(const std::string& hash, const std::string& key);

  /// What runs and criteria take of memory, without texts a cell.
  [[nodiscard]] std::size_t bytes() const;
  /// Pairs what has been added; the last call.
  PairedRuns paired();

 private:
  std::shared_ptr<detail::PairingStore> store_;
};

}  // namespace cch
