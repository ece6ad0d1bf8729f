#include <fmt/format.h>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

std::vector<std::string> row_of(const documents::ClassAgainstOthers& entry,
                                const JudgedTeacher& teacher) {
  return {name_html(fit(or_missing(entry.name), 60)),
          count(entry.rows),
          name_html(fit(or_missing(teacher.name), 60)),
          value_html(pilot_gain(teacher)),
          escape_html(fit(outcome_name(teacher.prediction), 40)),
          value_html(teacher.margin),
          verdict_html(teacher.verdict)};
}

}  // namespace

std::string per_class_section(const RankDocument& document) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> refused;
  for (const documents::ClassAgainstOthers& entry : document.per_class) {
    for (const JudgedTeacher& teacher : entry.teachers) {
      rows.push_back(row_of(entry, teacher));
    }
    if (!entry.refused.empty()) {
      refused.push_back(fmt::format("Class {} has no ranking: {}.", entry.name, entry.refused));
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
