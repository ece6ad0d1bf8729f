#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/documents/parts.hpp"

namespace cch {

/// One finished run of a study (cch.run/1).
struct TrainedRun {
  std::string key;
  std::string study;
  std::string study_key;  ///< differs where settings or data do; empty in old results
  nlohmann::json unit;    ///< without its seed
  std::uint64_t seed = 0;
  std::string role;     ///< teacher, student, distilled or control
  std::string control;  ///< empty for the others
  nlohmann::json teacher;
  nlohmann::json loss;
  std::map<std::string, double> metrics;    ///< by their names in the document
  std::string student;                      ///< key of the run to pair with
  std::string teacher_run;                  ///< key of the teacher's run, where it has one
  std::map<std::string, double> predicted;  ///< closed form
};

/// What was known about a teacher before training (cch.criteria/1).
struct TeacherCriteria {
  std::string study;
  std::string study_key;  ///< differs where settings or data do; empty in old results
  nlohmann::json unit;    ///< without its seed
  std::uint64_t seed = 0;
  nlohmann::json teacher;
  std::map<std::string, double> scores;
  std::map<std::string, double> decisions;  ///< 1 holds, −1 fails, 0 undecided
};

/// A teacher of a cch.rank/2 document.
struct RankedTeacher {
  std::string student;
  std::string teacher;
  std::string scenario;
  std::string student_hash;  ///< of the file of its features; empty: not recorded
  std::string teacher_hash;
  std::map<std::string, double> scores;
  std::map<std::string, double> decisions;
};

/// Everything that the folders hold.
struct CompareInputs {
  std::vector<TrainedRun> runs;
  std::vector<TeacherCriteria> criteria;
  std::vector<RankedTeacher> ranked;
  /// Key of the run whose features a file holds, by the file's hash (cch.features/1).
  std::map<std::string, std::string> feature_runs;
  std::vector<documents::FileRecord> inputs;
  nlohmann::json folders = nlohmann::json::array();  ///< counts of each
  std::vector<Warning> warnings;
};

/// Reads train folders (study.json) and rank folders (rank.json) in any order. A run that two
/// folders hold, as shards of one study may, counts once. Failed and unfinished runs are counted in
/// warnings. Data Errors, all of a call at once, each naming its file: "folder-missing",
/// "folder-unknown" (neither kind), "result-damaged", "document-schema", "result-incomplete",
/// "document-field-type".
CompareInputs read_compare_folders(const std::vector<std::string>& folders);

}  // namespace cch
