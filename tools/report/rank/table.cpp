#include <fmt/format.h>

#include "cch/report/rank.hpp"
#include "tools/report/kit/fact.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/columns.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kTeachersWithReasons = 4;

std::string bold(const std::string& words, const TerminalStyle& style) {
  return style.colour ? "\x1b[1m" + words + "\x1b[0m" : words;
}

/// "λ auto, for fac weight 0.5 and temperature 1".
std::string lambda_words(const RankDocument& document) {
  const JudgedTeacher& first = document.teachers.front();
  const auto lambda = document.config.find("lambda");
  std::string words = lambda == document.config.end() ? "" : "λ " + plain_value(lambda->second);
  if (!first.pilot || !first.pilot->weight) return words;
  return fmt::format("{}{}for {} weight {} and temperature {}", words, words.empty() ? "" : ", ",
                     name_in_sentence(first.name), general(first.pilot->weight),
                     general(first.pilot->temperature));
}

std::string pilot_note(const RankDocument& document) {
  if (!any_pilot(document)) return "";
  const bool squared = real_labels(document);
  const std::string lambda = lambda_words(document);
  return fmt::format(
      " Pilot gain: {} a linear student with the teacher over one without, positive is better{}.",
      squared ? "½ ln of the ratio of squared errors of" : "held-out cross-entropy gained by",
      lambda.empty() ? "" : " (" + lambda + ")");
}

/// Units, what the columns mean, and what all rows share.
std::string notes(const RankDocument& document, const std::vector<std::string>& left_out) {
  std::string note = "Nats, ± standard error.";
  if (!document.teachers.empty()) note += pilot_note(document);
  note += " Margin = I(teacher; student) − I(student; labels)";
  note += "; the CCH asks whether it is positive, on predictions and on representations.";
  const std::string shared = shared_student_side(document);
  if (!shared.empty()) note += fmt::format(" I(S;Y) = {}.", shared);
  if (const auto entropy = document.labels.entropy_nats)
    note += " H(Y) = " + fixed(entropy, 3) + ".";
  if (!left_out.empty()) {
    note += fmt::format(" Left out at this width: {}.", list_in_words(left_out, left_out.size()));
  }
  return note;
}

std::string table_part(const RankDocument& document, const TerminalStyle& style) {
  std::vector<std::string> left_out;
  std::string out = text_table(
      rank_columns(document, {style.colour, static_cast<unsigned>(style.columns()), style.quiet}),
      style.columns(), left_out);
  std::reverse(left_out.begin(), left_out.end());
  return out + '\n' + wrap(notes(document, left_out), style.columns());
}

std::string bullets(const std::vector<std::string>& lines, std::size_t width) {
  std::string out;
  for (const std::string& line : lines) out += wrap(line, width, "  · ", "    ");
  return out;
}

std::string reasons_part(const RankDocument& document, const TerminalStyle& style) {
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  const std::size_t shown = teachers.size() <= kTeachersWithReasons ? teachers.size() : 1;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string name = name_in_sentence(teachers[i].name);
    std::string reasons;
    for (const std::string& reason : teachers[i].reasons) reasons += ' ' + reason;
    if (!reasons.empty()) lines.push_back(name + ':' + reasons);
  }
  if (lines.empty()) return "";
  return '\n' + bold("Why", style) + '\n' + bullets(lines, style.columns());
}

std::string reliability_part(const RankDocument& document, const TerminalStyle& style) {
  const Reliability trust = reliability(document);
  std::string out = '\n' + bold("Reliability: " + trust.word, style) + '\n' +
                    bullets(trust.reasons, style.columns());
  const std::vector<std::string> changes = what_would_change_it(document);
  if (changes.empty()) return out;
  return out + '\n' + bold("What would change it", style) + '\n' +
         bullets(changes, style.columns());
}

std::string warnings_part(const RankDocument& document, const TerminalStyle& style) {
  const auto [messages, notes] = messages_of(document);
  std::string out;
  if (!messages.empty()) out += '\n' + bold("Warnings", style) + '\n';
  for (const std::string& message : messages) {
    out += wrap(message, style.columns(), "  ! ", "    ");
  }
  if (notes.empty()) return out;
  return out + '\n' + bold("Notes", style) + '\n' + bullets(notes, style.columns());
}

/// Chances by scenario and student, and what training of the first may start with.
std::string chances_part(const RankDocument& document, const TerminalStyle& style) {
  if (!chance_decides(document) || document.teachers.empty()) return "";
  const std::string table = chance_table(document, style.columns());
  const ChanceOfGain* of = deciding_chance(document.teachers.front());
  if (table.empty() || of == nullptr) return "";
  std::string words =
      fmt::format("The chances rest on {}. Start training on {} with λ = {}", rests_on(*of),
                  name_in_sentence(document.teachers.front().name), general(of->lambda));
  if (of->temperature) words += fmt::format(" and T = {}", general(of->temperature));
  return '\n' + bold("Chances", style) + '\n' + table + '\n' + wrap(words + ".", style.columns());
}

/// The first teacher of every class.
std::string per_class_part(const RankDocument& document, const TerminalStyle& style) {
  std::vector<std::string> lines;
  for (const auto& entry : document.per_class) {
    const std::string name = name_in_sentence(entry.name);
    const std::vector<JudgedTeacher>& teachers = entry.teachers;
    if (teachers.empty()) {
      lines.push_back(fmt::format("{}: none, {}", name, entry.refused));
      continue;
    }
    const Value gain = pilot_gain(teachers.front());
    lines.push_back(fmt::format("{} ({} rows): {} first, {}, pilot gain {} nats", name,
                                count(entry.rows), name_in_sentence(teachers.front().name),
                                verdict_name(teachers.front().verdict),
                                with_error(gain.nats, gain.standard_error)));
  }
  if (lines.empty()) return "";
  return '\n' + bold("Each class against all others", style) + '\n' +
         bullets(lines, style.columns());
}

std::string facts_line(const RankDocument& document) {
  std::string line = fmt::format(
      "Student {} ({}{}), ", name_in_sentence(document.student.name), rows_in_words(document),
      document.groups ? fmt::format(" in {} groups", count(document.groups->count)) : "");
  const std::string scenario = scenario_name(document);
  if (!scenario.empty()) line += fit(scenario, 40) + "; ";
  line += fmt::format("{} by {}", document.teachers.size() == 1 ? "decided" : "verdicts",
                      decision_rule(document));
  return line + ".";
}

}  // namespace

std::string render_rank_table(const RankDocument& document, const TerminalStyle& style) {
  const std::size_t width = style.columns();
  std::string out = style.colour ? "\x1b[1m" : "";
  out += wrap(verdict_sentence(document), width);
  if (style.colour) out += "\x1b[0m";
  const std::string fusing = best_set_sentence(document);
  if (!fusing.empty()) out += wrap(fusing, width);
  for (const std::string& sentence : what_would_decide(document)) out += wrap(sentence, width);
  if (!style.quiet) out += wrap(facts_line(document), width);
  out += '\n' + table_part(document, style);
  if (style.quiet) return out;
  out += chances_part(document, style) + per_class_part(document, style) +
         reasons_part(document, style) + reliability_part(document, style) +
         warnings_part(document, style);
  return out + '\n' +
         wrap("More: --json (every number), --html FILE (the whole report), -o DIR (both).", width);
}

}  // namespace cch::report
