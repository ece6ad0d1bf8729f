#include <fmt/format.h>

#include <cmath>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/forests.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/svg_forest.hpp"

namespace cch::report {
namespace {

ReferenceLine line_at(double value, const char* name) {
  return {value, fmt::format("{} = {}", name, fixed(value, 2))};
}

std::vector<ReferenceLine> ceilings(const json& document) {
  std::vector<ReferenceLine> lines;
  if (const auto entropy = label_entropy(document)) lines.push_back(line_at(*entropy, "H(Y)"));
  const auto rows = whole_number(field(document, "rows"));
  if (rows && *rows > 0) lines.push_back(line_at(std::log(static_cast<double>(*rows)), "ln N"));
  return lines;
}

ForestRow margin_row(const json& teacher) {
  const std::string verdict = text(field(teacher, "verdict"));
  const std::string words =
      verdict.empty() ? "" : fmt::format("{} {}", verdict_symbol(verdict), verdict_name(verdict));
  return {text(field(teacher, "name")),
          {{value_of(field(teacher, "margin")), verdict_class(verdict)}},
          words};
}

}  // namespace

std::string margin_figure(const json& document, const std::string& id, std::size_t most,
                          double wide) {
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  if (teachers.empty()) return "";
  Forest forest{id,
                "Margins of the teachers",
                verdict_sentence(document),
                "I(teacher; student) − I(student; labels), nats",
                {},
                ceilings(document)};
  for (const json& teacher : teachers) {
    if (forest.rows.size() < most) forest.rows.push_back(margin_row(teacher));
  }
  std::string caption = "Margin and 95 % interval; right of zero the CCH holds.";
  if (forest.rows.size() < teachers.size()) {
    caption += fmt::format(" First {} of {} teachers.", forest.rows.size(), teachers.size());
  }
  return forest_figure(forest, wide, caption);
}

std::string sides_figure(const json& document) {
  Forest forest{"sides-forest",
                "The two sides of each margin",
                "For each teacher, above what it shares with the student, below what the student "
                "holds about the labels; nats with 95 % intervals.",
                "mutual information, nats",
                {},
                ceilings(document)};
  for (const json& teacher : elements(field(document, "teachers"))) {
    forest.rows.push_back({text(field(teacher, "name")),
                           {{value_of(field(teacher, "i_teacher_student")), "first"},
                            {value_of(field(teacher, "i_student_labels")), "second"}},
                           ""});
  }
  if (forest.rows.empty()) return "";
  forest.reach = label_entropy(document);
  return forest_figure(forest, 900,
                       "The two sides with 95 % intervals: <span class=\"verdict "
                       "k-first\">●</span> I(teacher; student), "
                       "<span class=\"verdict k-second\">■</span> I(student; labels). H(Y) is the "
                       "most that the second "
                       "can be; ln N the most that a contrastive bound can show with N rows.");
}

}  // namespace cch::report
