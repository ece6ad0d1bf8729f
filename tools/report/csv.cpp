#include "tools/report/csv.hpp"

#include <fmt/format.h>

#include "tools/report/escape.hpp"

namespace cch::report {
namespace {

std::string full(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string value_fields(const json& node) {
  const Value value = value_of(node);
  return fmt::format(",{},{},{},{}", full(value.nats), full(value.standard_error), full(value.low),
                     full(value.high));
}

std::string value_headings(const std::string& name) {
  return fmt::format(",{0}_nats,{0}_standard_error,{0}_low95,{0}_high95", name);
}

}  // namespace

std::string render_rank_csv(const json& document) {
  std::string out = "rank,teacher,dim";
  for (const char* name : {"i_teacher_student", "i_student_labels", "margin", "i_teacher_labels"}) {
    out += value_headings(name);
  }
  out += ",p_above,p_below,cch,verdict\r\n";
  for (const json& teacher : elements(field(document, "teachers"))) {
    out +=
        fmt::format("{},{},{}", full(number(field(teacher, "rank"))),
                    csv_field(text(field(teacher, "name"))), full(number(field(teacher, "dim"))));
    for (const char* name :
         {"i_teacher_student", "i_student_labels", "margin", "i_teacher_labels"}) {
      out += value_fields(field(teacher, name));
    }
    out += fmt::format(",{},{},{},{}\r\n", full(number(field(teacher, "margin", "p_above"))),
                       full(number(field(teacher, "margin", "p_below"))),
                       csv_field(text(field(teacher, "cch", "representation", "outcome"))),
                       csv_field(text(field(teacher, "verdict"))));
  }
  return out;
}

}  // namespace cch::report
