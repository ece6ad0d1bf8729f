#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cch/documents/run.hpp"
#include "cch/experiments/unit_run.hpp"
#include "tools/cch/common_options.hpp"
#include "tools/cch/share/status.hpp"
#include "tools/cch/share/study.hpp"
#include "tools/cch/share/tally.hpp"
#include "tools/documents/recorded.hpp"
#include "tools/options/study_file.hpp"

namespace cch {

/// Everything that the command line and the study say.
struct TrainSettings {
  std::string path;          ///< STUDY.toml
  std::string out;           ///< folder
  bool force = false;        ///< also into a folder of others
  std::string data;          ///< folder of data sets
  ShareOptions share;        ///< with other processes
  std::string write_images;  ///< folder for the images of a segmentation study
  std::string features;      ///< stage whose features a segmentation study writes; empty: none
  std::string features_of = "test";    ///< of these images: test, held-out, train, validation, all
  std::vector<std::string> overrides;  ///< "KEY=VALUE" in place of the study's
  std::string rows;                    ///< file for the rows of every unit; empty: none
  std::string evidence;                ///< file for what is known of them; empty: none
  bool list = false;
  StatusOptions status;  ///< of a folder, if it names one
  bool failed = false;   ///< only runs that failed
  bool dry_run = false;
  bool keep_weights = false;
  std::string race;         ///< metric that set-ups of a segmentation study race for; empty: none
  double race_share = 0.2;  ///< of the cost of training all set-ups
  std::size_t race_rungs = 0;  ///< at most; 0: as many as halving takes
  bool survivors = false;      ///< trains the winner of the folder's race alone
  std::string how_to_get;      ///< of data that are not there
  Study study;
  CommonOptions common;
};

/// Reads the study into `s`; keys that a flag has set stay. Usage Errors of config files,
/// "bad-task", "no-data-folder"; a data Error "dataset-missing" that says how to get the data.
void read_train_study(TrainSettings& s, const std::vector<std::string>& given);

/// The folder of a data set in --data. Usage Error "no-data-folder", data Error "dataset-missing"
/// that says how to get it.
std::filesystem::path data_folder(const std::string& set, const TrainSettings& s);

/// Whether a training says weights = "last": other defaults follow from it.
bool says_last(const options::FileTable* training);

/// `count` seeds from `first`. Usage Error "bad-study" for more than a million.
std::vector<std::uint64_t> consecutive_seeds(std::uint64_t first, std::size_t count);
/// The seeds of part I of N of a study whose runs depend on one another within a seed. Usage Error
/// "bad-shard".
void shard_seeds(std::vector<std::uint64_t>& seeds, const std::string& shard);

/// Its keys, for the reference pages.
options::StudyFile train_study_file();
/// The tables of its parts; of a task without the names of its data.
options::Table network_table(NetworkSpec& network);
options::Table training_table(Optimisation& training);
options::Table teacher_table(Study& study);
options::Table distil_table(Study& study);
options::Table criteria_table(Study& study);
options::Table task_table(Task& task);
/// Its [task]; errors as read_train_study.
Task read_train_task(const options::FileTable& file, TrainSettings& s);
/// The keys of every task with their defaults, of settings that live as long as they are kept.
std::vector<options::Section> train_task_sections(std::shared_ptr<void>& settings);

/// Writes the rows that every unit of a study of saved features trains and tests on as CSV: the
/// values of its axes, part (fitted, validation, extra, test), row of the files. Usage Error
/// "bad-task" for other tasks, whose rows no file has.
void write_rows(const TrainSettings& s, const TaskData& data, const Execution& exec);

/// Measures what is known of every teacher before training, on the first [criteria] seeds (at least
/// one), and adds it to a file of JSON lines; units that it has are not measured again.
void write_evidence(const TrainSettings& s, const TaskData& data, const Execution& exec);

// --- documents (docs of the format: experiments/README.md)

nlohmann::json values_json(const StudyValues& values);
/// The study with every default, by the names of its file.
nlohmann::json study_json(const TrainSettings& s);
/// Paths of study_json that are axes: a study may get more values of them in the same folder.
bool is_axis(const std::string& path);

/// Names runs by what they depend on.
class RunKeys {
 public:
  RunKeys(const TrainSettings& s, const TaskData& data, const std::string& device);

  [[nodiscard]] std::string of(const StudyUnit& unit, const RunSpec& run) const;
  [[nodiscard]] std::string of_criteria(const StudyUnit& unit, const RunTeacher& teacher) const;
  /// The same for all runs of a study however its axes grow, another for other settings or data.
  [[nodiscard]] std::string of_study() const { return study_key_; }

 private:
  [[nodiscard]] nlohmann::json unit_part(const StudyUnit& unit) const;

  const Study& study_;
  nlohmann::json task_;
  nlohmann::json inputs_;
  nlohmann::json student_;
  nlohmann::json teacher_;
  std::string device_;
  std::string study_key_;
};

nlohmann::json unit_json(const Study& study, const StudyUnit& unit);
nlohmann::json teacher_json(const RunTeacher& teacher, bool with_rows);
nlohmann::json loss_json(const DistilLoss& loss);
/// Without what all runs of a process share: command, study key, inputs.
documents::RunDocument run_document(const TrainSettings& s, const StudyUnit& unit,
                                    const RunResult& run, const std::string& key,
                                    const std::string& student_key);
documents::CriteriaDocument criteria_document(const TrainSettings& s, const StudyUnit& unit,
                                              const CriteriaResult& criteria,
                                              const std::string& key);

// --- the folder: DIR/study.json and DIR/runs (RunStore)

/// study.json, cch.study/1; `files` by their roles.
documents::StudyHead study_head(const TrainSettings& s, const nlohmann::json& config,
                                std::uint64_t seed,
                                const std::vector<std::pair<std::string, SourceInfo>>& files,
                                const std::vector<Warning>& warnings, const std::string& command,
                                const std::string& device);
/// Makes DIR this process's or its shard's and writes study.json. `planned_runs` of the whole study
/// stand there beside the head, so that a page knows what is missing; 0: unknown. Usage Errors:
/// "study-changed" (names the keys), "study-locked" (another process works on it),
/// "foreign-folder".
/// `opened` takes when, by the clock of the file system.
Claim open_study_folder(const TrainSettings& s, const documents::StudyHead& head,
                        std::size_t planned_runs = 0,
                        std::filesystem::file_time_type* opened = nullptr);
/// The record of a run that is done, else null: failed and damaged ones do not count.
nlohmann::json stored_record(const RunStore& store, const std::string& key, const char* file,
                             std::vector<Warning>& damage);
}  // namespace cch
