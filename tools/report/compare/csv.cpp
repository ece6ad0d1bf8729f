#include <fmt/format.h>

#include <set>

#include "cch/report/compare.hpp"
#include "tools/report/compare/model.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/fact.hpp"

namespace cch::report {
namespace {

using documents::Number;

/// Names that vary from document to document.
struct Columns {
  std::set<std::string> metrics;
  std::set<std::string> scores;
  std::set<std::string> controls;
  std::set<std::string> alone;  ///< metrics of single networks
};

template <class Value>
void add_names(const std::map<std::string, Value>& values, std::set<std::string>& names) {
  for (const auto& [name, value] : values) names.insert(name);
}

Columns columns_of(const CompareDocument& document) {
  Columns out;
  for (const ComparedPair& pair : document.pairs) {
    add_names(pair.gains, out.metrics);
    add_names(pair.scores, out.scores);
    add_names(pair.student, out.alone);
    for (const PairControl& control : pair.controls) out.controls.insert(control.control);
  }
  return out;
}

/// Numbers in full precision, nothing where there is no value.
std::string cell(const std::optional<documents::Fact>& value) {
  return ',' + (value ? csv_value(*value) : "");
}

/// As a JSON object.
std::string cell(const std::optional<documents::Facts>& values) {
  if (!values) return ",";
  std::string text;
  for (const auto& [name, value] : *values) {
    text += (text.empty() ? "" : ",") + documents::to_text(name) + ':' + documents::to_text(value);
  }
  return ',' + csv_field('{' + text + '}');
}

std::string cell(const std::string& text) {
  return ',' + csv_field(text);
}

std::string number_cell(const Number& value) {
  return ',' + (value ? fmt::format("{}", *value) : "");
}

std::string number_cell(const documents::Numbers& values, const std::string& name) {
  const auto found = values.find(name);
  return number_cell(found == values.end() ? Number() : found->second);
}

std::string gain_cells(const GainSummary* gain) {
  if (gain == nullptr) return ",,,,,,";
  return number_cell(gain->mean) + number_cell(gain->standard_deviation) +
         number_cell(gain->standard_error) + fmt::format(",{}", gain->seeds) +
         number_cell(gain->interval95 ? Number(gain->interval95->lo) : Number()) +
         number_cell(gain->interval95 ? Number(gain->interval95->hi) : Number());
}

std::string gain_headings(const std::string& prefix) {
  std::string out;
  for (const char* name :
       {"mean", "standard_deviation", "standard_error", "seeds", "low95", "high95"}) {
    out += cell(fmt::format("{}_{}", prefix, name));
  }
  return out;
}

std::string headings(const Columns& columns) {
  std::string out =
      "study,task,setting,labelled,scenario,teacher_name,teacher_parameters,teacher_labels_from,"
      "loss_form,loss_weighting,loss_lambda,loss_temperature,loss_scaled,metric,predicted_by,"
      "predicted_score,predicted,sign,agrees" +
      gain_headings("gain");
  for (const std::string& name : columns.metrics) out += gain_headings("gain_" + name);
  for (const char* who : {"student", "distilled", "teacher"}) {
    for (const std::string& name : columns.alone) out += cell(fmt::format("{}_{}", who, name));
  }
  for (const std::string& name : columns.scores) out += cell(name);
  for (const std::string& name : columns.controls) {
    out += gain_headings("control_" + name) + gain_headings("over_control_" + name);
  }
  return out + "\r\n";
}

std::string control_cells(const ComparedPair& pair, const std::string& name) {
  for (const PairControl& control : pair.controls) {
    if (control.control != name) continue;
    return gain_cells(&control.gain) +
           gain_cells(control.difference ? &*control.difference : nullptr);
  }
  return gain_cells(nullptr) + gain_cells(nullptr);
}

/// What the pair is: study, unit, teacher, loss, metric, prediction.
std::string head_of(const ComparedPair& pair) {
  const auto& [task, setting, labelled, scenario] = pair.unit;
  const auto& [teacher, parameters, labels_from] = pair.teacher;
  const auto& [form, weighting, lambda, temperature, scaled] = pair.loss;
  std::string out = csv_field(pair.study) + cell(task) + cell(std::optional(setting)) +
                    cell(labelled) + cell(scenario) + cell(teacher) + cell(parameters) +
                    cell(labels_from) + cell(form) + cell(weighting) + cell(lambda) +
                    cell(temperature) + cell(scaled) + cell(pair.metric);
  if (!pair.predicted) return out + ",,,";
  return out + cell(pair.predicted->by) + number_cell(pair.predicted->score) +
         cell(pair.predicted->says);
}

std::string line_of(const ComparedPair& pair, const Columns& columns) {
  std::string out = head_of(pair) + cell(pair.sign) +
                    (pair.agrees ? (*pair.agrees ? ",true" : ",false") : ",") +
                    gain_cells(&pair.observed_gain);
  for (const std::string& name : columns.metrics) {
    const auto gain = pair.gains.find(name);
    out += gain_cells(gain == pair.gains.end() ? nullptr : &gain->second);
  }
  for (const auto* numbers : {&pair.student, &pair.distilled, &pair.teacher_alone}) {
    for (const std::string& name : columns.alone) out += number_cell(*numbers, name);
  }
  for (const std::string& name : columns.scores) out += number_cell(pair.scores, name);
  for (const std::string& name : columns.controls) out += control_cells(pair, name);
  return out + "\r\n";
}

}  // namespace

std::string compare_csv(const CompareDocument& document) {
  const Columns columns = columns_of(document);
  std::string out = headings(columns);
  for (const ComparedPair& pair : document.pairs) out += line_of(pair, columns);
  return out;
}

}  // namespace cch::report
