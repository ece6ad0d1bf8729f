#include <fmt/format.h>

#include "tools/report/check.hpp"
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

std::string margins_table(const json& document, std::size_t width) {
  const bool wanted = !field(document, "wanted", "margin_nats").is_null();
  std::vector<TextColumn> columns = {{"teacher", false, false, false, 16},
                                     {"smallest margin", true},
                                     {"if curved", true},
                                     {"against", true, true},
                                     {"± margin", true, true},
                                     {"estimator", false, true},
                                     {"recommended", false, true}};
  if (wanted) columns.push_back({"needs", false, true, false, 12});
  for (const json& teacher : elements(field(document, "teachers"))) {
    const json& estimator = deciding(teacher);
    const json& gaussian = family_of(estimator, "gaussian");
    std::vector<std::string> cells = {
        fit_middle(text(field(teacher, "name")), 30),
        margin_words(field(gaussian, "smallest_margin")),
        margin_words(field(family_of(estimator, "curved"), "smallest_margin")),
        margin_words(field(gaussian, "smallest_margin_against")),
        fixed(forecast_error(teacher), 3),
        text(field(estimator, "name"), kMissing),
        text(field(teacher, "recommended"), kMissing)};
    if (wanted) cells.push_back(needed_words(document, teacher));
    add_row(columns, cells);
  }
  std::vector<std::string> left_out;
  std::string out = '\n' + text_table(std::move(columns), width, left_out);
  const auto power = number(field(document, "wanted", "power"));
  out += '\n' + wrap(fmt::format("Nats. Smallest margin I(T;S) − I(S;Y) for which a ranking says "
                                 "distil in {} of cases or more; against: do not distil; ± margin: "
                                 "the standard error that a ranking will report there.",
                                 fixed(power, 2)),
                     width);
  if (!left_out.empty()) {
    out += wrap("Left out at this width: " + list_in_words(left_out, left_out.size()) + '.', width);
  }
  return out;
}

std::string sizes_table(const json& document, std::size_t width) {
  std::vector<TextColumn> columns = {{"rows", true}};
  const auto& teachers = elements(field(document, "teachers"));
  if (teachers.empty() || elements(field(teachers.front(), "sizes")).size() < 2) return "";
  for (const json& teacher : teachers) {
    columns.push_back({fit_middle(text(field(teacher, "name")), 16), true, true});
  }
  const auto& sizes = elements(field(teachers.front(), "sizes"));
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const bool extrapolated = boolean(field(sizes[i], "extrapolated")) == true;
    std::vector<std::string> cells = {count(whole_number(field(sizes[i], "rows"))) +
                                      (extrapolated ? " *" : "")};
    for (const json& teacher : teachers) {
      const auto& own = elements(field(teacher, "sizes"));
      cells.push_back(i < own.size() ? size_margin_words(own[i]) : kMissing);
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

std::vector<std::string> reasons_of(const json& document) {
  std::vector<std::string> out;
  for (const json& reason : elements(field(document, "reasons"))) out.push_back(text(reason));
  return out;
}

std::vector<std::string> needed_sentences(const json& document) {
  std::vector<std::string> out;
  for (const json& teacher : elements(field(document, "teachers"))) {
    const std::string sentence = needed_sentence(document, teacher);
    if (!sentence.empty()) out.push_back(sentence);
  }
  return out;
}

std::vector<std::string> tests_of(const json& document) {
  std::vector<std::string> failed;
  const auto& tests = elements(field(document, "consistency"));
  std::size_t passed = 0;
  for (const json& test : tests) {
    if (boolean(field(test, "passed")) == true) {
      ++passed;
      continue;
    }
    failed.push_back(fmt::format("! {} of {}: {}. {}", text(field(test, "name")),
                                 name_in_sentence(text(field(test, "subject"))),
                                 consistency_words(test), text(field(test, "words"))));
  }
  if (!tests.empty()) {
    failed.insert(failed.begin(),
                  fmt::format("{} of {} self-consistency tests passed.", passed, tests.size()));
  }
  return failed;
}

std::vector<std::string> leaks_of(const json& document) {
  std::vector<std::string> out;
  for (const json& check : elements(field(document, "leaks", "checks"))) {
    const bool alarm = boolean(field(check, "alarm")) == true;
    const std::string subject = text(field(check, "subject"));
    out.push_back(fmt::format(
        "{} {}{}: {}", alarm ? "! LEAK," : "clean,", text(field(check, "code")),
        subject.empty() ? "" : " of " + name_in_sentence(subject), text(field(check, "words"))));
  }
  return out;
}

}  // namespace

std::string render_check_table(const json& document, const TerminalStyle& style) {
  require_schema(document, "cch.check/1");
  const std::size_t width = style.columns();
  std::string out = wrap(check_sentence(document), width) + wrap(check_lead(document), width) +
                    margins_table(document, width);
  if (style.quiet) return out;
  out += lines("Why", reasons_of(document), width);
  out += lines("Plan", plan_sentences(document), width);
  out += lines("Rows needed", needed_sentences(document), width);
  out += lines("Rows and ceilings", size_sentences(document), width);
  out += sizes_table(document, width);
  out += lines("Self-consistency", tests_of(document), width);
  out += lines("Leaks", leaks_of(document), width);
  out += lines("Cost on this machine", cost_sentences(document), width);
  std::vector<std::string> warnings;
  for (const std::string& message : messages_of(warnings_of(document)).warnings)
    warnings.push_back(message);
  return out + lines("Warnings", warnings, width);
}

}  // namespace cch::report
