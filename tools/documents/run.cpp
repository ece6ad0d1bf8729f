#include <fmt/format.h>

#include <cmath>

#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<RunMetrics> auto& x) {
  v("rows", x.rows, "cross_entropy", x.cross_entropy, "calibrated_cross_entropy",
    x.calibrated_cross_entropy, "accuracy", x.accuracy, "weighted_f1", x.weighted_f1, "auc", x.auc,
    "mse", x.mse);
}

template <class V>
void describe(V& v, Of<RunUnit> auto& x) {
  v("task", x.task, "setting", x.setting, "labelled", x.labelled, "scenario", x.scenario, "seed",
    x.seed);
}

template <class V>
void describe(V& v, Of<TeacherOfRun> auto& x) {
  v("name", x.name, "parameters", x.parameters, "labels_from", x.labels_from);
}

template <class V>
void describe(V& v, Of<LossOfRun> auto& x) {
  v("form", x.form, "weighting", x.weighting, "lambda", x.lambda, "temperature", x.temperature,
    "scaled", x.scaled);
}

template <class V>
void describe(V& v, Of<NetworkOfRun> auto& x) {
  v("layers", x.layers, "widths", x.widths, "dropout", x.dropout);
}

template <class V>
void describe(V& v, Of<BestOfRun> auto& x) {
  v("step", x.step, "validation_loss", x.validation_loss, "metrics", x.metrics);
}

template <class V>
void describe(V& v, Of<PredictionOfRun> auto& x) {
  v("accuracy_gain", x.accuracy_gain, "mse_gain", x.mse_gain, "direction_gain", x.direction_gain,
    "cch_margin", x.cch_margin, "beta_s", x.beta_s, "beta_e", x.beta_e);
}

template <class V>
void describe(V& v, Of<LastOfRun> auto& x) {
  v("metrics", x.metrics);
}

template <class V>
void describe(V& v, Of<CandidateLoss> auto& x) {
  v("lambda", x.lambda, "temperature", x.temperature, "loss", x.loss);
}

template <class V>
void describe(V& v, Of<ChoiceOfRun> auto& x) {
  v("by", x.by, "lambda", x.lambda, "temperature", x.temperature, "losses", x.losses);
}

template <class V>
void describe(V& v, Of<PairedOfRun> auto& x) {
  v("labelled", x.labelled, "labelled_paired", x.labelled_paired, "extra", x.extra, "extra_paired",
    x.extra_paired);
}

template <class V>
void describe(V& v, Of<RunDocument> auto& x) {
  v.schema("cch.run/1");
  v("key", x.key, "study", x.study, "study_key", x.study_key, "unit", x.unit, "role", x.role,
    "control", x.control, "teacher", x.teacher, "loss", x.loss, "network", x.network, "training",
    x.training, "status", x.status, "failure", x.failure, "metrics", x.metrics, "best", x.best,
    "student", x.student, "predicted", x.predicted, "seconds", x.seconds, "warnings", x.warnings,
    "inputs", x.inputs, "version", x.version, "command", x.command, "seed", x.seed);
  v.if_there("weights", x.weights);
  v.if_there("last", x.last);
  v.if_there("stopped", x.stopped);
  v.if_there("weight_decay", x.weight_decay);
  v.if_there("calibration_temperature", x.calibration_temperature);
  v.if_there("validation_loss", x.validation_loss);
  v.if_there("chosen", x.chosen);
  v.if_there("paired", x.paired);
}

nlohmann::json to_json(const RunDocument& document) {
  return encode(document);
}

RunDocument read_run(const nlohmann::json& document) {
  return read<RunDocument>(document);
}

std::string to_text(const RunDocument& document, int indent) {
  return text_of(encode(document), indent);
}

RunDocument parse_run(std::string_view text) {
  return read_run(parse(text));
}

std::vector<FileRecord> read_run_inputs(const nlohmann::json& inputs) {
  return read<std::vector<FileRecord>>(inputs);
}

std::map<std::string, double> numbers_of(const RunMetrics& metrics) {
  std::map<std::string, double> out;
  const json members = encode(metrics);
  for (const auto& [name, value] : members.items()) {
    if (name == "rows" || !value.is_number()) continue;
    const double number = value.get<double>();
    if (std::isfinite(number)) out[name] = number;
  }
  return out;
}

namespace {

std::string setting_words(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_float()) return fmt::format("{:g}", value.get<double>());
  if (value.is_null()) return "–";
  if (!value.is_array()) return text_of(value, -1);
  std::string out;
  for (const json& one : value) out += (out.empty() ? "" : ", ") + setting_words(one);
  return out.empty() ? "–" : out;
}

/// The member, or what stands where it is missing.
template <class T>
T member(const json& object, const char* key, T otherwise) {
  if (const auto found = object.find(key); found != object.end()) {
    decode(*found, Spot{nullptr, key}, otherwise);
  }
  return otherwise;
}

}  // namespace

StudyDocument read_study(const nlohmann::json& document) {
  require_schema(document, "cch.study/1");
  for (const char* key : {"config", "inputs"}) {
    if (!document.contains(key)) refuse_missing(Spot{nullptr, key});
  }
  const json& config = document["config"];
  if (!config.is_object()) refuse_type(Spot{nullptr, "config"}, "an object", config);
  StudyDocument out;
  for (const auto& [name, part] : config.items()) {
    if (!part.is_object()) {
      out.settings.emplace_back(name, setting_words(part));
      continue;
    }
    for (const auto& [key, value] : part.items()) {
      out.settings.emplace_back(name + '.' + key, setting_words(value));
    }
  }
  out.title = member(config, "title", std::string());
  if (config.contains("task") && config["task"].is_object()) {
    out.task = member(config["task"], "name", std::string());
  }
  out.config = text_of(config, 1);
  out.planned_runs = member(document, "planned_runs", std::optional<std::size_t>());
  out.inputs = read_run_inputs(document["inputs"]);
  out.warnings = member(document, "warnings", std::vector<Warning>());
  out.device = member(document, "device", std::string());
  out.version = member(document, "version", std::string());
  out.command = member(document, "command", std::string());
  return out;
}

StudyDocument parse_study(std::string_view text) {
  return read_study(parse(text));
}

}  // namespace cch::documents
