#include <fmt/format.h>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sections.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

bool is_clone(const JudgedTeacher& control) {
  return control.name.find("clone") != std::string::npos;
}

std::string expectation(const RankDocument& document, const JudgedTeacher& control) {
  if (!is_clone(control)) return "knows nothing: must not come out as distil";
  if (pilot_decides(document) || chance_decides(document))
    return "knows what the student knows: must not come out as distil";
  return "CCH holds by definition: I(T;S) of a copy has no bound";
}

std::string outcome_html(const std::string& name) {
  return escape_html(fit(name, 40));
}

/// The name without the prefix that the heading of the section says already.
std::string short_name(const JudgedTeacher& control) {
  constexpr std::string_view prefix = "control: ";
  const std::string name = or_missing(control.name);
  return name_html(fit(name.starts_with(prefix) ? name.substr(prefix.size()) : name, 200));
}

std::vector<std::string> row_of(const RankDocument& document, const JudgedTeacher& control) {
  return {short_name(control),
          value_html(pilot_gain(control)),
          outcome_html(outcome_name(control.prediction)),
          outcome_html(outcome_name(control.representation)),
          value_html(control.margin),
          verdict_html(control.verdict),
          expectation(document, control)};
}

/// A loud word where a teacher that cannot help came out as one that does.
std::string alarm(const RankDocument& document) {
  if (!pilot_decides(document) && !chance_decides(document)) return "";
  const std::vector<std::string> wrong = controls_to_distil(document);
  if (wrong.empty()) return "";
  return element(
             "p",
             escape_html(fmt::format(
                 "! {} came out as distil, which no such teacher should. Do not trust the verdicts "
                 "of this report before this is understood: soft labels may help by themselves "
                 "(self-distillation), rows may be duplicated, or groups not declared.",
                 list_in_words(wrong, 4))),
             "class=\"alarm\" role=\"note\"") +
         '\n';
}

}  // namespace

std::string controls_section(const RankDocument& document) {
  std::vector<std::vector<std::string>> rows;
  for (const JudgedTeacher& control : document.controls) {
    rows.push_back(row_of(document, control));
  }
  if (rows.empty()) return "";
  return section(
      "controls", "Controls: teachers of known worth",
      alarm(document) +
          html_table("The same procedure on made teachers that no student can gain from. Nats, ± "
                     "standard error. They change no p value of the ranking.",
                     {{"Control", false},
                      {"Pilot gain", true},
                      {"CCH, predictions", false},
                      {"CCH, representations", false},
                      {"Margin", true},
                      {"Verdict", false},
                      {"Expected", false}},
                     rows, "cards"));
}

}  // namespace cch::report
