#include "tools/report/evidence.hpp"

#include <algorithm>

#include "tools/report/number.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {

Rule rule_of(const json& document) {
  const std::string rule = text(field(document, "decided_by"));
  if (rule == "combined") return Rule::combined;
  if (rule == "pilot") return Rule::pilot;
  if (rule == "cch") return Rule::cch;
  return rule == "cch-prediction" ? Rule::cch_prediction : Rule::unknown;
}

bool pilot_decides(const json& document) {
  const Rule rule = rule_of(document);
  return rule == Rule::combined || rule == Rule::pilot;
}

Value prediction_margin(const json& teacher) {
  const json& outcome = field(teacher, "cch", "prediction");
  Value margin = value_of(outcome);
  margin.nats = number(field(outcome, "margin"));
  return margin;
}

Value deciding_value(const json& document, const json& teacher) {
  if (pilot_decides(document)) return value_of(field(teacher, "pilot", "gain_cross_entropy"));
  if (rule_of(document) == Rule::cch_prediction) return prediction_margin(teacher);
  return value_of(field(teacher, "margin"));
}

std::string_view deciding_name(const json& document) {
  if (pilot_decides(document)) return "pilot gain";
  return rule_of(document) == Rule::cch_prediction ? "margin on predictions" : "margin";
}

bool excludes_zero(const Value& value) {
  return value.low && value.high && (*value.low > 0 || *value.high < 0);
}

std::string rows_in_words(const json& document) {
  const std::string rows = count(whole_number(field(document, "rows"))) + " rows";
  const auto others = whole_number(field(document, "alignment", "rows_without_label"));
  if (text(field(document, "scenario")) != "unlabelled-pairs" || !others || *others == 0) {
    return rows;
  }
  return rows + " with a label, " + count(others) + " without";
}

std::string scenario_name(const json& document) {
  const std::string scenario = text(field(document, "scenario"));
  if (scenario == "same-rows") return "same rows";
  if (scenario == "more-labels") return "more labels";
  if (scenario == "unlabelled-pairs") return "unlabelled pairs";
  return printable(scenario);
}

std::string_view scenario_meaning(const json& document) {
  const std::string scenario = text(field(document, "scenario"));
  if (scenario == "same-rows") {
    return "Teacher and student learn from the same labelled rows: the teacher's soft labels are "
           "all that it can add.";
  }
  if (scenario == "more-labels") {
    return "The teacher learns from further labelled rows as well, which the student does not see.";
  }
  if (scenario == "unlabelled-pairs") {
    return "The teacher also labels paired rows that have no label; the student learns from them.";
  }
  return "";
}

bool all_null(const json& teachers, std::string_view key) {
  const std::vector<json>& list = elements(teachers);
  return std::all_of(list.begin(), list.end(),
                     [key](const json& teacher) { return field(teacher, key).is_null(); });
}

}  // namespace cch::report
