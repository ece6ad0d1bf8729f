#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/report/escape.hpp"
#include "tools/report/evidence.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/sections/method_list.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

bool any_of_teachers(const json& document, bool (*has)(const json& teacher)) {
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  return std::any_of(teachers.begin(), teachers.end(), has);
}

/// Estimators by their catalog names.
void add_estimators(const json& document, std::set<std::string>& names) {
  for (const json& pair : elements(field(document, "estimators"))) {
    names.insert(text(field(pair, "teacher_student")));
    names.insert(text(field(pair, "student_labels")));
  }
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& conditional = field(teacher, "i_teacher_labels_given_student", "estimator");
    names.insert(text(conditional));
    if (!field(teacher, "prediction_level", "gaussian").is_null()) names.insert("gaussian");
    if (!field(teacher, "prediction_level", "mixed_ksg").is_null()) names.insert("mixed-ksg");
  }
  for (const json& row : elements(field(document, "sensitivity"))) {
    names.insert(text(field(row, "estimator")));
  }
}

/// Error bars and shrinkage, as the diagnostics tell.
void add_by_diagnostics(const json& document, std::set<std::string>& names) {
  for (const json& teacher : elements(field(document, "teachers"))) {
    for (const auto& [path, value] : leaves(field(teacher, "diagnostics"))) {
      if (path.ends_with("shrinkage") && value != "0") names.insert("shrinkage");
      if (!path.ends_with("error_bars")) continue;
      if (value.starts_with("Holmes-Nemenman")) names.insert("Holmes-Nemenman");
      if (value.find("clustered") != std::string::npos) names.insert("clustered errors");
    }
  }
}

void add_procedures(const json& document, std::set<std::string>& names) {
  if (!elements(field(document, "teachers")).empty()) names.insert("hypothesis");
  if (any_of_teachers(document, [](const json& t) { return !field(t, "pilot").is_null(); })) {
    names.insert("pilot");
    if (text(field(document, "pilot", "unit")) != "mse") names.insert("temperature");
    if (!field(document, "groups").is_null()) names.insert("clustered errors");
  }
  if (any_of_teachers(document,
                      [](const json& t) { return !field(t, "prediction_level").is_null(); })) {
    names.insert("prediction level");
  }
  if (any_of_teachers(document,
                      [](const json& t) { return !field(t, "margin", "p_above").is_null(); })) {
    names.insert("Holm");
  }
  if (any_of_teachers(document,
                      [](const json& t) { return !field(t, "planted_bias").is_null(); })) {
    names.insert("planted calibration");
  }
  if (any_of_teachers(document, [](const json& t) { return !field(t, "null").is_null(); })) {
    names.insert("permutation test");
  }
  for (const json& pair : elements(field(document, "estimators"))) {
    if (!field(pair, "rank_correlation").is_null()) names.insert("rank correlation");
  }
}

std::string chosen(const json& document) {
  std::string html;
  for (const json& pair : elements(field(document, "estimators"))) {
    std::string why = text(field(pair, "why"));
    if (why.ends_with('.')) why.pop_back();
    html += element(
        "li", escape_html(fmt::format(
                  "I(T;S) by {}, I(S;Y) by {}{}", text(field(pair, "teacher_student"), "–"),
                  text(field(pair, "student_labels"), "–"), why.empty() ? "." : ": " + why + ".")));
  }
  return html.empty() ? "" : element("ul", html) + '\n';
}

std::string described(const std::set<std::string>& names) {
  std::vector<Fact> facts;
  std::set<std::string> papers;
  for (const Method& method : all_methods()) {
    if (!names.contains(std::string(method.name))) continue;
    facts.push_back({std::string(method.name), escape_html(method.what) + "."});
    if (!method.paper.empty()) papers.insert(std::string(method.paper));
  }
  if (facts.empty()) return "";
  return facts_list(facts) + "<h3>References</h3>\n" + sentences({papers.begin(), papers.end()});
}

/// How the verdicts were made, by the rule that made them.
std::string rule_words(const json& document) {
  switch (rule_of(document)) {
    case Rule::combined:
      return "Distil: the pilot's 95 % interval lies above zero and the CCH on predictions does "
             "not fail. Do not distil: it lies below zero, or wholly within ±0.001 nats, and the "
             "CCH on predictions does not hold. Inconclusive: anything else.";
    case Rule::pilot:
      return "Distil: the pilot's 95 % interval lies above zero. Do not distil: it lies below "
             "zero, or wholly within ±0.001 nats. Inconclusive: anything else.";
    case Rule::cch_prediction:
      return "Distil: the CCH on predictions holds. Do not distil: it fails. Inconclusive: "
             "undecided.";
    case Rule::cch:
      return "Distil: the CCH on representations holds, not trivially, and against the upper value "
             "of I(S;Y) where estimator families are mixed. Do not distil: it fails. Inconclusive: "
             "anything else.";
    case Rule::unknown:
      return "";
  }
  return "";
}

}  // namespace

std::string methods_section(const json& document) {
  std::set<std::string> names;
  add_estimators(document, names);
  add_by_diagnostics(document, names);
  add_procedures(document, names);
  std::string intro =
      "All values are in nats unless another unit is named. Estimates are never clamped: near "
      "independence about half of them are negative. Margins are paired: both sides come from the "
      "same rows.";
  const std::string rule = rule_words(document);
  if (!rule.empty()) intro += " " + rule + " Unreliable: a check of the data or estimates failed.";
  return section("methods", "Methods",
                 element("p", escape_html(intro)) + '\n' + chosen(document) + described(names));
}

}  // namespace cch::report
