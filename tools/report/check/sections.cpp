#include "tools/report/check/sections.hpp"

#include <fmt/format.h>

#include "tools/report/check/model.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_forest.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kTeachersInPicture = 12;

/// The smallest margin in favour as a point, with its counterpart if dependence is curved.
std::string margin_figure(const CheckDocument& document) {
  Forest forest{
      "margin-forest", "Smallest margins that can be decided",
      "For each teacher the smallest margin in nats that a ranking decides, if the shared "
      "information is Gaussian and if it is curved.",
      "margin I(T;S) − I(S;Y), nats"};
  if (const auto wanted = document.wanted_margin) {
    forest.references = {{*wanted, "wanted"}};
    forest.reach = *wanted;
  }
  for (const TeacherForecast& teacher : document.teachers) {
    if (forest.rows.size() == kTeachersInPicture) break;
    const EstimatorForecast& estimator = deciding(teacher);
    ForestRow row{fit_middle(teacher.name, 40), {}, {}};
    const auto add = [&](const char* family, const char* kind) {
      const auto nats = smallest_margin(family_of(estimator, family));
      if (nats) row.marks.push_back({Value{nats, {}, {}, {}}, kind, {}});
    };
    add("gaussian", "first");
    add("curved", "second");
    row.words = smallest_words(family_of(estimator, "gaussian"));
    if (row.marks.empty()) row.marks.push_back({Value{}, "first", {}});
    forest.rows.push_back(std::move(row));
  }
  if (forest.rows.empty()) return "";
  return forest_figure(forest, 620,
                       "The smallest margin that a ranking decides with the wanted power: <span "
                       "class=\"k-first\">● Gaussian</span>, <span class=\"k-second\">■ "
                       "curved</span> dependence of the same information.");
}

std::string reasons_panel(const CheckDocument& document) {
  return element("div", "<h2>Why</h2>\n" + sentences(document.reasons), "class=\"panel\"") + '\n';
}

std::string reading_panel(const CheckDocument& document) {
  std::vector<std::string> words = {
      fmt::format("Data with known answers were planted at the shape of this question and judged "
                  "by the rule of a ranking. A margin counts as decided where the right verdict "
                  "comes in {} of cases and the wrong one in at most {}.",
                  fixed(document.wanted_power, 2), fixed(document.wanted_wrong, 2)),
      "It is about the margin on representations. The pilot student, which decides by default, has "
      "its own interval in the ranking.",
      "Feasible does not mean that a teacher helps: only that it would show."};
  for (std::string& sentence : plan_sentences(document)) words.push_back(std::move(sentence));
  return element("div", "<h2>How to read this</h2>\n" + sentences(words), "class=\"panel\"") + '\n';
}

std::string warnings(const CheckDocument& document) {
  const Messages messages = messages_of(document.warnings);
  std::vector<std::string> all = messages.warnings;
  all.insert(all.end(), messages.notes.begin(), messages.notes.end());
  const std::size_t count = all.size();
  return warnings_box(std::move(all), "check.json", count);
}

std::string leak_alarms(const CheckDocument& document) {
  std::string out;
  if (!document.leaks) return out;
  for (const documents::LeakOutcome& check : document.leaks->checks) {
    if (!check.alarm) continue;
    out += element("p", escape_html(fmt::format("Leak, {}: {}", leak_subject(check), check.words)),
                   "class=\"alarm\"") +
           '\n';
  }
  return out;
}

std::string passed_html(bool passed) {
  return passed ? "<span class=\"verdict k-distil\">✓ passed</span>"
                : "<span class=\"verdict k-do_not_distil\">✗ failed</span>";
}

std::string consistency_table(const CheckDocument& document) {
  std::vector<std::vector<std::string>> rows;
  for (const documents::ConsistencyOutcome& test : document.consistency) {
    rows.push_back({escape_html(test.name), name_html(fit_middle(test.subject, 40)),
                    fixed(test.value, 3), (test.at_most ? "≤ " : "") + fixed(test.expected, 3),
                    fixed(test.tolerance, 3), passed_html(test.passed)});
  }
  if (rows.empty()) return "";
  return html_table(
      escape_html("What a right estimator does on any data, tried on these (at most 1000 rows), "
                  "nats." +
                  tried_words(document)),
      {{"Test", false},
       {"Of", false},
       {"Read", true},
       {"Due", true},
       {"Tolerance", true},
       {"", false}},
      rows, "cards");
}

std::string leaks_table(const CheckDocument& document) {
  if (!document.leaks) return "";
  std::vector<std::vector<std::string>> rows;
  for (const documents::LeakOutcome& check : document.leaks->checks) {
    rows.push_back(
        {escape_html(check.code),
         check.subject.empty()
             ? std::string("all")
             : element("span", name_html(fit_middle(check.subject, 40)), "class=\"whole\""),
         escape_html(check.words),
         check.alarm ? "<span class=\"verdict k-do_not_distil\">✗ leak</span>"
                     : "<span class=\"verdict k-distil\">✓ clean</span>"});
  }
  if (rows.empty()) return "";
  return html_table(
      "Leaks between training rows and held-out rows; " + escape_html(document.leaks->split) + '.',
      {{"Check", false}, {"Of", false}, {"Found", false}, {"", false}}, rows, "cards");
}

}  // namespace

std::string check_headline(const CheckDocument& document) {
  const std::string words =
      element("p", element("span", escape_html(check_verdict_words(document)),
                           fmt::format("class=\"verdict k-{}\"", check_verdict_class(document)))) +
      '\n' + element("p", escape_html(check_lead(document)), "class=\"lead\"") + '\n';
  return "<header>\n<p class=\"kicker\">Feasibility check · cch</p>\n" +
         element("h1", escape_html(check_sentence(document))) + '\n' +
         element("div", element("div", words) + '\n' + margin_figure(document), "class=\"first\"") +
         "\n</header>\n" + leak_alarms(document) +
         element("section", reasons_panel(document) + reading_panel(document),
                 "class=\"panels\" aria-label=\"Reasons\"") +
         '\n' + warnings(document);
}

std::string check_consistency(const CheckDocument& document) {
  return section("consistency", "Self-consistency and leaks",
                 consistency_table(document) + leaks_table(document));
}

std::string check_facts(const CheckDocument& document) {
  std::string html = sentences(size_sentences(document));
  const std::vector<std::string> cost = cost_sentences(document);
  if (!cost.empty()) html += "<h3>Cost on this machine</h3>\n" + sentences(cost);
  std::vector<std::vector<std::string>> rows;
  for (const TeacherForecast& teacher : document.teachers) {
    rows.push_back({name_html(fit_middle(teacher.name, 40)), count(teacher.dim),
                    count(teacher.pairs), name_html(fit_middle(teacher.planted_as, 40))});
  }
  html += html_table(
      "Shapes that were planted. Directions: the smaller effective dimension of "
      "teacher and student.",
      {{"Teacher", false}, {"Columns", true}, {"Shared directions", true}, {"Planted as", false}},
      rows, "cards");
  return section("facts", "Rows, ceilings and cost", html);
}

}  // namespace cch::report
