#include "tools/report/rank/forests.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cch/criterion/decide.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg_forest.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

ReferenceLine line_at(double value, const char* name) {
  return {value, fmt::format("{} = {}", name, fixed(value, 2))};
}

std::vector<ReferenceLine> ceilings(const RankDocument& document) {
  std::vector<ReferenceLine> lines;
  if (const auto entropy = document.labels.entropy_nats) lines.push_back(line_at(*entropy, "H(Y)"));
  const auto rows = static_cast<double>(document.rows);
  if (rows > 0) lines.push_back(line_at(std::log(rows), "ln N"));
  return lines;
}

/// A row in the colour of the teacher's verdict, with the verdict in words.
ForestRow verdict_row(const JudgedTeacher& teacher, const Value& value) {
  const std::string verdict = teacher.verdict;
  const std::string words =
      verdict.empty() ? "" : fmt::format("{} {}", verdict_symbol(verdict), verdict_name(verdict));
  return {teacher.name, {{value, verdict_class(verdict), {}}}, words};
}

ForestRow margin_row(const JudgedTeacher& teacher) {
  ForestRow row = verdict_row(teacher, teacher.margin);
  const auto planted = teacher.planted_bias.value_or(documents::PlantedCalibration{});
  if (planted.low && planted.high) row.marks.front().outer = {*planted.low, *planted.high};
  return row;
}

ForestRow pilot_row(const JudgedTeacher& teacher) {
  return verdict_row(teacher, pilot_gain(teacher));
}

ForestRow prediction_row(const JudgedTeacher& teacher) {
  return verdict_row(teacher, prediction_margin(teacher));
}

/// The figure of one row a teacher, over the first `most`.
template <class Row>
std::string figure_of(const RankDocument& document, Forest forest, std::size_t most, double wide,
                      std::string caption, Row&& row) {
  const std::vector<JudgedTeacher>& teachers = document.teachers;
  if (teachers.empty()) return "";
  for (const JudgedTeacher& teacher : teachers) {
    if (forest.rows.size() < most) forest.rows.push_back(row(teacher));
  }
  if (forest.rows.size() < teachers.size()) {
    caption += fmt::format(" First {} of {} teachers.", forest.rows.size(), teachers.size());
  }
  return forest_figure(forest, wide, caption);
}

bool any_outer(const RankDocument& document) {
  return any_teacher(document, [](const JudgedTeacher& teacher) {
    return teacher.planted_bias && teacher.planted_bias->low;
  });
}

std::string prediction_figure(const RankDocument& document, const std::string& id, std::size_t most,
                              double wide) {
  return figure_of(document,
                   {id, "Margins on predictions", verdict_sentence(document),
                    "I(t;s) − I(s;Y) of predictions, nats"},
                   most, wide,
                   "Margin on predictions and 95 % interval; right of zero the CCH holds.",
                   prediction_row);
}

}  // namespace

std::string deciding_figure(const RankDocument& document, const std::string& id, std::size_t most,
                            double wide) {
  if (pilot_decides(document)) return pilot_figure(document, id, most, wide);
  if (chance_decides(document)) {
    std::string figure = chance_figure(document, id, most, wide);
    return figure.empty() ? pilot_figure(document, id, most, wide) : figure;
  }
  if (rule_of(document) == Rule::cch_prediction) return prediction_figure(document, id, most, wide);
  return margin_figure(document, id, most, wide);
}

std::string pilot_figure(const RankDocument& document, const std::string& id, std::size_t most,
                         double wide) {
  if (!any_pilot(document)) return "";
  Forest forest{id, "Gains of the pilot student", verdict_sentence(document),
                "gain of the pilot student with the teacher, nats"};
  forest.band = {-kPracticalEquivalence, kPracticalEquivalence};
  return figure_of(document, forest, most, wide,
                   fmt::format("Pilot gain and 95 % interval; right of zero the student gains. "
                               "Shaded: ±{} nats, no practical difference.",
                               kPracticalEquivalence),
                   pilot_row);
}

std::string margin_figure(const RankDocument& document, const std::string& id, std::size_t most,
                          double wide) {
  Forest forest{id, "Margins of the teachers", verdict_sentence(document),
                "I(teacher; student) − I(student; labels), nats"};
  forest.references = ceilings(document);
  std::string caption = "Margin on representations and 95 % interval; right of zero the CCH holds.";
  if (any_outer(document)) caption += " Thin line: the interval with the expected bias.";
  return figure_of(document, forest, most, wide, caption, margin_row);
}

std::string sides_figure(const RankDocument& document) {
  Forest forest{"sides-forest", "The two sides of each margin",
                "For each teacher, above what it shares with the student, below what the student "
                "holds about the labels; nats with 95 % intervals.",
                "mutual information, nats"};
  forest.references = ceilings(document);
  for (const JudgedTeacher& teacher : document.teachers) {
    forest.rows.push_back(
        {teacher.name,
         {{teacher.i_teacher_student, "first", {}}, {teacher.i_student_labels, "second", {}}},
         ""});
  }
  if (forest.rows.empty()) return "";
  forest.reach = document.labels.entropy_nats;
  return forest_figure(forest, 900,
                       "The two sides with 95 % intervals: <span class=\"verdict "
                       "k-first\">●</span> I(teacher; student), "
                       "<span class=\"verdict k-second\">■</span> I(student; labels). H(Y) is the "
                       "most that the second can be; ln N the most that a contrastive bound can "
                       "show with N rows.");
}

}  // namespace cch::report
