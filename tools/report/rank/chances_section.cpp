#include <fmt/format.h>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/chances.hpp"
#include "tools/report/rank/sections.hpp"

namespace cch::report {
namespace {

std::vector<std::string> chance_row(const JudgedTeacher& teacher, const ChanceOfGain& of) {
  return {teacher_cell(teacher.name),
          escape_html(of.scenario == "same-rows" ? "labelled rows alone" : rows_of_chance(of)),
          escape_html(fit(of.student_model, 20)),
          gain_words(of.expected_gain, of) +
              element("span",
                      fmt::format("80 %: {} to {}", gain_words(of.low, of, false),
                                  gain_words(of.high, of, false)),
                      "class=\"interval\""),
          chance_percent(of.p_gain),
          chance_percent(of.p_worthwhile),
          of.temperature ? fmt::format("{}, {}", general(of.lambda), general(of.temperature))
                         : general(of.lambda),
          of.networks == 0 ? "none"
          : of.repeats     ? fmt::format("{} in {}", count(of.networks), *of.repeats)
                           : count(of.networks),
          verdict_html(of.verdict)};
}

std::string moved_table(const JudgedTeacher& first) {
  const ChanceOfGain* of = deciding_chance(first);
  std::vector<std::vector<std::string>> rows;
  if (of == nullptr) return "";
  for (const documents::ChancePart& part : of->contributions) {
    rows.push_back(
        {escape_html(fit(part.evidence, 60)), general(part.value), gain_words(part.effect, *of)});
  }
  if (rows.empty()) return "";
  return html_table(
      fmt::format("What moved the expected gain with {}, {}; basis: {}.", teacher_cell(first.name),
                  escape_html(rows_of_chance(*of)), escape_html(fit(of->basis, 120))),
      {{"Evidence", false}, {"Value", true}, {"Effect", true}}, rows, "cards");
}

std::string over_words(const std::optional<documents::GainOverSet>& over,
                       const ChanceOfGain& unit) {
  if (!over || !over->value) return kMissing;
  return gain_words(over->value, unit) +
         element("span", "chance " + chance_percent(over->p_better), "class=\"interval\"");
}

/// The path of the best set, a row a set that was tried.
std::string best_set_table(const RankDocument& document) {
  if (!document.best_set || document.best_set->steps.empty()) return "";
  const documents::BestSet& of = *document.best_set;
  ChanceOfGain unit;
  unit.metric = of.metric;
  unit.scenario = of.scenario;
  std::vector<std::vector<std::string>> rows{
      {teacher_cell(of.single), gain_words(of.single_expected_gain, unit), "", "", "start"}};
  for (const documents::SetStep& step : of.steps) {
    for (std::size_t i = 0; i < step.tried.size(); ++i) {
      const documents::TriedSet& tried = step.tried[i];
      const std::string by = tried.networks ? "" : "; by the linear pilot";
      const std::string fate = i > 0        ? "tried"
                               : step.taken ? "taken"
                               : tried.over_before && tried.over_before->p_better >= step.needed
                                   ? "too small to pay"
                                   : "chance below " + chance_percent(step.needed);
      rows.push_back({teacher_cell(tried.name), gain_words(tried.expected_gain, unit),
                      over_words(tried.over_before, unit), over_words(tried.over_single, unit),
                      fate + by});
    }
  }
  return element("p", escape_html(best_set_sentence(document)), "class=\"numbers\"") + '\n' +
         html_table(fmt::format("Sets of teachers, student {}, {}: columns side by side. Expected "
                                "gain over the student alone; differences by the same rows and "
                                "folds. {} networks on {} rows. {}",
                                escape_html(fit(of.student_model, 20)),
                                of.scenario == "same-rows" ? "labelled rows alone"
                                                           : escape_html(fit(of.scenario, 30)),
                                count(of.networks), count(of.network_rows),
                                escape_html(fit(of.stopped, 160))),
                    {{"Set", false},
                     {"Expected gain", true},
                     {"Over the set before", true},
                     {"Over the best single", true},
                     {"What came of it", false}},
                    rows, "cards");
}

}  // namespace

std::string chances_section(const RankDocument& document) {
  if (!chance_decides(document)) return "";
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (!teacher.chances) continue;
    for (const ChanceOfGain& of : *teacher.chances) {
      rows.push_back(chance_row(teacher, of));
    }
  }
  if (rows.empty()) return "";
  const ChanceOfGain* first = deciding_chance(document.teachers.front());
  const ChanceOfGain one = first == nullptr ? ChanceOfGain{} : *first;
  const std::string spent = spending_words(document);
  return section(
      "chances", "Chances by scenario and student",
      html_table(
          fmt::format(
              "Expected gain of a student with the teacher over one without, and how "
              "likely it is: above zero, and above {}, which is worth the trouble. The "
              "best scenario of the first student decides. λ and T: what training may "
              "start with. Networks: so many, in so many partings into folds; none: the linear "
              "pilot and probes alone.",
              worth_words(one)),
          {{"Teacher", false},
           {"Rows", false},
           {"Student", false},
           {"Expected gain", true},
           {"Chance", true},
           {"Worth it", true},
           {"λ, T", true},
           {"Networks", true},
           {"Alone it says", false}},
          rows, "cards") +
          (spent.empty() ? "" : element("p", escape_html(spent)) + '\n') +
          moved_table(document.teachers.front()) + best_set_table(document));
}

}  // namespace cch::report
