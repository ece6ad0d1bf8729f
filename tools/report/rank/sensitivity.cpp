#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

using Cells = std::vector<documents::SensitivityCell>;

/// The cell of the largest margin, or the end.
Cells::const_iterator first_of(const Cells& cells) {
  auto first = cells.end();
  for (auto it = cells.begin(); it != cells.end(); ++it) {
    if (it->margin && (first == cells.end() || *it->margin > *first->margin)) first = it;
  }
  return first;
}

std::optional<double> margin_of(const Cells& cells, const std::string& name) {
  const auto found = std::find_if(cells.begin(), cells.end(),
                                  [&name](const auto& cell) { return cell.name == name; });
  return found == cells.end() ? std::nullopt : found->margin;
}

/// Sign by symbol and digits, size by one of three shades.
std::string margin_html(std::optional<double> margin, double largest, bool first) {
  if (!margin || !std::isfinite(*margin)) return fixed(margin, 3);
  const double share = largest > 0 ? std::abs(*margin) / largest : 0;
  const int shade = share > 2.0 / 3 ? 3 : share > 1.0 / 3 ? 2 : 1;
  const bool positive = *margin > 0;
  return element("span",
                 fmt::format("{}{} {}", first ? "★ " : "", positive ? "▲" : "▼", fixed(margin, 3)),
                 fmt::format("class=\"shade {}-{}\"", positive ? "above" : "below", shade));
}

double largest_margin(const RankDocument& document) {
  double largest = 0;
  for (const auto& row : document.sensitivity) {
    for (const auto& cell : row.teachers) {
      if (cell.margin && std::isfinite(*cell.margin)) {
        largest = std::max(largest, std::abs(*cell.margin));
      }
    }
  }
  return largest;
}

std::string table_of(const RankDocument& document, const std::vector<std::string>& names) {
  std::vector<HtmlColumn> columns = {
      {"Estimator", false}, {"Preprocessing", false}, {"k", true}, {"Rows", true}};
  for (const std::string& name : names) columns.push_back({fit_middle(name, 24), true});
  const double largest = largest_margin(document);
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : document.sensitivity) {
    const Cells& cells = row.teachers;
    const auto first = first_of(cells);
    const std::string first_name = first == cells.end() ? "" : first->name;
    rows.push_back({escape_html(fit(or_missing(row.estimator), 60)),
                    escape_html(fit(or_missing(row.preprocessing), 60)), count(row.k),
                    count(row.rows)});
    for (const std::string& name : names) {
      rows.back().push_back(
          margin_html(margin_of(cells, name), largest, first != cells.end() && name == first_name));
    }
  }
  return html_table(
      "Margin I(T;S) − I(S;Y), nats, under other choices: ▲ above zero, ▼ below, "
      "darker: larger; ★ the largest of its row." +
          first_only(document.teachers.size()),
      columns, rows, "cards grid");
}

/// In how many rows the first teacher of the ranking comes first, and keeps its sign.
std::string summary(const RankDocument& document) {
  const JudgedTeacher& first = document.teachers.front();
  const std::string& name = first.name;
  const auto& margin = first.margin.nats;
  std::size_t rows = 0;
  std::size_t stays = 0;
  std::size_t keeps = 0;
  for (const auto& row : document.sensitivity) {
    const Cells& cells = row.teachers;
    const auto other = margin_of(cells, name);
    if (!other) continue;
    ++rows;
    stays += first_of(cells)->name == name;
    keeps += margin && std::signbit(*margin) == std::signbit(*other);
  }
  if (rows == 0) return "";
  std::string words = fmt::format(
      "{}, first in the ranking, has the largest margin in {} of {} rows and keeps the sign of its "
      "margin in {} of {}.",
      name_in_sentence(name), stays, rows, keeps, rows);
  if (pilot_decides(document) || chance_decides(document)) {
    words += fmt::format(" The verdicts do not rest on these margins, but on the {}.",
                         chance_decides(document) ? "chances" : "pilot");
  }
  return element("p", escape_html(words)) + '\n';
}

}  // namespace

std::string sensitivity_section(const RankDocument& document) {
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  if (document.sensitivity.empty() || teachers.empty()) return "";
  std::vector<std::string> names;
  for (const JudgedTeacher& teacher : teachers) {
    if (names.size() < kTeachersWithPictures) names.push_back(teacher.name);
  }
  return section("sensitivity", "Would another choice say something else?",
                 summary(document) + table_of(document, names));
}

}  // namespace cch::report
