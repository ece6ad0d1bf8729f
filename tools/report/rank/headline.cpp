#include <fmt/format.h>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/forests.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLongSentence = 80;  // set smaller, so that the first screen holds the plot

std::string lead(const RankDocument& document) {
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  std::string words = fmt::format(
      "Student {} · {} · {} {}", name_in_sentence(or_missing(document.student.name)),
      rows_in_words(document), teachers.size(), teachers.size() == 1 ? "teacher" : "teachers");
  const std::string scenario = scenario_name(document);
  if (!scenario.empty()) words += " · " + fit(scenario, 40);
  const std::string rule = decision_rule(document);
  if (!rule.empty()) words += " · decided by " + rule;
  return element("p", escape_html(words), "class=\"lead\"") + '\n';
}

std::string strong(const Value& value) {
  return element("strong", with_error(value.nats, value.standard_error));
}

std::string interval_words(const Value& value) {
  if (!value.low || !value.high) return "";
  return ", 95 % interval " + interval(value.low, value.high, decimals_for(value.standard_error));
}

/// "With fac the pilot student gains 0.0204 ± 0.0051 nats (0.873 without a teacher), …".
std::string pilot_numbers(const RankDocument& document, const JudgedTeacher& first,
                          const std::string& name) {
  const Value gain = pilot_gain(first);
  if (!gain.nats) return "";
  const bool squared = real_labels(document);
  std::string from;
  if (document.pilot && document.pilot->score_alone) {
    from = fmt::format(", from {}{} without a teacher", squared ? "a mean squared error of " : "",
                       fixed(document.pilot->score_alone, 3));
  }
  return fmt::format(
      "With {} the pilot student gains {} nats{}{}{}.", name, strong(gain),
      squared ? " (½ ln of the ratio of squared errors)" : " of held-out cross-entropy", from,
      interval_words(gain));
}

/// "fac shares 1.620 ± 0.022 nats with the student, …".
std::string margin_numbers(const JudgedTeacher& first, const std::string& name) {
  const Value& shared = first.i_teacher_student;
  const Value& labels = first.i_student_labels;
  const Value& margin = first.margin;
  if (!shared.nats || !labels.nats || !margin.nats) return "";
  return fmt::format(
      "{} shares {} nats with the student; the student holds {} nats about the labels. Margin {} "
      "nats{}.",
      name, strong(shared), strong(labels), strong(margin), interval_words(margin));
}

/// What moved the chance, and what it rests on.
std::string chance_numbers(const JudgedTeacher& first, const std::string& name) {
  const ChanceOfGain* of = deciding_chance(first);
  if (of == nullptr) return "";
  const std::string moved = moved_by(first);
  return fmt::format(
      "The chance that a student ({}) gains from {} is {}, that it is worth the "
      "trouble ({}) {}. {}It rests on {}; basis: {}.",
      escape_html(fit(of->student_model, 20)), name, element("strong", chance_percent(of->p_gain)),
      worth_words(*of), element("strong", chance_percent(of->p_worthwhile)),
      moved.empty() ? "" : "It was moved by " + escape_html(moved) + ". ", rests_on(*of),
      escape_html(fit(of->basis, 120)));
}

std::string prediction_numbers(const JudgedTeacher& first, const std::string& name) {
  const Value margin = prediction_margin(first);
  if (!margin.nats) return "";
  return fmt::format("On predictions {} has a margin of {} nats{}.", name, strong(margin),
                     interval_words(margin));
}

/// The numbers behind the first verdict, and what the CCH says at both levels.
std::string first_numbers(const RankDocument& document) {
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  if (teachers.empty()) return "";
  const JudgedTeacher& first = teachers.front();
  const std::string name = name_html(fit_middle(first.name, 60));
  std::string numbers;
  if (pilot_decides(document)) numbers = pilot_numbers(document, first, name);
  if (chance_decides(document)) numbers = chance_numbers(first, name);
  if (rule_of(document) == Rule::cch_prediction) numbers = prediction_numbers(first, name);
  if (numbers.empty()) numbers = margin_numbers(first, name);
  const std::string outcomes = outcomes_in_words(first);
  if (!outcomes.empty()) {
    numbers += (numbers.empty() ? "CCH: " : " CCH: ") + escape_html(outcomes) + ".";
  }
  return numbers.empty() ? "" : element("p", numbers, "class=\"numbers\"") + '\n';
}

std::string trust_panel(const RankDocument& document) {
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

std::string change_panel(const RankDocument& document) {
  const std::vector<std::string> changes = what_would_change_it(document);
  if (changes.empty()) return "";
  return element("div", "<h2>What would change it</h2>\n" + sentences(changes), "class=\"panel\"") +
         '\n';
}

}  // namespace

std::string headline_section(const RankDocument& document) {
  const std::string sentence = verdict_sentence(document);
  const bool long_sentence = display_width(sentence) > kLongSentence;
  std::string words = lead(document) + first_numbers(document);
  const std::string fusing = best_set_sentence(document);
  if (!fusing.empty()) words += element("p", escape_html(fusing)) + '\n';
  for (const std::string& open : what_would_decide(document)) {
    words += element("p", escape_html(open)) + '\n';
  }
  return "<header>\n<p class=\"kicker\">Teacher ranking · cch</p>\n" +
         element("h1", escape_html(sentence), long_sentence ? "class=\"long\"" : "") + '\n' +
         element("div",
                 element("div", words) + '\n' +
                     deciding_figure(document, "headline-forest", kTeachersInHeadline, 620),
                 "class=\"first\"") +
         "\n</header>\n" +
         element("section", trust_panel(document) + change_panel(document),
                 "class=\"panels\" aria-label=\"Reliability\"") +
         '\n';
}

std::string warnings_section(const RankDocument& document) {
  const auto [messages, notes] = messages_of(document);
  const std::string quiet =
      notes.empty() ? "" : folded(fmt::format("Notes ({})", notes.size()), sentences(notes));
  if (messages.empty()) {
    return quiet.empty() ? "" : element("section", quiet, "aria-label=\"Notes\"") + '\n';
  }
  const std::size_t all = messages.size();
  return warnings_box(messages, "rank.json", all, quiet);
}

}  // namespace cch::report
