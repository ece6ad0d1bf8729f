#include <fmt/format.h>

#include <set>

#include "tools/report/compare.hpp"
#include "tools/report/csv.hpp"
#include "tools/report/escape.hpp"

namespace cch::report {
namespace {

constexpr const char* kUnit[] = {"task", "setting", "labelled", "scenario"};
constexpr const char* kTeacher[] = {"name", "parameters", "labels_from"};
constexpr const char* kLoss[] = {"form", "weighting", "lambda", "temperature", "scaled"};
constexpr const char* kOfGain[] = {"mean", "standard_deviation", "standard_error", "seeds"};

/// Names that vary from document to document.
struct Columns {
  std::set<std::string> metrics;
  std::set<std::string> scores;
  std::set<std::string> controls;
  std::set<std::string> alone;  ///< metrics of single networks
};

void add_names(const json& object, std::set<std::string>& names) {
  if (!object.is_object()) return;
  for (const auto& [name, value] : object.items()) names.insert(name);
}

Columns columns_of(const json& document) {
  Columns out;
  for (const json& pair : elements(field(document, "pairs"))) {
    add_names(field(pair, "gains"), out.metrics);
    add_names(field(pair, "scores"), out.scores);
    add_names(field(pair, "student"), out.alone);
    for (const json& control : elements(field(pair, "controls"))) {
      out.controls.insert(text(field(control, "control")));
    }
  }
  return out;
}

std::string gain_fields(const json& gain) {
  std::string out;
  for (const char* name : kOfGain) out += ',' + csv_value(field(gain, name));
  const std::vector<json>& ends = elements(field(gain, "interval95"));
  for (std::size_t i = 0; i < 2; ++i) out += ',' + (ends.size() == 2 ? csv_value(ends[i]) : "");
  return out;
}

std::string gain_headings(const std::string& prefix) {
  std::string out;
  for (const char* name : kOfGain) out += ',' + csv_field(fmt::format("{}_{}", prefix, name));
  for (const char* name : {"low95", "high95"}) {
    out += ',' + csv_field(fmt::format("{}_{}", prefix, name));
  }
  return out;
}

std::string headings(const Columns& columns) {
  std::string out = "study";
  for (const char* name : kUnit) out += fmt::format(",{}", name);
  for (const char* name : kTeacher) out += fmt::format(",teacher_{}", name);
  for (const char* name : kLoss) out += fmt::format(",loss_{}", name);
  out += ",metric,predicted_by,predicted_score,predicted,sign,agrees" + gain_headings("gain");
  for (const std::string& name : columns.metrics) out += gain_headings("gain_" + name);
  for (const char* who : {"student", "distilled", "teacher"}) {
    for (const std::string& name : columns.alone)
      out += ',' + csv_field(fmt::format("{}_{}", who, name));
  }
  for (const std::string& name : columns.scores) out += ',' + csv_field(name);
  for (const std::string& name : columns.controls) {
    out += gain_headings("control_" + name) + gain_headings("over_control_" + name);
  }
  return out + "\r\n";
}

std::string control_fields(const json& pair, const std::string& name) {
  for (const json& control : elements(field(pair, "controls"))) {
    if (text(field(control, "control")) != name) continue;
    return gain_fields(field(control, "gain")) + gain_fields(field(control, "difference"));
  }
  return gain_fields(json()) + gain_fields(json());
}

std::string line_of(const json& pair, const Columns& columns) {
  std::string out = csv_value(field(pair, "study"));
  for (const char* name : kUnit) out += ',' + csv_value(field(pair, "unit", name));
  for (const char* name : kTeacher) out += ',' + csv_value(field(pair, "teacher", name));
  for (const char* name : kLoss) out += ',' + csv_value(field(pair, "loss", name));
  out += ',' + csv_value(field(pair, "metric"));
  for (const char* name : {"by", "score", "says"}) {
    out += ',' + csv_value(field(pair, "predicted", name));
  }
  out += ',' + csv_value(field(pair, "sign")) + ',' + csv_value(field(pair, "agrees")) +
         gain_fields(field(pair, "observed_gain"));
  for (const std::string& name : columns.metrics) out += gain_fields(field(pair, "gains", name));
  for (const char* who : {"student", "distilled", "teacher_alone"}) {
    for (const std::string& name : columns.alone) out += ',' + csv_value(field(pair, who, name));
  }
  for (const std::string& name : columns.scores)
    out += ',' + csv_value(field(pair, "scores", name));
  for (const std::string& name : columns.controls) out += control_fields(pair, name);
  return out + "\r\n";
}

}  // namespace

std::string compare_csv(const json& document) {
  require_schema(document, "cch.compare/1");
  const Columns columns = columns_of(document);
  std::string out = headings(columns);
  for (const json& pair : elements(field(document, "pairs"))) out += line_of(pair, columns);
  return out;
}

}  // namespace cch::report
