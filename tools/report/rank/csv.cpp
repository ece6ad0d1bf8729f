#include <fmt/format.h>

#include "cch/report/rank.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/evidence.hpp"

namespace cch::report {
namespace {

std::string full(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string value_fields(const Value& value) {
  return fmt::format(",{},{},{},{}", full(value.nats), full(value.standard_error), full(value.low),
                     full(value.high));
}

std::string value_headings(const std::string& name, const char* unit = "_nats") {
  return fmt::format(",{0}{1},{0}_standard_error,{0}_low95,{0}_high95", name, unit);
}

std::string word(const std::string& text) {
  return ',' + csv_field(text);
}

std::string headings() {
  std::string out = "rank,teacher,dim,verdict" + value_headings("pilot_gain") +
                    value_headings("pilot_gain_over_uninformed") +
                    value_headings("pilot_gain_accuracy", "") + ",pilot_outcome";
  out += ",cch_prediction" + value_headings("prediction_margin") +
         ",cch_representation,cch_trivially_satisfied";
  for (const char* name : {"i_teacher_student", "i_student_labels", "margin", "i_teacher_labels",
                           "i_teacher_labels_given_student", "i_teacher_student_labels"}) {
    out += value_headings(name);
  }
  return out +
         ",p_above,p_below,predicted_gain,planted_margin_bias_nats,planted_margin_low95,"
         "planted_margin_high95,chance_scenario,chance_student,chance_metric,expected_gain,"
         "expected_gain_low80,expected_gain_high80,p_gain,p_worthwhile\r\n";
}

std::string pilot_fields(const JudgedTeacher& teacher) {
  const documents::Pilot pilot = teacher.pilot.value_or(documents::Pilot{});
  return value_fields(pilot.gain_cross_entropy) +
         value_fields(pilot.gain_over_uninformed.value_or(Value{})) +
         value_fields(pilot.gain_accuracy.value_or(documents::Amount{})) + word(pilot.outcome);
}

std::string outcome_fields(const JudgedTeacher& teacher) {
  return word(teacher.prediction ? teacher.prediction->outcome : "") +
         value_fields(prediction_margin(teacher)) + word(teacher.representation.outcome) +
         (teacher.representation.trivially_satisfied ? ",true" : ",false");
}

/// Of the deciding chance.
std::string chance_fields(const JudgedTeacher& teacher) {
  const ChanceOfGain* found = deciding_chance(teacher);
  const ChanceOfGain of = found == nullptr ? ChanceOfGain{} : *found;
  return word(of.scenario) + word(of.student_model) + word(of.metric) +
         fmt::format(",{},{},{},{},{}", full(of.expected_gain), full(of.low), full(of.high),
                     full(of.p_gain), full(of.p_worthwhile));
}

std::string last_fields(const JudgedTeacher& teacher) {
  const auto planted = teacher.planted_bias.value_or(documents::PlantedCalibration{});
  const auto level = teacher.prediction_level.value_or(documents::PredictionNumbers{});
  return fmt::format(",{},{},{},{},{},{}", full(teacher.margin.p_above),
                     full(teacher.margin.p_below), full(level.predicted_gain),
                     full(planted.margin_bias), full(planted.low), full(planted.high));
}

}  // namespace

std::string render_rank_csv(const RankDocument& document) {
  std::string out = headings();
  for (const JudgedTeacher& teacher : document.teachers) {
    out += fmt::format("{},{},{}{}", teacher.rank, csv_field(teacher.name), teacher.dim,
                       word(teacher.verdict));
    out += pilot_fields(teacher) + outcome_fields(teacher);
    out += value_fields(teacher.i_teacher_student) + value_fields(teacher.i_student_labels) +
           value_fields(teacher.margin) + value_fields(teacher.i_teacher_labels.value_or(Value{}));
    out += value_fields(
        teacher.i_teacher_labels_given_student.value_or(documents::ConditionalValue{}));
    out += value_fields(teacher.i_teacher_student_labels.value_or(documents::ConditionalValue{}));
    out += last_fields(teacher) + chance_fields(teacher) + "\r\n";
  }
  return out;
}

}  // namespace cch::report
