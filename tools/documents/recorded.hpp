#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cch/documents/compare.hpp"
#include "cch/documents/parts.hpp"
#include "cch/documents/segmentation.hpp"

// What the folder of a study holds beside the runs of pairs (cch/documents/run.hpp): the study,
// what was known of its teachers, and of any run what a comparison needs.

namespace cch::documents {

/// The question of a run.
struct RecordedUnit : ComparedUnit {
  std::uint64_t seed = 0;
};

/// A run of pairs or of segmentations by any version, as far as a comparison reads it, schema
/// cch.run/1.
struct RecordedRun {
  std::string key;
  std::string study;
  std::string study_key;  ///< differs where settings or data do; "" in old results
  RecordedUnit unit;
  std::string role;     ///< teacher, student, distilled or control
  std::string control;  ///< "" for the others
  std::optional<ComparedTeacher> teacher;
  std::optional<ComparedLoss> loss;
  std::string status;  ///< done, failed
  std::string failure = "no reason given";
  std::optional<std::map<std::string, double>> metrics;  ///< those that are finite
  std::string student;                                   ///< key of the run to pair with
  std::string teacher_run;  ///< key of the teacher's run, where it has one
  Numbers predicted;        ///< closed form
};

/// What was known about a teacher before training, schema cch.criteria/1.
struct CriteriaDocument {
  std::size_t format = 0;  ///< of the rules; 0 in old results
  std::string key;
  std::string study;
  std::string study_key;
  RecordedUnit unit;
  ComparedTeacher teacher;
  Numbers scores;                                               ///< none: refused these rows
  std::map<std::string, std::optional<std::string>> decisions;  ///< holds, distil, fails, …
  std::vector<Warning> warnings;
  std::vector<FileRecord> inputs;
  Number seconds;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
};

/// study.json, schema cch.study/1.
struct StudyHead {
  Echo config;
  std::optional<Echo> setups;  ///< of a segmentation study
  std::vector<FileRecord> inputs;
  std::vector<Warning> warnings;
  std::optional<std::size_t> planned_runs;
  std::string device;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;
};

/// The whole of a study of pairs, schema cch.train/1, but for its results: the records as they are
/// stored, which are written one after the other.
struct TrainDocument {
  StudyHead head;
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t cached = 0;
  Number seconds;  ///< none: nothing was run
};

/// What `cch train --features` says about its files, schema cch.features/1: the key of the run of
/// each, "" for labels, groups and the split.
struct FeatureFile {
  std::string key;
  std::string sha256;
};

/// Data Errors of parse_rank; "result-incomplete" for a run that is done without metrics.
RecordedRun read_recorded_run(const nlohmann::json& document);
nlohmann::json to_json(const CriteriaDocument& document);
CriteriaDocument read_criteria(const nlohmann::json& document);
nlohmann::json to_json(const StudyHead& head);
StudyHead read_study_head(const nlohmann::json& document);
/// `each` gives every result to its argument; none is kept.
using TakeResult = std::function<void(const nlohmann::json& record)>;
void write_text(const TrainDocument& document, const std::function<void(const TakeResult&)>& each,
                std::ostream& out);
std::vector<FeatureFile> read_feature_files(const nlohmann::json& document);

nlohmann::json to_json(const ComparedUnit& unit);
nlohmann::json to_json(const ComparedTeacher& teacher);
nlohmann::json to_json(const ComparedLoss& loss);

}  // namespace cch::documents
