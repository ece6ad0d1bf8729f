#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/fact.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/method_list.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

/// Estimators by their catalog names.
void add_estimators(const RankDocument& document, std::set<std::string>& names) {
  for (const auto& pair : document.estimators) {
    names.insert(pair.teacher_student);
    names.insert(pair.student_labels);
  }
  for (const JudgedTeacher& teacher : document.teachers) {
    if (const auto& given = teacher.i_teacher_labels_given_student) names.insert(given->estimator);
    if (!teacher.prediction_level) continue;
    if (teacher.prediction_level->gaussian) names.insert("gaussian");
    if (teacher.prediction_level->mixed_ksg) names.insert("mixed-ksg");
  }
  for (const auto& row : document.sensitivity) {
    names.insert(row.estimator);
  }
}

/// Error bars and shrinkage, as the diagnostics tell.
void add_by_diagnostics(const RankDocument& document, std::set<std::string>& names) {
  for (const JudgedTeacher& teacher : document.teachers) {
    for (const auto& [path, fact] : teacher.diagnostics) {
      const std::string value = plain_value(fact);
      if (path.ends_with("shrinkage") && value != "0") names.insert("shrinkage");
      if (!path.ends_with("error_bars")) continue;
      if (value.starts_with("Holmes-Nemenman")) names.insert("Holmes-Nemenman");
      if (value.find("clustered") != std::string::npos) names.insert("clustered errors");
    }
  }
}

void add_procedures(const RankDocument& document, std::set<std::string>& names) {
  if (!document.teachers.empty()) names.insert("hypothesis");
  if (any_pilot(document)) {
    names.insert("pilot");
    if (!real_labels(document)) names.insert("temperature");
    if (document.groups) names.insert("clustered errors");
  }
  const auto any = [&document](auto part) {
    return any_teacher(document, [part](const JudgedTeacher& t) { return (t.*part).has_value(); });
  };
  if (any_teacher(document, [](const JudgedTeacher& t) { return t.stored.has_value(); })) {
    names.insert("stored outputs");
  }
  if (any(&JudgedTeacher::prediction_level)) {
    names.insert("prediction level");
  }
  if (any_teacher(document, [](const JudgedTeacher& t) { return t.margin.p_above.has_value(); })) {
    names.insert("Holm");
  }
  if (any(&JudgedTeacher::planted_bias)) {
    names.insert("planted calibration");
  }
  if (any(&JudgedTeacher::null)) {
    names.insert("permutation test");
  }
  for (const auto& pair : document.estimators) {
    if (pair.rank_correlation) names.insert("rank correlation");
  }
}

std::string chosen(const RankDocument& document) {
  std::string html;
  for (const auto& pair : document.estimators) {
    std::string why = pair.why;
    if (why.ends_with('.')) why.pop_back();
    html +=
        element("li", escape_html(fmt::format(
                          "I(T;S) by {}, I(S;Y) by {}{}", or_missing(pair.teacher_student),
                          or_missing(pair.student_labels), why.empty() ? "." : ": " + why + ".")));
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
std::string rule_words(const RankDocument& document) {
  switch (rule_of(document)) {
    case Rule::chance:
      return "Chances come from the linear pilot, pilots of the student's own kind of network, "
             "probes and the CCH on predictions, by numbers that were fitted to a reference corpus "
             "of trained pairs. Distil: a gain is likely enough, and more likely than not one that "
             "is worth the trouble, and the teacher knows more than the student or gains beyond "
             "soft labels without information. Do not distil: one that is worth the trouble "
             "is unlikely. Inconclusive: anything else. --risk moves the limits.";
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

std::string methods_section(const RankDocument& document) {
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
