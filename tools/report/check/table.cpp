#include <fmt/format.h>

#include "cch/report/check.hpp"
#include "tools/report/check/model.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/sentence.hpp"

namespace cch::report {
namespace {

void add_row(std::vector<TextColumn>& columns, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].cells.push_back(cells[i]);
}

std::string margins_table(const CheckDocument& document, std::size_t width) {
  const bool wanted = document.wanted_margin.has_value();
  std::vector<TextColumn> columns = {{"teacher", false, false, false, 16},
                                     {"smallest margin", true},
                                     {"if curved", true},
                                     {"against", true, true},
                                     {"± margin", true, true},
                                     {"estimator", false, true},
                                     {"recommended", false, true}};
  if (wanted) columns.push_back({"needs", false, true, false, 12});
  for (const TeacherForecast& teacher : document.teachers) {
    const EstimatorForecast& estimator = deciding(teacher);
    const FamilyForecast* gaussian = family_of(estimator, "gaussian");
    std::vector<std::string> cells = {fit_middle(teacher.name, 30),
                                      smallest_words(gaussian),
                                      smallest_words(family_of(estimator, "curved")),
                                      against_words(gaussian),
                                      fixed(forecast_error(teacher), 3),
                                      or_missing(estimator.name),
                                      or_missing(teacher.recommended)};
    if (wanted) cells.push_back(needed_words(document, teacher));
    add_row(columns, cells);
  }
  std::vector<std::string> left_out;
  std::string out = '\n' + text_table(std::move(columns), width, left_out);
  out += '\n' + wrap(fmt::format("Nats. Smallest margin I(T;S) − I(S;Y) for which a ranking says "
                                 "distil in {} of cases or more; against: do not distil; ± margin: "
                                 "the standard error that a ranking will report there.",
                                 fixed(document.wanted_power, 2)),
                     width);
  if (!left_out.empty()) {
    out += wrap("Left out at this width: " + list_in_words(left_out, left_out.size()) + '.', width);
  }
  return out;
}

std::string sizes_table(const CheckDocument& document, std::size_t width) {
  std::vector<TextColumn> columns = {{"rows", true}};
  const auto& teachers = document.teachers;
  if (teachers.empty() || teachers.front().sizes.size() < 2) return "";
  for (const TeacherForecast& teacher : teachers) {
    columns.push_back({fit_middle(teacher.name, 16), true, true});
  }
  const auto& sizes = teachers.front().sizes;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    std::vector<std::string> cells = {count(sizes[i].rows) + (sizes[i].extrapolated ? " *" : "")};
    for (const TeacherForecast& teacher : teachers) {
      cells.push_back(i < teacher.sizes.size() ? size_margin_words(teacher.sizes[i]) : kMissing);
    }
    add_row(columns, cells);
  }
  std::vector<std::string> left_out;
  return "\nSmallest margin by rows, 95 % interval (* extrapolated)\n" +
         text_table(std::move(columns), width, left_out) +
         (left_out.empty()
              ? ""
              : wrap("Left out at this width: " + list_in_words(left_out, left_out.size()) + '.',
                     width));
}

std::string lines(const std::string& heading, const std::vector<std::string>& items,
                  std::size_t width) {
  if (items.empty()) return "";
  std::string out = '\n' + heading + '\n';
  for (const std::string& item : items) out += wrap(item, width, "  · ", "    ");
  return out;
}

std::vector<std::string> needed_sentences(const CheckDocument& document) {
  std::vector<std::string> out;
  for (const TeacherForecast& teacher : document.teachers) {
    const std::string sentence = needed_sentence(document, teacher);
    if (!sentence.empty()) out.push_back(sentence);
  }
  return out;
}

std::vector<std::string> tests_of(const CheckDocument& document) {
  std::vector<std::string> failed;
  const auto& tests = document.consistency;
  std::size_t passed = 0;
  for (const documents::ConsistencyOutcome& test : tests) {
    if (test.passed) {
      ++passed;
      continue;
    }
    failed.push_back(fmt::format("! {} of {}: {}. {}", test.name, name_in_sentence(test.subject),
                                 consistency_words(test), test.words));
  }
  if (!tests.empty()) {
    failed.insert(failed.begin(), fmt::format("{} of {} self-consistency tests passed.{}", passed,
                                              tests.size(), tried_words(document)));
  }
  return failed;
}

std::vector<std::string> leaks_of(const CheckDocument& document) {
  std::vector<std::string> out;
  if (!document.leaks) return out;
  for (const documents::LeakOutcome& check : document.leaks->checks) {
    out.push_back(fmt::format("{} {}: {}", check.alarm ? "! LEAK," : "clean,", leak_subject(check),
                              check.words));
  }
  return out;
}

}  // namespace

std::string render_check_table(const CheckDocument& document, const TerminalStyle& style) {
  const std::size_t width = style.columns();
  std::string out = wrap(check_sentence(document), width) + wrap(check_lead(document), width) +
                    margins_table(document, width);
  if (style.quiet) return out;
  out += lines("Why", document.reasons, width);
  out += lines("Plan", plan_sentences(document), width);
  out += lines("Rows needed", needed_sentences(document), width);
  out += lines("Rows and ceilings", size_sentences(document), width);
  out += sizes_table(document, width);
  out += lines("Self-consistency", tests_of(document), width);
  out += lines("Leaks", leaks_of(document), width);
  out += lines("Cost on this machine", cost_sentences(document), width);
  return out + lines("Warnings", messages_of(document.warnings).warnings, width);
}

}  // namespace cch::report
