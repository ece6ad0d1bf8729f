#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cch/documents/parts.hpp"

// One training of a study of teacher/student pairs, schema cch.run/1, and the study that it is part
// of, cch.study/1. A key that is added later is one of if_there: folders keep runs of earlier
// versions, which stay readable.

namespace cch::documents {

/// On test rows.
struct RunMetrics {
  std::size_t rows = 0;
  Number cross_entropy;
  Number calibrated_cross_entropy;
  Number accuracy;
  Number weighted_f1;
  Number auc;
  Number mse;
};
/// Those that are finite numbers, by their keys; without the rows.
std::map<std::string, double> numbers_of(const RunMetrics& metrics);

struct RunUnit {
  std::string task;
  Facts setting;
  Fact labelled;  ///< rows, or "all"
  std::string scenario;
  std::uint64_t seed = 0;
};

struct TeacherOfRun {
  std::string name;
  Facts parameters;
  std::optional<std::string> labels_from;
};

/// λ and temperature are numbers, or say what they were chosen from.
struct LossOfRun {
  std::string form;
  std::string weighting;
  Fact lambda;
  Fact temperature;
  bool scaled = true;
};

struct NetworkOfRun {
  std::string layers;
  std::vector<std::size_t> widths;
  double dropout = 0.0;
};

/// The weights with the least loss on the validation rows.
struct BestOfRun {
  std::size_t step = 0;
  Number validation_loss;
  RunMetrics metrics;
};

/// By the closed form.
struct PredictionOfRun {
  Number accuracy_gain;
  Number mse_gain;
  Number direction_gain;
  Number cch_margin;
  Number beta_s;
  Number beta_e;
};

/// The last weights, where the best count.
struct LastOfRun {
  RunMetrics metrics;
};

struct CandidateLoss {
  double lambda = 0.0;
  double temperature = 0.0;
  Number loss;
};

/// λ and T that were chosen on inner folds or validation rows.
struct ChoiceOfRun {
  std::string by;
  Number lambda;
  Number temperature;
  std::vector<CandidateLoss> losses;
};

/// Rows that a student learns from, and those of them that its teacher has features of.
struct PairedOfRun {
  std::size_t labelled = 0;
  std::size_t labelled_paired = 0;
  std::size_t extra = 0;
  std::size_t extra_paired = 0;
};

struct RunDocument {
  std::string key;
  std::string study;
  std::string study_key;
  RunUnit unit;
  std::string role;  ///< student, teacher, distilled, control
  std::optional<std::string> control;
  std::optional<TeacherOfRun> teacher;
  std::optional<LossOfRun> loss;
  std::optional<NetworkOfRun> network;  ///< none of a teacher that was trained before
  Facts training;
  std::string status;  ///< done, failed
  std::optional<std::string> failure;
  RunMetrics metrics;
  std::optional<std::string> weights;  ///< that count: best, last
  std::optional<BestOfRun> best;
  std::optional<std::optional<LastOfRun>> last;
  std::optional<std::optional<std::size_t>> stopped;  ///< early, after this step
  std::optional<Number> weight_decay;  ///< none of a k-fold teacher, whose networks may differ
  std::optional<Number> calibration_temperature;  ///< of a teacher
  std::optional<Number> validation_loss;
  std::optional<std::string> student;  ///< key of the student that it is paired with
  std::optional<PairedOfRun> paired;   ///< absent: the teacher has all
  std::optional<PredictionOfRun> predicted;
  std::optional<ChoiceOfRun> chosen;
  double seconds = 0.0;
  std::vector<Warning> warnings;
  std::vector<FileRecord> inputs;
  std::string version;
  std::string command;
  std::uint64_t seed = 0;

  [[nodiscard]] bool done() const { return status == "done"; }
};

/// The document as JSON, in one line or indented.
std::string to_text(const RunDocument& document, int indent = -1);
/// The document of a text. Data Errors as those of parse_rank.
RunDocument parse_run(std::string_view text);

/// What a study's folder says about the study. Its keys are those of the study's file, which no
/// list here repeats: they are shown as they are.
struct StudyDocument {
  std::string title;
  std::string task;
  std::vector<std::pair<std::string, std::string>> settings;  ///< "task.rows" and "200"
  std::string config;                                         ///< as JSON text
  std::optional<std::size_t> planned_runs;
  std::vector<FileRecord> inputs;
  std::vector<Warning> warnings;
  std::string device;
  std::string version;
  std::string command;
};
/// The study of a text. Data Errors: "result-damaged", "document-schema", "result-incomplete"
/// without config or inputs.
StudyDocument parse_study(std::string_view text);

}  // namespace cch::documents
