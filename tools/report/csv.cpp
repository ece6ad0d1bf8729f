#include "tools/report/csv.hpp"

#include <fmt/format.h>

#include "tools/report/escape.hpp"
#include "tools/report/evidence.hpp"

namespace cch::report {
namespace {

constexpr const char* kInformations[] = {"i_teacher_student", "i_student_labels", "margin",
                                         "i_teacher_labels", "i_teacher_labels_given_student"};

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

std::string word(const json& node) {
  return ',' + csv_field(text(node));
}

std::string headings() {
  std::string out = "rank,teacher,dim,verdict" + value_headings("pilot_gain") +
                    value_headings("pilot_gain_over_uninformed") +
                    value_headings("pilot_gain_accuracy", "") + ",pilot_outcome";
  out += ",cch_prediction" + value_headings("prediction_margin") +
         ",cch_representation,cch_trivially_satisfied";
  for (const char* name : kInformations) out += value_headings(name);
  return out +
         ",p_above,p_below,predicted_gain,planted_margin_bias_nats,planted_margin_low95,"
         "planted_margin_high95\r\n";
}

std::string pilot_fields(const json& teacher) {
  const json& pilot = field(teacher, "pilot");
  return value_fields(value_of(field(pilot, "gain_cross_entropy"))) +
         value_fields(value_of(field(pilot, "gain_over_uninformed"))) +
         value_fields(value_of(field(pilot, "gain_accuracy"))) + word(field(pilot, "outcome"));
}

std::string outcome_fields(const json& teacher) {
  const json& representation = field(teacher, "cch", "representation");
  const auto trivial = boolean(field(representation, "trivially_satisfied"));
  return word(field(teacher, "cch", "prediction", "outcome")) +
         value_fields(prediction_margin(teacher)) + word(field(representation, "outcome")) +
         (trivial ? *trivial ? ",true" : ",false" : ",");
}

std::string last_fields(const json& teacher) {
  const json& planted = field(teacher, "planted_bias");
  const Value wide = value_of({{"interval95", field(planted, "interval95")}});
  return fmt::format(",{},{},{},{},{},{}\r\n", full(number(field(teacher, "margin", "p_above"))),
                     full(number(field(teacher, "margin", "p_below"))),
                     full(number(field(teacher, "prediction_level", "predicted_gain"))),
                     full(number(field(planted, "margin_bias"))), full(wide.low), full(wide.high));
}

}  // namespace

std::string render_rank_csv(const json& document) {
  std::string out = headings();
  for (const json& teacher : elements(field(document, "teachers"))) {
    out += fmt::format("{},{},{}{}", full(number(field(teacher, "rank"))),
                       csv_field(text(field(teacher, "name"))), full(number(field(teacher, "dim"))),
                       word(field(teacher, "verdict")));
    out += pilot_fields(teacher) + outcome_fields(teacher);
    for (const char* name : kInformations) out += value_fields(value_of(field(teacher, name)));
    out += last_fields(teacher);
  }
  return out;
}

std::string csv_value(const json& value) {
  if (value.is_null()) return "";
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (value.is_string()) return csv_field(value.get<std::string>());
  return csv_field(value.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace cch::report
