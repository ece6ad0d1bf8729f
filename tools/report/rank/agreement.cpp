#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

using documents::EstimatorPair;

const documents::RepresentedTeacher* teacher_of(const EstimatorPair& pair,
                                                const std::string& name) {
  const auto found = std::find_if(pair.teachers.begin(), pair.teachers.end(),
                                  [&name](const auto& teacher) { return teacher.name == name; });
  return found == pair.teachers.end() ? nullptr : &*found;
}

/// Whether all outcomes that exist for a teacher are the same.
bool all_agree(const RankDocument& document, const std::string& name) {
  std::set<std::string> outcomes;
  for (const EstimatorPair& pair : document.estimators) {
    if (const auto* teacher = teacher_of(pair, name)) {
      outcomes.insert(teacher->representation.outcome);
    }
  }
  outcomes.erase("");
  return outcomes.size() <= 1;
}

std::string pair_name(const EstimatorPair& pair) {
  return fmt::format("{} − {}", or_missing(pair.teacher_student), or_missing(pair.student_labels));
}

std::string cell_of(const EstimatorPair& pair, const std::string& name) {
  const auto* teacher = teacher_of(pair, name);
  if (teacher == nullptr) return kMissing;
  return value_html(teacher->margin, true) +
         element("span", escape_html(outcome_name(teacher->representation)), "class=\"interval\"");
}

std::string summary(const RankDocument& document) {
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  std::vector<std::string> differing;
  for (const JudgedTeacher& teacher : teachers) {
    const std::string name = teacher.name;
    if (!all_agree(document, name)) differing.push_back(name_in_sentence(name));
  }
  const std::size_t pairs = document.estimators.size();
  const std::string all = pairs == 2 ? "Both" : fmt::format("All {}", pairs);
  std::string words = fmt::format("{} estimator pairs give the same CCH outcome for {} of {} {}.",
                                  all, teachers.size() - differing.size(), teachers.size(),
                                  teachers.size() == 1 ? "teacher" : "teachers");
  if (!differing.empty()) words += fmt::format(" They differ on {}.", list_in_words(differing, 6));
  return element("p", escape_html(words)) + '\n';
}

/// What is known to set estimators apart, for those that stand here.
std::string explanation(const RankDocument& document) {
  std::set<std::string> names;
  for (const EstimatorPair& pair : document.estimators) {
    const std::string both = pair.teacher_student + ", " + pair.student_labels;
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
std::string correlations(const RankDocument& document) {
  std::vector<std::string> lines;
  for (const EstimatorPair& pair : document.estimators) {
    const auto correlation = pair.rank_correlation;
    if (!correlation) continue;
    lines.push_back(fmt::format("{}: rank correlation {} with the deciding pair.", pair_name(pair),
                                fixed(correlation, 2)));
  }
  return sentences(lines);
}

}  // namespace

std::string agreement_section(const RankDocument& document) {
  const std::vector<EstimatorPair>& pairs = document.estimators;
  if (pairs.size() < 2) return "";
  std::vector<HtmlColumn> columns = {{"Teacher", false}};
  for (const EstimatorPair& pair : pairs) columns.push_back({pair_name(pair), true});
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& teacher : document.teachers) {
    const std::string name = teacher.name;
    rows.push_back({name_html(fit(name, 200))});
    for (const EstimatorPair& pair : pairs) rows.back().push_back(cell_of(pair, name));
  }
  const bool differ =
      std::any_of(document.teachers.begin(), document.teachers.end(),
                  [&](const JudgedTeacher& t) { return !all_agree(document, t.name); });
  return section("agreement", "Estimator agreement",
                 summary(document) + (differ ? explanation(document) : std::string()) +
                     html_table("Margin by estimator pair, I(T;S) − I(S;Y), nats. The first pair "
                                "decided.",
                                columns, rows, "cards") +
                     correlations(document));
}

}  // namespace cch::report
