#include "tools/documents/recorded.hpp"

#include <cmath>

#include "tools/documents/recorded_schema.hpp"

namespace cch::documents {
namespace {

/// Metrics of a comparison, by their keys in runs.
constexpr const char* kMetrics[] = {"cross_entropy", "calibrated_cross_entropy",
                                    "accuracy",      "weighted_f1",
                                    "auc",           "mse",
                                    "miou_average",  "miou_full",
                                    "miou_worst",    "evaluation_seconds"};

}  // namespace

/// Read alone.
struct FiniteMetrics {
  std::map<std::string, double> numbers;
};

template <class V>
void describe(V& v, Of<FiniteMetrics> auto& x) {
  for (const char* name : kMetrics) {
    Number value;
    v.later(name, value);
    if (value && std::isfinite(*value)) x.numbers[name] = *value;
  }
  v.others();
}

template <class V>
void describe(V& v, Of<RecordedRun> auto& x) {
  v.schema("cch.run/1");
  v("key", x.key, "study", x.study, "unit", x.unit, "role", x.role, "status", x.status);
  std::optional<FiniteMetrics> metrics;
  v.later("study_key", x.study_key, "control", x.control, "teacher", x.teacher, "loss", x.loss,
          "failure", x.failure, "metrics", metrics, "student", x.student, "teacher_run",
          x.teacher_run, "predicted", x.predicted);
  if (metrics) x.metrics = std::move(metrics->numbers);
  v.others();
}

template <class V>
void describe(V& v, Of<CriteriaDocument> auto& x) {
  v.schema("cch.criteria/1");
  v("study", x.study, "unit", x.unit, "teacher", x.teacher, "scores", x.scores);
  v.later("format", x.format, "key", x.key, "study_key", x.study_key, "decisions", x.decisions,
          "warnings", x.warnings, "inputs", x.inputs, "seconds", x.seconds, "version", x.version,
          "command", x.command, "seed", x.seed);
}

template <class V>
void describe_head(V& v, Of<StudyHead> auto& x) {
  v("config", x.config, "inputs", x.inputs);
  v.later("device", x.device, "warnings", x.warnings, "version", x.version, "command", x.command,
          "seed", x.seed);
  v.if_there("setups", x.setups);
}

template <class V>
void describe(V& v, Of<StudyHead> auto& x) {
  v.schema("cch.study/1");
  describe_head(v, x);
  v.if_there("planned_runs", x.planned_runs);
  v.others();
}

template <class V>
void describe(V& v, Of<TrainDocument> auto& x) {
  v.schema("cch.train/1");
  describe_head(v, x.head);
  v.object("runs",
           [&x](auto& inner) { inner("done", x.done, "failed", x.failed, "cached", x.cached); });
  const std::vector<Echo> results;  // put in by write_text
  v("seconds", x.seconds, "results", results);
}

template <class V>
void describe(V& v, Of<FeatureFile> auto& x) {
  v.later("key", x.key, "sha256", x.sha256);
  v.others();
}

namespace {

struct FeatureFiles {
  std::vector<FeatureFile> files;
};

template <class V>
void describe(V& v, Of<FeatureFiles> auto& x) {
  v.schema("cch.features/1");
  v.later("files", x.files);
  v.others();
}

}  // namespace

RecordedRun read_recorded_run(const nlohmann::json& document) {
  auto out = read<RecordedRun>(document);
  const Spot whole;
  if (out.status != "done") return out;
  if (!out.metrics) refuse_missing(Spot{&whole, "metrics"});
  if (out.role != "distilled") return out;
  if (!out.teacher) refuse_missing(Spot{&whole, "teacher"});
  if (!out.loss) refuse_missing(Spot{&whole, "loss"});
  return out;
}

nlohmann::json to_json(const CriteriaDocument& document) {
  return encode(document);
}

CriteriaDocument read_criteria(const nlohmann::json& document) {
  return read<CriteriaDocument>(document);
}

nlohmann::json to_json(const StudyHead& head) {
  return encode(head);
}

StudyHead read_study_head(const nlohmann::json& document) {
  return read<StudyHead>(document);
}

void write_text(const TrainDocument& document, const std::function<void(const TakeResult&)>& each,
                std::ostream& out) {
  write_with_list(encode(document), "results", 1, each, out);
}

std::vector<FeatureFile> read_feature_files(const nlohmann::json& document) {
  return read<FeatureFiles>(document).files;
}

nlohmann::json to_json(const ComparedUnit& unit) {
  return encode(unit);
}

nlohmann::json to_json(const ComparedTeacher& teacher) {
  return encode(teacher);
}

nlohmann::json to_json(const ComparedLoss& loss) {
  return encode(loss);
}

}  // namespace cch::documents
