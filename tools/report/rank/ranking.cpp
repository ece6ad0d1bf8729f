#include <fmt/format.h>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/forests.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

using documents::ConditionalValue;

constexpr std::size_t kTeachersUnfolded = 6;

/// "holds" with its margin below.
std::string outcome_html(const std::string& outcome, const Value& margin) {
  std::string html = escape_html(fit(outcome, 40));
  if (margin.nats) {
    html += element("span", "margin " + with_error(margin.nats, margin.standard_error),
                    "class=\"interval\"");
  }
  return html;
}

std::string representation_html(const JudgedTeacher& teacher) {
  const documents::RepresentationLevel& level = teacher.representation;
  std::string html = outcome_html(outcome_name(level), teacher.margin);
  if (level.mixed_families) {
    html += element("span", "mixed families", "class=\"interval\"");
  }
  if (level.bias_could_flip.value_or(false)) {
    html += element("span", "! bias could turn it", "class=\"interval\"");
  }
  return html;
}

std::string evidence_table(const RankDocument& document) {
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& teacher : document.teachers) {
    rows.push_back({count(teacher.rank), teacher_cell(teacher.name),
                    value_html(pilot_gain(teacher), true),
                    outcome_html(outcome_name(teacher.prediction), prediction_margin(teacher)),
                    representation_html(teacher), verdict_html(teacher.verdict)});
  }
  const std::string rule = decision_rule(document);
  return html_table("The ranking, decided by " + escape_html(rule.empty() ? kMissing : rule) +
                        ". Nats, ± standard error, brackets: 95 % interval. CCH: does the teacher "
                        "share more with the student than the student holds about the labels?",
                    {{"Rank", true},
                     {"Teacher", false},
                     {"Pilot gain, nats", true},
                     {"CCH, predictions", false},
                     {"CCH, representations", false},
                     {"Verdict", false}},
                    rows, "cards");
}

/// The smaller of the two one-sided p values, with its side.
std::string p_html(const JudgedTeacher& teacher) {
  const auto above = teacher.margin.p_above;
  const auto below = teacher.margin.p_below;
  if (!above && !below) return kMissing;
  const bool use_above = above && (!below || *above <= *below);
  return fmt::format("{} <span class=\"interval\">{} 0</span>",
                     escape_html(p_value(use_above ? above : below)), use_above ? "&gt;" : "&lt;");
}

/// I(T;S), with the value on labelled and unlabelled rows below where there is one.
std::string shared_html(const JudgedTeacher& teacher) {
  std::string html = stacked_html(teacher.i_teacher_student);
  if (!teacher.i_teacher_student_all_rows) return html;
  const documents::ValueOnRows& all = *teacher.i_teacher_student_all_rows;
  return html + element("span", fmt::format("{} on {} rows", fixed(all.nats, 3), count(all.rows)),
                        "class=\"interval\"");
}

/// A column that some documents lack.
template <class Member>
void add_if_there(const RankDocument& document, const char* title, Member member,
                  std::vector<HtmlColumn>& columns, std::vector<std::vector<std::string>>& rows) {
  const auto has = [member](const JudgedTeacher& t) { return (t.*member).has_value(); };
  if (!any_teacher(document, has)) return;
  columns.push_back({title, true});
  for (std::size_t t = 0; t < rows.size(); ++t) {
    const auto& value = document.teachers[t].*member;
    rows[t].push_back(value ? stacked_html(*value) : kMissing);
  }
}

std::string information_table(const RankDocument& document) {
  std::vector<HtmlColumn> columns = {{"Teacher", false}, {"Dim", true},    {"I(T;S)", true},
                                     {"I(S;Y)", true},   {"Margin", true}, {"p", true}};
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& teacher : document.teachers) {
    rows.push_back({teacher_cell(teacher.name), count(teacher.dim), shared_html(teacher),
                    stacked_html(teacher.i_student_labels), value_html(teacher.margin, true),
                    p_html(teacher)});
  }
  add_if_there(document, "I(T;S;Y)", &JudgedTeacher::i_teacher_student_labels, columns, rows);
  add_if_there(document, "I(T;Y)", &JudgedTeacher::i_teacher_labels, columns, rows);
  add_if_there(document, "I(T;Y|S)", &JudgedTeacher::i_teacher_labels_given_student, columns, rows);
  return html_table(
      "Information of the representations. T teacher, S student, Y labels; margin = I(T;S) − "
      "I(S;Y); I(T;S;Y): the part of I(T;S) that is about the labels; p: one-sided, Holm over "
      "teachers.",
      columns, rows, "cards");
}

std::string reasons(const RankDocument& document) {
  std::vector<Fact> facts;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (teacher.reasons.empty()) continue;
    facts.push_back(
        {fit_middle(teacher.name, 60), verdict_html(teacher.verdict) + sentences(teacher.reasons)});
  }
  if (facts.empty()) return "";
  return folded("Why each verdict", facts_list(facts), facts.size() <= kTeachersUnfolded);
}

std::string how_to_read() {
  return folded(
      "How to read the ranking",
      "<p>The <em>pilot</em> trains a linear student on these rows with and without the teacher; "
      "its gain is the nearest thing to the answer that can be had before the real training. A "
      "deep student on other features may gain more or less.</p>\n"
      "<p>The cross-modal complementarity hypothesis (CCH) expects distillation to help when the "
      "teacher shares more information with the student than the student holds about the labels: "
      "margin = I(T;S) − I(S;Y) &gt; 0. It <em>holds</em> when the whole interval lies above zero, "
      "<em>fails</em> when it lies below, and is <em>undecided</em> otherwise. On "
      "<em>representations</em> it is the hypothesis as published; on <em>predictions</em> both "
      "sides are replaced by what linear models read from them, which is what its theorem speaks "
      "of.</p>\n"
      "<p>A failed CCH is no proof of harm: the condition is sufficient, not necessary. "
      "<em>Trivially</em> means that I(T;S) exceeds even H(Y), so that the labels were not asked. "
      "Shared nuisance (same pixels, same speaker) raises I(T;S) without any content for the task, "
      "and a copy of the student would come first.</p>\n"
      "<p><em>Mixed families</em>: the two sides come from estimators with different biases. A "
      "bound on I(S;Y) is low, which moves the margin towards distil.</p>\n");
}

}  // namespace

std::string ranking_section(const RankDocument& document) {
  const std::size_t teachers = document.teachers.size();
  if (teachers == 0) return "";
  std::string html = evidence_table(document) + reasons(document);
  const bool margins_first = margins_decide(document);
  if (teachers > kTeachersInHeadline) {
    html += deciding_figure(document, "deciding-forest", teachers, 900);
  }
  if (margins_first) {
    html += pilot_figure(document, "pilot-forest", teachers, 900);
  } else {
    html += margin_figure(document, "margin-forest", teachers, 900);
  }
  return section("ranking", "Ranking",
                 html + information_table(document) + sides_figure(document) + how_to_read());
}

}  // namespace cch::report
