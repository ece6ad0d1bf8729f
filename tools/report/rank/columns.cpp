#include "tools/report/rank/columns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

std::string colour_of(std::string_view verdict, const TerminalStyle& style) {
  if (!style.colour) return "";
  if (verdict == "distil") return "\x1b[32m";
  if (verdict == "do_not_distil") return "\x1b[31m";
  return verdict == "unreliable" ? "\x1b[35m" : "\x1b[33m";
}

std::string value_cell(const Value& value) {
  return with_error(value.nats, value.standard_error);
}

std::string interval_cell(const Value& value) {
  return interval(value.low, value.high, decimals_for(value.standard_error));
}

std::string verdict_cell(const JudgedTeacher& teacher) {
  const std::string verdict = teacher.verdict;
  if (verdict.empty()) return kMissing;
  return fmt::format("{} {}", verdict_symbol(verdict), fit(verdict_name(verdict), 16));
}

template <class Cell>
TextColumn column(const RankDocument& document, std::string heading, bool right, Cell&& cell) {
  TextColumn made;
  made.heading = std::move(heading);
  made.right = right;
  for (const JudgedTeacher& teacher : document.teachers) {
    made.cells.push_back(cell(teacher));
  }
  return made;
}

TextColumn optional_column(TextColumn made) {
  made.optional = true;
  return made;
}

/// Left out only where nothing else helps: CCH is shown at both levels wherever it fits.
TextColumn kept_column(TextColumn made) {
  made.last_resort = true;
  return made;
}

template <class Level>
TextColumn outcome_column(const RankDocument& document, const char* heading, Level&& level) {
  return kept_column(column(document, heading, false, [level](const JudgedTeacher& teacher) {
    return fit(outcome_name(level(teacher)), 24);
  }));
}

bool any_prediction(const RankDocument& document) {
  return any_teacher(document, [](const JudgedTeacher& t) { return t.prediction.has_value(); });
}

/// The number that decided, with its name as heading.
TextColumn deciding_column(const RankDocument& document) {
  const Rule rule = rule_of(document);
  if (chance_decides(document)) {
    return column(document, "expected gain", true, [](const JudgedTeacher& teacher) {
      const ChanceOfGain* of = deciding_chance(teacher);
      return of == nullptr ? std::string(kMissing) : gain_words(of->expected_gain, *of);
    });
  }
  const char* heading = pilot_decides(document)        ? "pilot gain"
                        : rule == Rule::cch_prediction ? "margin (pred.)"
                                                       : "margin";
  return column(document, heading, true, [&document](const JudgedTeacher& teacher) {
    const Value value = deciding_value(document, teacher);
    return with_error(value.nats, value.standard_error);
  });
}

/// Columns that stay where the width allows; the last goes first.
void add_details(const RankDocument& document, std::vector<TextColumn>& columns) {
  const auto add = [&](const char* heading, auto&& cell) {
    columns.push_back(optional_column(column(document, heading, true, cell)));
  };
  const bool margins = margins_decide(document);
  if (!margins) add("margin", [](const JudgedTeacher& t) { return value_cell(t.margin); });
  const auto add_if_there = [&](const char* title, auto member) {
    const auto has = [member](const JudgedTeacher& t) { return (t.*member).has_value(); };
    if (!any_teacher(document, has)) return;
    add(title, [member](const JudgedTeacher& t) {
      return t.*member ? value_cell(*(t.*member)) : std::string(kMissing);
    });
  };
  if (!chance_decides(document)) {
    add(margins                   ? "95 % interval"
        : pilot_decides(document) ? "95 % of gain"
                                  : "95 % (pred.)",
        [&document](const JudgedTeacher& teacher) {
          return interval_cell(deciding_value(document, teacher));
        });
  }
  if (!pilot_decides(document) && any_pilot(document)) {
    add("pilot gain", [](const JudgedTeacher& t) { return value_cell(pilot_gain(t)); });
  }
  add("I(T;S)", [](const JudgedTeacher& t) { return value_cell(t.i_teacher_student); });
  if (shared_student_side(document).empty())
    add("I(S;Y)", [](const JudgedTeacher& t) { return value_cell(t.i_student_labels); });
  add_if_there("I(T;S;Y)", &JudgedTeacher::i_teacher_student_labels);
  add_if_there("I(T;Y)", &JudgedTeacher::i_teacher_labels);
  add("dim", [](const JudgedTeacher& teacher) { return count(teacher.dim); });
}

/// What decided comes first, then CCH at both levels, then what width is left for.
std::vector<TextColumn> evidence_columns(const RankDocument& document) {
  std::vector<TextColumn> columns = {deciding_column(document)};
  if (chance_decides(document)) {
    columns.push_back(column(document, "chance", true, [](const JudgedTeacher& teacher) {
      const ChanceOfGain* of = deciding_chance(teacher);
      return of == nullptr ? std::string(kMissing) : chance_percent(of->p_gain);
    }));
  }
  if (any_prediction(document)) {
    columns.push_back(
        outcome_column(document, "CCH pred.", [](const JudgedTeacher& t) { return t.prediction; }));
  }
  columns.push_back(outcome_column(document, "CCH repr.",
                                   [](const JudgedTeacher& t) { return t.representation; }));
  add_details(document, columns);
  return columns;
}

}  // namespace

std::string shared_student_side(const RankDocument& document) {
  std::string shared;
  for (const JudgedTeacher& teacher : document.teachers) {
    const std::string cell = value_cell(teacher.i_student_labels);
    if (!shared.empty() && shared != cell) return "";
    shared = cell;
  }
  return shared;
}

std::vector<TextColumn> rank_columns(const RankDocument& document, const TerminalStyle& style) {
  std::vector<TextColumn> columns;
  columns.push_back(column(document, "#", true,
                           [](const JudgedTeacher& teacher) { return count(teacher.rank); }));
  const std::size_t longest = std::clamp<std::size_t>(style.width / 4, 12, 40);
  columns.push_back(column(document, "teacher", false, [longest](const JudgedTeacher& teacher) {
    return fit_middle(teacher.name, longest);
  }));
  columns.back().shrink_to = 8;
  for (TextColumn& evidence : evidence_columns(document)) columns.push_back(std::move(evidence));
  columns.push_back(column(document, "verdict", false, verdict_cell));
  for (const JudgedTeacher& teacher : document.teachers) {
    columns.back().colours.push_back(colour_of(teacher.verdict, style));
  }
  return columns;
}

}  // namespace cch::report
