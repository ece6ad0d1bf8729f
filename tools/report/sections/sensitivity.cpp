#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/escape.hpp"
#include "tools/report/evidence.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

struct Cell {
  std::string name;
  std::optional<double> margin;
};

std::vector<Cell> cells_of(const json& row) {
  std::vector<Cell> cells;
  for (const json& teacher : elements(field(row, "teachers"))) {
    cells.push_back({text(field(teacher, "name")), number(field(teacher, "margin"))});
  }
  return cells;
}

/// The cell of the largest margin, or the end.
std::vector<Cell>::const_iterator first_of(const std::vector<Cell>& cells) {
  auto first = cells.end();
  for (auto it = cells.begin(); it != cells.end(); ++it) {
    if (it->margin && (first == cells.end() || *it->margin > *first->margin)) first = it;
  }
  return first;
}

std::optional<double> margin_of(const std::vector<Cell>& cells, const std::string& name) {
  const auto found = std::find_if(cells.begin(), cells.end(),
                                  [&name](const Cell& cell) { return cell.name == name; });
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

double largest_margin(const json& document) {
  double largest = 0;
  for (const json& row : elements(field(document, "sensitivity"))) {
    for (const Cell& cell : cells_of(row)) {
      if (cell.margin && std::isfinite(*cell.margin)) {
        largest = std::max(largest, std::abs(*cell.margin));
      }
    }
  }
  return largest;
}

std::string table_of(const json& document, const std::vector<std::string>& names) {
  std::vector<HtmlColumn> columns = {
      {"Estimator", false}, {"Preprocessing", false}, {"k", true}, {"Rows", true}};
  for (const std::string& name : names) columns.push_back({fit_middle(name, 24), true});
  const double largest = largest_margin(document);
  std::vector<std::vector<std::string>> rows;
  for (const json& row : elements(field(document, "sensitivity"))) {
    const std::vector<Cell> cells = cells_of(row);
    const auto first = first_of(cells);
    const std::string first_name = first == cells.end() ? "" : first->name;
    rows.push_back({escape_html(fit(text(field(row, "estimator"), kMissing), 60)),
                    escape_html(fit(text(field(row, "preprocessing"), kMissing), 60)),
                    count(whole_number(field(row, "k"))), count(whole_number(field(row, "rows")))});
    for (const std::string& name : names) {
      rows.back().push_back(
          margin_html(margin_of(cells, name), largest, first != cells.end() && name == first_name));
    }
  }
  return html_table(
      "Margin I(T;S) − I(S;Y), nats, under other choices: ▲ above zero, ▼ below, "
      "darker: larger; ★ the largest of its row." +
          first_only(elements(field(document, "teachers")).size()),
      columns, rows, "cards grid");
}

/// In how many rows the first teacher of the ranking comes first, and keeps its sign.
std::string summary(const json& document) {
  const json& first = elements(field(document, "teachers")).front();
  const std::string name = text(field(first, "name"));
  const auto margin = value_of(field(first, "margin")).nats;
  std::size_t rows = 0;
  std::size_t stays = 0;
  std::size_t keeps = 0;
  for (const json& row : elements(field(document, "sensitivity"))) {
    const std::vector<Cell> cells = cells_of(row);
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
  if (pilot_decides(document)) {
    words += " The verdicts do not rest on these margins, but on the pilot.";
  }
  return element("p", escape_html(words)) + '\n';
}

}  // namespace

std::string sensitivity_section(const json& document) {
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  if (elements(field(document, "sensitivity")).empty() || teachers.empty()) return "";
  std::vector<std::string> names;
  for (const json& teacher : teachers) {
    if (names.size() < kTeachersWithPictures) names.push_back(text(field(teacher, "name")));
  }
  return section("sensitivity", "Would another choice say something else?",
                 summary(document) + table_of(document, names));
}

}  // namespace cch::report
