#include "tools/report/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/number.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/text_layout.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kNarrowest = 50;
constexpr std::size_t kTeachersWithReasons = 4;

std::size_t width_of(const TerminalStyle& style) {
  return std::max<std::size_t>(style.width, kNarrowest);
}

std::string colour_of(std::string_view verdict, const TerminalStyle& style) {
  if (!style.colour) return "";
  if (verdict == "distil") return "\x1b[32m";
  if (verdict == "do_not_distil") return "\x1b[31m";
  return verdict == "unreliable" ? "\x1b[35m" : "\x1b[33m";
}

std::string bold(const std::string& words, const TerminalStyle& style) {
  return style.colour ? "\x1b[1m" + words + "\x1b[0m" : words;
}

std::string value_cell(const json& node) {
  const Value value = value_of(node);
  return with_error(value.nats, value.standard_error);
}

std::string interval_cell(const json& node) {
  const Value value = value_of(node);
  return interval(value.low, value.high, decimals_for(value.standard_error));
}

std::string verdict_cell(const json& teacher) {
  const std::string verdict = text(field(teacher, "verdict"));
  if (verdict.empty()) return kMissing;
  return fmt::format("{} {}", verdict_symbol(verdict), fit(verdict_name(verdict), 16));
}

template <class Cell>
TextColumn column(const json& document, std::string heading, bool right, Cell&& cell) {
  TextColumn made{std::move(heading), right, false, 0, {}, {}};
  for (const json& teacher : elements(field(document, "teachers"))) {
    made.cells.push_back(cell(teacher));
  }
  return made;
}

TextColumn optional_column(TextColumn made) {
  made.optional = true;
  return made;
}

/// I(S;Y) as every teacher's row has it, or "" where rows differ (then it is a column).
std::string shared_student_side(const json& document) {
  std::string shared;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const std::string cell = value_cell(field(teacher, "i_student_labels"));
    if (!shared.empty() && shared != cell) return "";
    shared = cell;
  }
  return shared;
}

std::vector<TextColumn> rank_columns(const json& document, const TerminalStyle& style) {
  std::vector<TextColumn> columns;
  columns.push_back(column(document, "#", true, [](const json& teacher) {
    return count(whole_number(field(teacher, "rank")));
  }));
  const std::size_t longest = std::clamp<std::size_t>(width_of(style) / 4, 12, 40);
  columns.push_back(column(document, "teacher", false, [longest](const json& teacher) {
    return fit_middle(text(field(teacher, "name")), longest);
  }));
  columns.back().shrink_to = 8;
  columns.push_back(column(document, "margin", true, [](const json& teacher) {
    return value_cell(field(teacher, "margin"));
  }));
  columns.push_back(
      optional_column(column(document, "95 % interval", true, [](const json& teacher) {
        return interval_cell(field(teacher, "margin"));
      })));
  columns.push_back(optional_column(column(document, "I(T;S)", true, [](const json& teacher) {
    return value_cell(field(teacher, "i_teacher_student"));
  })));
  if (shared_student_side(document).empty()) {
    columns.push_back(optional_column(column(document, "I(S;Y)", true, [](const json& teacher) {
      return value_cell(field(teacher, "i_student_labels"));
    })));
  }
  columns.push_back(optional_column(column(document, "CCH", false, [](const json& teacher) {
    return fit(outcome_name(field(teacher, "cch", "representation")), 24);
  })));
  columns.push_back(optional_column(column(document, "I(T;Y)", true, [](const json& teacher) {
    return value_cell(field(teacher, "i_teacher_labels"));
  })));
  columns.push_back(optional_column(column(document, "dim", true, [](const json& teacher) {
    return count(whole_number(field(teacher, "dim")));
  })));
  columns.push_back(column(document, "verdict", false, verdict_cell));
  for (const json& teacher : elements(field(document, "teachers"))) {
    columns.back().colours.push_back(colour_of(text(field(teacher, "verdict")), style));
  }
  return columns;
}

std::string table_part(const json& document, const TerminalStyle& style) {
  std::vector<std::string> left_out;
  std::string out = text_table(rank_columns(document, style), width_of(style), left_out);
  std::reverse(left_out.begin(), left_out.end());
  const std::string shared = shared_student_side(document);
  std::string note = "Nats, ± standard error. Margin = I(teacher; student) − I(student; labels).";
  if (!shared.empty()) note += fmt::format(" I(S;Y) = {}.", shared);
  if (const auto entropy = label_entropy(document)) note += " H(Y) = " + fixed(entropy, 3) + ".";
  if (!left_out.empty()) {
    note += fmt::format(" Left out at this width: {}.", list_in_words(left_out, left_out.size()));
  }
  return out + '\n' + wrap(note, width_of(style));
}

std::string bullets(const std::vector<std::string>& lines, std::size_t width) {
  std::string out;
  for (const std::string& line : lines) out += wrap(line, width, "  · ", "    ");
  return out;
}

std::string reasons_part(const json& document, const TerminalStyle& style) {
  const std::vector<json>& teachers = elements(field(document, "teachers"));
  const std::size_t shown = teachers.size() <= kTeachersWithReasons ? teachers.size() : 1;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string name = name_in_sentence(text(field(teachers[i], "name")));
    for (const json& reason : elements(field(teachers[i], "reasons"))) {
      lines.push_back(fmt::format("{}: {}", name, text(reason)));
    }
  }
  if (lines.empty()) return "";
  return '\n' + bold("Why", style) + '\n' + bullets(lines, width_of(style));
}

std::string reliability_part(const json& document, const TerminalStyle& style) {
  const Reliability trust = reliability(document);
  std::string out = '\n' + bold("Reliability: " + trust.word, style) + '\n' +
                    bullets(trust.reasons, width_of(style));
  const std::vector<std::string> changes = what_would_change_it(document);
  if (changes.empty()) return out;
  return out + '\n' + bold("What would change it", style) + '\n' +
         bullets(changes, width_of(style));
}

std::string warnings_part(const json& document, const TerminalStyle& style) {
  const std::vector<json>& warnings = elements(field(document, "warnings"));
  if (warnings.empty()) return "";
  std::string out = '\n' + bold("Warnings", style) + '\n';
  for (const json& warning : warnings) {
    out += wrap(text(field(warning, "message")), width_of(style), "  ! ", "    ");
  }
  return out;
}

std::string facts_line(const json& document) {
  std::string line = fmt::format("Student {} ({} rows), ",
                                 name_in_sentence(text(field(document, "student", "name"))),
                                 count(whole_number(field(document, "rows"))));
  line += fmt::format("{} by {}",
                      elements(field(document, "teachers")).size() == 1 ? "decided" : "verdicts",
                      decision_rule(document));
  return line + ".";
}

}  // namespace

std::string render_rank_table(const json& document, const TerminalStyle& style) {
  require_schema(document, "cch.rank/1");
  const std::size_t width = width_of(style);
  std::string out = style.colour ? "\x1b[1m" : "";
  out += wrap(verdict_sentence(document), width);
  if (style.colour) out += "\x1b[0m";
  if (!style.quiet) out += wrap(facts_line(document), width);
  out += '\n' + table_part(document, style);
  if (style.quiet) return out;
  out += reasons_part(document, style) + reliability_part(document, style) +
         warnings_part(document, style);
  return out + '\n' +
         wrap("More: --json (every number), --html FILE (the whole report), -o DIR (both).", width);
}

}  // namespace cch::report
