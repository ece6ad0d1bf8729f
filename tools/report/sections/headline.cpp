#include <fmt/format.h>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLongSentence = 80;  // set smaller, so that the first screen holds the plot

std::string lead(const json& document) {
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  std::string words =
      fmt::format("Student {} · {} rows · {} {}",
                  name_in_sentence(text(field(document, "student", "name"), kMissing)),
                  count(whole_number(field(document, "rows"))), teachers.size(),
                  teachers.size() == 1 ? "teacher" : "teachers");
  const std::string rule = decision_rule(document);
  if (!rule.empty()) words += " · decided by " + rule;
  return element("p", escape_html(words), "class=\"lead\"") + '\n';
}

/// "fac shares 1.620 ± 0.022 nats with the student, …": the numbers behind the first verdict.
std::string first_numbers(const json& document) {
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  if (teachers.empty()) return "";
  const json& first = teachers.front();
  const Value shared = value_of(field(first, "i_teacher_student"));
  const Value labels = value_of(field(first, "i_student_labels"));
  const Value margin = value_of(field(first, "margin"));
  if (!shared.nats || !labels.nats || !margin.nats) return "";
  return element(
             "p",
             fmt::format(
                 "{} shares <strong>{}</strong> nats with the student; the student holds "
                 "<strong>{}</strong> nats about the labels. Margin <strong>{}</strong> nats, 95 % "
                 "interval {}.",
                 name_html(fit_middle(text(field(first, "name")), 60)),
                 with_error(shared.nats, shared.standard_error),
                 with_error(labels.nats, labels.standard_error),
                 with_error(margin.nats, margin.standard_error),
                 interval(margin.low, margin.high, decimals_for(margin.standard_error))),
             "class=\"numbers\"") +
         '\n';
}

std::string trust_panel(const json& document) {
  const Reliability trust = reliability(document);
  const std::string body = trust.reasons.empty()
                               ? "<p>None of the report's checks found a reason for caution.</p>\n"
                               : sentences(trust.reasons);
  return element("div",
                 element("h2", fmt::format("Reliability: <span class=\"trust {0}\">{0}</span>",
                                           trust.word)) +
                     '\n' + body,
                 "class=\"panel\"") +
         '\n';
}

std::string change_panel(const json& document) {
  const std::vector<std::string> changes = what_would_change_it(document);
  if (changes.empty()) return "";
  return element("div", "<h2>What would change it</h2>\n" + sentences(changes), "class=\"panel\"") +
         '\n';
}

}  // namespace

std::string headline_section(const json& document) {
  const std::string sentence = verdict_sentence(document);
  const bool long_sentence = display_width(sentence) > kLongSentence;
  const std::string words = lead(document) + first_numbers(document);
  return "<header>\n<p class=\"kicker\">Teacher ranking · cch</p>\n" +
         element("h1", escape_html(sentence), long_sentence ? "class=\"long\"" : "") + '\n' +
         element("div",
                 element("div", words) + '\n' +
                     margin_figure(document, "headline-forest", kTeachersInHeadline, 620),
                 "class=\"first\"") +
         "\n</header>\n" +
         element("section", trust_panel(document) + change_panel(document),
                 "class=\"panels\" aria-label=\"Reliability\"") +
         '\n';
}

std::string warnings_section(const json& document) {
  std::vector<std::string> messages;
  for (const json& warning : elements(field(document, "warnings"))) {
    messages.push_back(text(field(warning, "message")));
  }
  if (messages.empty()) return "";
  const std::string heading =
      messages.size() == 1 ? "1 warning" : fmt::format("{} warnings", messages.size());
  return element(
             "section",
             fmt::format("<h2 id=\"warnings-heading\">{}</h2>\n", heading) + sentences(messages),
             "class=\"warnings\" id=\"warnings\" aria-labelledby=\"warnings-heading\"") +
         '\n';
}

}  // namespace cch::report
