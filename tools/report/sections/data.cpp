#include <fmt/format.h>

#include "tools/report/escape.hpp"
#include "tools/report/evidence.hpp"
#include "tools/report/html_parts.hpp"
#include "tools/report/number.hpp"
#include "tools/report/sections/sections.hpp"
#include "tools/report/utf8.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kDigestShown = 12;

std::string labels_html(const json& document) {
  const json& labels = field(document, "labels");
  if (labels.is_null()) return kMissing;
  std::string html = text(field(labels, "kind"), kMissing);
  if (const auto classes = whole_number(field(labels, "classes"))) {
    html += fmt::format(", {} classes, H(Y) = {} nats", count(classes),
                        fixed(label_entropy(document), 3));
  }
  const std::string reason = text(field(labels, "reason"));
  return escape_html(reason.empty() ? html : html + " (" + reason + ")");
}

std::string groups_html(const json& document) {
  const json& groups = field(document, "groups");
  if (groups.is_null()) return "none: rows were taken as independent";
  return fmt::format("{} groups of {} to {} rows", count(whole_number(field(groups, "count"))),
                     count(whole_number(field(groups, "smallest"))),
                     count(whole_number(field(groups, "largest"))));
}

std::string alignment_html(const json& document) {
  const json& alignment = field(document, "alignment");
  if (alignment.is_null()) return kMissing;
  std::string words = fmt::format("by {}", text(field(alignment, "by"), kMissing));
  if (const auto verified = boolean(field(alignment, "verified"))) {
    words += *verified ? ", verified" : ", not verified";
  }
  for (const json& lost : elements(field(alignment, "lost"))) {
    const auto rows = whole_number(field(lost, "rows"));
    if (!rows || *rows == 0) continue;
    words += fmt::format("; {} rows of {} had no partner", count(rows),
                         name_in_sentence(text(field(lost, "name"))));
  }
  return escape_html(words);
}

std::string scenario_html(const json& document) {
  const std::string name = scenario_name(document);
  if (name.empty()) return "not stated";
  const std::string_view meaning = scenario_meaning(document);
  return escape_html(fit(name, 60) + (meaning.empty() ? "" : ". ") + std::string(meaning));
}

std::string shape_of(const json& input) {
  std::string words;
  for (const json& length : elements(field(input, "shape"))) {
    if (!words.empty()) words += " × ";
    words += count(whole_number(length));
  }
  return words.empty() ? kMissing : words;
}

std::string files_table(const json& document) {
  std::vector<std::vector<std::string>> rows;
  for (const json& input : elements(field(document, "inputs"))) {
    const std::string digest = printable(text(field(input, "sha256"), kMissing));
    const std::string part = text(field(input, "sha256_of"));
    rows.push_back({escape_html(text(field(input, "role"), kMissing)),
                    name_html(fit(text(field(input, "name"), kMissing), 200)),
                    element("code", escape_html(fit(text(field(input, "source"), kMissing), 300))),
                    shape_of(input), escape_html(text(field(input, "dtype"), kMissing)),
                    element("code", escape_html(digest.substr(0, kDigestShown)),
                            fmt::format("title=\"{}\"", escape_html(digest))) +
                        (part.empty() ? "" : " of " + escape_html(fit(part, 100)))});
  }
  if (rows.empty()) return "";
  return html_table("Files, with the start of their SHA-256",
                    {{"Role", false},
                     {"Name", false},
                     {"Source", false},
                     {"Shape", true},
                     {"Type", false},
                     {"SHA-256", false}},
                    rows, "cards quiet");
}

}  // namespace

std::string data_section(const json& document) {
  const json& student = field(document, "student");
  const std::vector<Fact> facts = {
      {"Rows", count(whole_number(field(document, "rows")))},
      {"Student", name_html(fit(text(field(student, "name"), kMissing), 200)) +
                      fmt::format(", {} dimensions", count(whole_number(field(student, "dim"))))},
      {"Labels", labels_html(document)},
      {"Groups", groups_html(document)},
      {"Rows paired", alignment_html(document)},
      {"Scale", escape_html(text(field(document, "scale"), kMissing))},
      {"Scenario", scenario_html(document)}};
  return section("data", "Data", facts_list(facts) + files_table(document));
}

}  // namespace cch::report
