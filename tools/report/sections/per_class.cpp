#include <fmt/format.h>

#include "tools/report/escape.hpp"
#include "tools/report/evidence.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

std::string outcome_of(const json& teacher, const char* level) {
  const json& outcome = field(teacher, "cch", level);
  return outcome.is_null() ? kMissing : escape_html(fit(outcome_name(outcome), 40));
}

std::vector<std::string> row_of(const json& entry, const json& teacher) {
  return {name_html(fit(text(field(entry, "class"), kMissing), 60)),
          count(whole_number(field(entry, "rows"))),
          name_html(fit(text(field(teacher, "name"), kMissing), 60)),
          value_html(field(teacher, "pilot", "gain_cross_entropy")),
          outcome_of(teacher, "prediction"),
          value_html(field(teacher, "margin")),
          verdict_html(text(field(teacher, "verdict")))};
}

}  // namespace

std::string per_class_section(const json& document) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> refused;
  for (const json& entry : elements(field(document, "per_class"))) {
    for (const json& teacher : elements(field(entry, "teachers"))) {
      rows.push_back(row_of(entry, teacher));
    }
    const std::string why = text(field(entry, "refused"));
    if (!why.empty()) {
      refused.push_back(
          fmt::format("Class {} has no ranking: {}.", text(field(entry, "class")), why));
    }
  }
  if (rows.empty() && refused.empty()) return "";
  return section(
      "per-class", "Each class against all others",
      html_table("The same question asked for one class at a time, teachers in the order of each "
                 "ranking. Nats, ± standard error. Without planted bias; p values count the "
                 "teachers, not the classes.",
                 {{"Class", false},
                  {"Rows", true},
                  {"Teacher", false},
                  {"Pilot gain", true},
                  {"CCH, predictions", false},
                  {"Margin", true},
                  {"Verdict", false}},
                 rows, "cards") +
          sentences(refused));
}

}  // namespace cch::report
