#include "tools/report/rank/evidence.hpp"

#include <algorithm>

#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/chances.hpp"

namespace cch::report {

Rule rule_of(const RankDocument& document) {
  const std::string& rule = document.decided_by;
  if (rule == "chance") return Rule::chance;
  if (rule == "combined") return Rule::combined;
  if (rule == "pilot") return Rule::pilot;
  if (rule == "cch") return Rule::cch;
  return rule == "cch-prediction" ? Rule::cch_prediction : Rule::unknown;
}

bool pilot_decides(const RankDocument& document) {
  const Rule rule = rule_of(document);
  return rule == Rule::combined || rule == Rule::pilot;
}

bool chance_decides(const RankDocument& document) {
  return rule_of(document) == Rule::chance;
}

bool margins_decide(const RankDocument& document) {
  const Rule rule = rule_of(document);
  return rule == Rule::cch || rule == Rule::unknown;
}

Value pilot_gain(const JudgedTeacher& teacher) {
  return teacher.pilot ? teacher.pilot->gain_cross_entropy : Value{};
}

Value prediction_margin(const JudgedTeacher& teacher) {
  return teacher.prediction ? teacher.prediction->margin : Value{};
}

Value deciding_value(const RankDocument& document, const JudgedTeacher& teacher) {
  if (pilot_decides(document)) return pilot_gain(teacher);
  if (chance_decides(document)) {
    Value out;
    if (const ChanceOfGain* of = deciding_chance(teacher)) {
      out.nats = of->expected_gain;
      out.low = of->low;
      out.high = of->high;
    }
    return out;
  }
  if (rule_of(document) == Rule::cch_prediction) return prediction_margin(teacher);
  return teacher.margin;
}

std::string_view deciding_name(const RankDocument& document) {
  if (chance_decides(document)) return "expected gain";
  if (pilot_decides(document)) return "pilot gain";
  return rule_of(document) == Rule::cch_prediction ? "margin on predictions" : "margin";
}

bool excludes_zero(const Value& value) {
  return value.low && value.high && (*value.low > 0 || *value.high < 0);
}

std::string rows_in_words(const RankDocument& document) {
  const std::string rows = count(document.rows) + " rows";
  const std::size_t others = document.alignment.rows_without_label;
  if ((document.scenario != "unlabelled-pairs" && !chance_decides(document)) || others == 0) {
    return rows;
  }
  return rows + " with a label, " + count(others) + " without";
}

std::string scenario_name(const RankDocument& document) {
  if (chance_decides(document) && !document.teachers.empty()) {
    const auto& chances = document.teachers.front().chances;
    const bool several = chances && chances->front().scenario != chances->back().scenario;
    if (several) return "all scenarios";
  }
  const std::string& scenario = document.scenario;
  if (scenario == "same-rows") return "same rows";
  if (scenario == "more-labels") return "more labels";
  if (scenario == "unlabelled-pairs") return "unlabelled pairs";
  return printable(scenario);
}

std::string_view scenario_meaning(const RankDocument& document) {
  const std::string& scenario = document.scenario;
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

bool real_labels(const RankDocument& document) {
  return document.pilot && document.pilot->unit == "mse";
}

bool any_pilot(const RankDocument& document) {
  return any_teacher(document, [](const JudgedTeacher& t) { return t.pilot.has_value(); });
}

}  // namespace cch::report
