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
std::string margin_figure(const json& document) {
  Forest forest{
      "margin-forest", "Smallest margins that can be decided",
      "For each teacher the smallest margin in nats that a ranking decides, if the shared "
      "information is Gaussian and if it is curved.",
      "margin I(T;S) − I(S;Y), nats"};
  if (const auto wanted = number(field(document, "wanted", "margin_nats"))) {
    forest.references = {{*wanted, "wanted"}};
    forest.reach = *wanted;
  }
  for (const json& teacher : elements(field(document, "teachers"))) {
    if (forest.rows.size() == kTeachersInPicture) break;
    const json& estimator = deciding(teacher);
    ForestRow row{fit_middle(text(field(teacher, "name")), 40), {}, {}};
    const auto add = [&](const char* family, const char* kind) {
      const auto nats = number(field(family_of(estimator, family), "smallest_margin", "nats"));
      if (nats) row.marks.push_back({Value{nats, {}, {}, {}}, kind, {}});
    };
    add("gaussian", "first");
    add("curved", "second");
    row.words = margin_words(field(family_of(estimator, "gaussian"), "smallest_margin"));
    if (row.marks.empty()) row.marks.push_back({Value{}, "first", {}});
    forest.rows.push_back(std::move(row));
  }
  if (forest.rows.empty()) return "";
  return forest_figure(forest, 620,
                       "The smallest margin that a ranking decides with the wanted power: <span "
                       "class=\"k-first\">● Gaussian</span>, <span class=\"k-second\">■ "
                       "curved</span> dependence of the same information.");
}

std::string reasons_panel(const json& document) {
  std::vector<std::string> reasons;
  for (const json& reason : elements(field(document, "reasons"))) reasons.push_back(text(reason));
  return element("div", "<h2>Why</h2>\n" + sentences(reasons), "class=\"panel\"") + '\n';
}

std::string reading_panel(const json& document) {
  std::vector<std::string> words = {
      fmt::format("Data with known answers were planted at the shape of this question and judged "
                  "by the rule of a ranking. A margin counts as decided where the right verdict "
                  "comes in {} of cases and the wrong one in at most {}.",
                  fixed(number(field(document, "wanted", "power")), 2),
                  fixed(number(field(document, "wanted", "wrong")), 2)),
      "It is about the margin on representations. The pilot student, which decides by default, has "
      "its own interval in the ranking.",
      "Feasible does not mean that a teacher helps: only that it would show."};
  for (std::string& sentence : plan_sentences(document)) words.push_back(std::move(sentence));
  return element("div", "<h2>How to read this</h2>\n" + sentences(words), "class=\"panel\"") + '\n';
}

std::string warnings(const json& document) {
  const Messages messages = messages_of(warnings_of(document));
  std::vector<std::string> all = messages.warnings;
  all.insert(all.end(), messages.notes.begin(), messages.notes.end());
  if (all.empty()) return "";
  return element("section",
                 fmt::format("<h2 id=\"warnings-heading\">{} {}</h2>\n", all.size(),
                             all.size() == 1 ? "warning" : "warnings") +
                     sentences(all),
                 "class=\"warnings\" id=\"warnings\" aria-labelledby=\"warnings-heading\"") +
         '\n';
}

std::string leak_alarms(const json& document) {
  std::string out;
  for (const json& check : elements(field(document, "leaks", "checks"))) {
    if (boolean(field(check, "alarm")) != true) continue;
    const std::string subject = text(field(check, "subject"));
    out +=
        element("p",
                escape_html(fmt::format("Leak, {}{}: {}", text(field(check, "code")),
                                        subject.empty() ? "" : " of " + name_in_sentence(subject),
                                        text(field(check, "words")))),
                "class=\"alarm\"") +
        '\n';
  }
  return out;
}

std::string passed_html(bool passed) {
  return passed ? "<span class=\"verdict k-distil\">✓ passed</span>"
                : "<span class=\"verdict k-do_not_distil\">✗ failed</span>";
}

std::string consistency_table(const json& document) {
  std::vector<std::vector<std::string>> rows;
  for (const json& test : elements(field(document, "consistency"))) {
    const bool at_most = boolean(field(test, "at_most")) == true;
    rows.push_back({escape_html(text(field(test, "name"))),
                    name_html(fit_middle(text(field(test, "subject")), 40)),
                    fixed(number(field(test, "value")), 3),
                    (at_most ? "≤ " : "") + fixed(number(field(test, "expected")), 3),
                    fixed(number(field(test, "tolerance")), 3),
                    passed_html(boolean(field(test, "passed")) == true)});
  }
  if (rows.empty()) return "";
  return html_table(
      "What a right estimator does on any data, tried on these (at most 1000 rows), "
      "nats.",
      {{"Test", false},
       {"Of", false},
       {"Read", true},
       {"Due", true},
       {"Tolerance", true},
       {"", false}},
      rows, "cards");
}

std::string leaks_table(const json& document) {
  std::vector<std::vector<std::string>> rows;
  for (const json& check : elements(field(document, "leaks", "checks"))) {
    const bool alarm = boolean(field(check, "alarm")) == true;
    const std::string subject = text(field(check, "subject"));
    rows.push_back({escape_html(text(field(check, "code"))),
                    subject.empty()
                        ? std::string("all")
                        : element("span", name_html(fit_middle(subject, 40)), "class=\"whole\""),
                    escape_html(text(field(check, "words"))),
                    alarm ? "<span class=\"verdict k-do_not_distil\">✗ leak</span>"
                          : "<span class=\"verdict k-distil\">✓ clean</span>"});
  }
  if (rows.empty()) return "";
  const std::string split = text(field(document, "leaks", "split"));
  return html_table("Leaks between training rows and held-out rows; " + escape_html(split) + '.',
                    {{"Check", false}, {"Of", false}, {"Found", false}, {"", false}}, rows,
                    "cards");
}

}  // namespace

std::string check_headline(const json& document) {
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

std::string check_consistency(const json& document) {
  return section("consistency", "Self-consistency and leaks",
                 consistency_table(document) + leaks_table(document));
}

std::string check_facts(const json& document) {
  std::vector<std::string> all = size_sentences(document);
  std::string html = sentences(all);
  const std::vector<std::string> cost = cost_sentences(document);
  if (!cost.empty()) html += "<h3>Cost on this machine</h3>\n" + sentences(cost);
  std::vector<std::vector<std::string>> rows;
  for (const json& teacher : elements(field(document, "teachers"))) {
    rows.push_back({name_html(fit_middle(text(field(teacher, "name")), 40)),
                    count(whole_number(field(teacher, "dim"))),
                    count(whole_number(field(teacher, "pairs"))),
                    name_html(fit_middle(text(field(teacher, "planted_as")), 40))});
  }
  html += html_table(
      "Shapes that were planted. Directions: the smaller effective dimension of "
      "teacher and student.",
      {{"Teacher", false}, {"Columns", true}, {"Shared directions", true}, {"Planted as", false}},
      rows, "cards");
  return section("facts", "Rows, ceilings and cost", html);
}

}  // namespace cch::report
