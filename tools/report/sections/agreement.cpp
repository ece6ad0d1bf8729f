#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

const json& teacher_of(const json& pair, const std::string& name) {
  static const json none;
  for (const json& teacher : elements(field(pair, "teachers"))) {
    if (text(field(teacher, "name")) == name) return teacher;
  }
  return none;
}

std::string outcome_of(const json& pair, const std::string& name) {
  return text(field(teacher_of(pair, name), "cch", "representation", "outcome"));
}

/// Whether all outcomes that exist for a teacher are the same.
bool all_agree(const json& document, const std::string& name) {
  std::set<std::string> outcomes;
  for (const json& pair : elements(field(document, "estimators"))) {
    outcomes.insert(outcome_of(pair, name));
  }
  outcomes.erase("");
  return outcomes.size() <= 1;
}

std::string pair_name(const json& pair) {
  return fmt::format("{} − {}", text(field(pair, "teacher_student"), kMissing),
                     text(field(pair, "student_labels"), kMissing));
}

std::string cell_of(const json& pair, const std::string& name) {
  const json& teacher = teacher_of(pair, name);
  return value_html(field(teacher, "margin"), true) +
         element("span", escape_html(outcome_name(field(teacher, "cch", "representation"))),
                 "class=\"interval\"");
}

std::string summary(const json& document) {
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  std::vector<std::string> differing;
  for (const json& teacher : teachers) {
    const std::string name = text(field(teacher, "name"));
    if (!all_agree(document, name)) differing.push_back(name_in_sentence(name));
  }
  const std::size_t pairs = elements(field(document, "estimators")).size();
  const std::string all = pairs == 2 ? "Both" : fmt::format("All {}", pairs);
  std::string words = fmt::format("{} estimator pairs give the same CCH outcome for {} of {} {}.",
                                  all, teachers.size() - differing.size(), teachers.size(),
                                  teachers.size() == 1 ? "teacher" : "teachers");
  if (!differing.empty()) words += fmt::format(" They differ on {}.", list_in_words(differing, 6));
  return element("p", escape_html(words)) + '\n';
}

/// What is known to set estimators apart, for those that stand here.
std::string explanation(const json& document) {
  std::set<std::string> names;
  for (const json& pair : elements(field(document, "estimators"))) {
    const std::string both =
        text(field(pair, "teacher_student")) + ", " + text(field(pair, "student_labels"));
    for (const char* name : {"ksg1", "ksg2", "mixed-ksg", "ross", "gaussian", "label-bound"}) {
      if (both.find(name) != std::string::npos) names.insert(name);
    }
  }
  std::vector<std::string> lines;
  if (names.contains("ksg1") || names.contains("ksg2") || names.contains("mixed-ksg") ||
      names.contains("ross")) {
    lines.emplace_back(
        "Neighbour estimates fall towards zero as columns are added, without any sign.");
  }
  if (names.contains("gaussian")) {
    lines.emplace_back(
        "Gaussian estimates see correlations alone, and are low where dependence is curved.");
  }
  if (names.contains("label-bound")) {
    lines.emplace_back(
        "A label bound is low by what its classifiers cannot learn from so few rows, which raises "
        "the margin.");
  }
  lines.emplace_back(
      "What they miss at this size is measured below (planted bias); cch check compares them on "
      "planted data.");
  return element("p", "Why estimators may differ:") + '\n' + sentences(lines);
}

/// Rank correlations with the deciding pair, where the document has them.
std::string correlations(const json& document) {
  std::vector<std::string> lines;
  for (const json& pair : elements(field(document, "estimators"))) {
    const auto correlation = number(field(pair, "rank_correlation"));
    if (!correlation) continue;
    lines.push_back(fmt::format("{}: rank correlation {} with the deciding pair.", pair_name(pair),
                                fixed(correlation, 2)));
  }
  return sentences(lines);
}

}  // namespace

std::string agreement_section(const json& document) {
  const std::vector<json>& pairs = elements(field(document, "estimators"));
  if (pairs.size() < 2) return "";
  std::vector<HtmlColumn> columns = {{"Teacher", false}};
  for (const json& pair : pairs) columns.push_back({pair_name(pair), true});
  std::vector<std::vector<std::string>> rows;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const std::string name = text(field(teacher, "name"));
    rows.push_back({name_html(fit(name, 200))});
    for (const json& pair : pairs) rows.back().push_back(cell_of(pair, name));
  }
  const bool differ = std::any_of(
      elements(field(document, "teachers")).begin(), elements(field(document, "teachers")).end(),
      [&](const json& t) { return !all_agree(document, text(field(t, "name"))); });
  return section("agreement", "Estimator agreement",
                 summary(document) + (differ ? explanation(document) : std::string()) +
                     html_table("Margin by estimator pair, I(T;S) − I(S;Y), nats. The first pair "
                                "decided.",
                                columns, rows, "cards") +
                     correlations(document));
}

}  // namespace cch::report
