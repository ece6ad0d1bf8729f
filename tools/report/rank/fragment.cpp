// A ranking inside another page, such as a cell of a notebook.

#include <fmt/format.h>

#include "cch/report/rank.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/scoped_style.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/forests.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

/// A row a teacher: what decides first, then the CCH at both levels.
std::string short_table(const RankDocument& document) {
  const bool chances = chance_decides(document);
  std::vector<HtmlColumn> columns{{"#", true}, {"Teacher", false}};
  if (chances) {
    columns.push_back({"Expected gain", true});
    columns.push_back({"Chance", true});
  } else {
    columns.push_back({std::string(deciding_name(document)) + ", nats", true});
  }
  for (const char* heading : {"CCH, predictions", "CCH, representations", "Verdict"}) {
    columns.push_back({heading, false});
  }
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& teacher : document.teachers) {
    std::vector<std::string> row{std::to_string(teacher.rank), teacher_cell(teacher.name)};
    const ChanceOfGain* of = deciding_chance(teacher);
    if (chances && of != nullptr) {
      row.push_back(gain_words(of->expected_gain, *of));
      row.push_back(chance_percent(of->p_gain));
    } else {
      row.push_back(value_html(deciding_value(document, teacher), true));
      if (chances) row.emplace_back("–");
    }
    row.push_back(escape_html(outcome_name(teacher.prediction)));
    row.push_back(escape_html(outcome_name(teacher.representation)));
    row.push_back(verdict_html(teacher.verdict));
    rows.push_back(std::move(row));
  }
  return html_table(
      escape_html(fmt::format("Student {}, {}", document.student.name, rows_in_words(document))),
      columns, rows);
}

std::string short_warnings(const RankDocument& document) {
  const auto messages = messages_of(document).warnings;
  if (messages.empty()) return "";
  return folded(fmt::format("{} warning{}", messages.size(), messages.size() == 1 ? "" : "s"),
                sentences(messages));
}

}  // namespace

std::string render_rank_fragment(const RankDocument& document, const std::string& id) {
  const std::string body =
      element("p", element("strong", escape_html(verdict_sentence(document)))) + '\n' +
      short_table(document) + deciding_figure(document, id, kTeachersInHeadline, 620) +
      short_warnings(document);
  return element("style", scoped_style_sheet()) + '\n' +
         element("div", body, "class=\"cch-report\"") + '\n';
}

}  // namespace cch::report
