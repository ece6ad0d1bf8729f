#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/report/escape.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/forests.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/sentence.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kTeachersUnfolded = 6;

std::string shown_name(const json& node, const char* key = "name") {
  return name_html(fit(text(field(node, key), kMissing), kLongestName));
}

/// The smaller of the two one-sided p values, with its side.
std::string p_html(const json& teacher) {
  const auto above = number(field(teacher, "margin", "p_above"));
  const auto below = number(field(teacher, "margin", "p_below"));
  if (!above && !below) return kMissing;
  const bool use_above = above && (!below || *above <= *below);
  return fmt::format("{} <span class=\"interval\">{} 0</span>",
                     escape_html(p_value(use_above ? above : below)), use_above ? "&gt;" : "&lt;");
}

std::string cch_html(const json& teacher) {
  const json& outcome = field(teacher, "cch", "representation");
  const bool mixed = boolean(field(outcome, "mixed_families")).value_or(false);
  return escape_html(outcome_name(outcome)) +
         (mixed ? "<span class=\"interval\">mixed families</span>" : "");
}

bool any_conditional(const json& document) {
  for (const json& teacher : elements(field(document, "teachers"))) {
    if (!field(teacher, "i_teacher_labels_given_student").is_null()) return true;
  }
  return false;
}

std::vector<std::string> row_of(const json& teacher, bool conditional) {
  std::vector<std::string> row = {count(whole_number(field(teacher, "rank"))),
                                  shown_name(teacher),
                                  count(whole_number(field(teacher, "dim"))),
                                  stacked_html(field(teacher, "i_teacher_student")),
                                  stacked_html(field(teacher, "i_student_labels")),
                                  value_html(field(teacher, "margin"), true),
                                  p_html(teacher),
                                  stacked_html(field(teacher, "i_teacher_labels"))};
  if (conditional) row.push_back(stacked_html(field(teacher, "i_teacher_labels_given_student")));
  row.push_back(cch_html(teacher));
  row.push_back(verdict_html(text(field(teacher, "verdict"))));
  return row;
}

std::string ranking_table(const json& document) {
  const bool conditional = any_conditional(document);
  std::vector<HtmlColumn> columns = {{"Rank", true},   {"Teacher", false}, {"Dim", true},
                                     {"I(T;S)", true}, {"I(S;Y)", true},   {"Margin", true},
                                     {"p", true},      {"I(T;Y)", true}};
  if (conditional) columns.push_back({"I(T;Y|S)", true});
  columns.push_back({"CCH", false});
  columns.push_back({"Verdict", false});
  std::vector<std::vector<std::string>> rows;
  for (const json& teacher : elements(field(document, "teachers"))) {
    rows.push_back(row_of(teacher, conditional));
  }
  return html_table(
      "The ranking. Nats, ± standard error, brackets: 95 % interval. T teacher, S student, Y "
      "labels; "
      "margin = I(T;S) − I(S;Y); p: one-sided, Holm over teachers.",
      columns, rows, "cards");
}

std::string reasons(const json& document) {
  std::vector<Fact> facts;
  for (const json& teacher : elements(field(document, "teachers"))) {
    std::vector<std::string> lines;
    for (const json& reason : elements(field(teacher, "reasons"))) lines.push_back(text(reason));
    if (lines.empty()) continue;
    facts.push_back({fit_middle(text(field(teacher, "name")), 60),
                     verdict_html(text(field(teacher, "verdict"))) + sentences(lines)});
  }
  if (facts.empty()) return "";
  return folded("Why each verdict", facts_list(facts), facts.size() <= kTeachersUnfolded);
}

/// Pairs that tell about the order: neighbours in the ranking, and every teacher against the first.
bool tells_order(const std::map<std::string, std::size_t>& places, const json& pair) {
  const auto first = places.find(text(field(pair, "first")));
  const auto second = places.find(text(field(pair, "second")));
  if (first == places.end() || second == places.end()) return true;
  const std::size_t low = std::min(first->second, second->second);
  return low == 0 || std::max(first->second, second->second) == low + 1;
}

std::vector<std::string> difference_row(const json& pair) {
  const Value gap = value_of(pair);
  const bool settled = gap.low && gap.high && (*gap.low > 0 || *gap.high < 0);
  return {shown_name(pair, "first") + " − " + shown_name(pair, "second"), value_html(pair),
          interval(gap.low, gap.high, decimals_for(gap.standard_error)),
          settled ? "order settled" : "order open"};
}

std::string differences(const json& document) {
  std::map<std::string, std::size_t> places;
  for (const json& teacher : elements(field(document, "teachers"))) {
    places.emplace(text(field(teacher, "name")), places.size());
  }
  const std::vector<json>& pairs = elements(field(document, "differences"));
  std::vector<std::vector<std::string>> rows;
  for (const json& pair : pairs) {
    if (tells_order(places, pair)) rows.push_back(difference_row(pair));
  }
  if (rows.empty()) return "";
  std::string caption = "Differences of margins, nats; I(S;Y) cancels in them.";
  if (rows.size() < pairs.size()) {
    caption += fmt::format(
        " Shown are neighbours in the ranking and every teacher against the first; the JSON "
        "document "
        "has all {}.",
        pairs.size());
  }
  return folded(
      "Teacher against teacher",
      html_table(
          caption,
          {{"Pair", false}, {"Difference", true}, {"95 % interval", true}, {"Reading", false}},
          rows, "cards"),
      rows.size() <= kTeachersUnfolded);
}

std::string stability(const json& document) {
  const json& shares = field(document, "top1_stability");
  if (shares.is_null()) return "";
  std::vector<Fact> facts;
  for (const auto& [name, share] : shares.items()) {
    const auto value = number(share);
    facts.push_back({fit(name, 60), value ? fixed(*value * 100, 0) + " %" : kMissing});
  }
  return "<h3>How often each teacher comes first</h3>\n" + facts_list(facts);
}

std::string how_to_read() {
  return folded(
      "How to read the ranking",
      "<p>The cross-modal complementarity hypothesis (CCH) expects distillation to help when the "
      "teacher shares more information with the student than the student holds about the labels: "
      "margin = I(T;S) − I(S;Y) &gt; 0. It <em>holds</em> when the whole interval lies above zero, "
      "<em>fails</em> when it lies below, and is <em>undecided</em> otherwise.</p>\n"
      "<p>A failed CCH is no proof of harm: the condition is sufficient, not necessary. "
      "<em>Trivially"
      "</em> means that I(T;S) exceeds even H(Y), so that the labels were not asked. Shared "
      "nuisance "
      "(same pixels, same speaker) raises I(T;S) without any content for the task, and a copy of "
      "the "
      "student would come first.</p>\n"
      "<p><em>Mixed families</em>: the two sides come from estimators with different biases. A "
      "bound "
      "on I(S;Y) is low, which moves the margin towards distil.</p>\n");
}

}  // namespace

std::string ranking_section(const json& document) {
  const std::size_t teachers = elements(field(document, "teachers")).size();
  if (teachers == 0) return "";
  std::string html = ranking_table(document);
  if (teachers > kTeachersInHeadline) {
    html += margin_figure(document, "margin-forest", teachers, 900);
  }
  html += sides_figure(document) + reasons(document) + differences(document) + stability(document) +
          how_to_read();
  return section("ranking", "Ranking", html);
}

}  // namespace cch::report
