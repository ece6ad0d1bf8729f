#include <fmt/format.h>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/rank/evidence.hpp"
#include "tools/report/rank/sections.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kDigestShown = 12;

std::string labels_html(const RankDocument& document) {
  const documents::LabelFacts& labels = document.labels;
  std::string html = or_missing(labels.kind);
  if (labels.classes) {
    html += fmt::format(", {} classes, H(Y) = {} nats", count(*labels.classes),
                        fixed(labels.entropy_nats, 3));
  }
  return escape_html(labels.reason.empty() ? html : html + " (" + labels.reason + ")");
}

std::string groups_html(const RankDocument& document) {
  if (!document.groups) return "none: rows were taken as independent";
  return fmt::format("{} groups of {} to {} rows", count(document.groups->count),
                     count(document.groups->smallest), count(document.groups->largest));
}

std::string alignment_html(const RankDocument& document) {
  const documents::Alignment& alignment = document.alignment;
  std::string words = fmt::format("by {}", or_missing(alignment.by));
  words += alignment.verified ? ", verified" : ", not verified";
  for (const auto& [name, rows] : alignment.lost) {
    if (rows == 0) continue;
    words += fmt::format("; {} rows of {} had no partner", count(rows), name_in_sentence(name));
  }
  return escape_html(words);
}

std::string scenario_html(const RankDocument& document) {
  const std::string name = scenario_name(document);
  if (name.empty()) return "not stated";
  const std::string_view meaning = scenario_meaning(document);
  return escape_html(fit(name, 60) + (meaning.empty() ? "" : ". ") + std::string(meaning));
}

/// Teachers that were trained before, one after the other; empty without any.
std::string trained_before_html(const RankDocument& document) {
  std::string html;
  for (const JudgedTeacher& teacher : document.teachers) {
    if (!teacher.stored) continue;
    html += fmt::format(
        "{}{}: {}, {}", html.empty() ? "" : "; ", name_html(fit(or_missing(teacher.name), 200)),
        escape_html(or_missing(teacher.stored->kind)),
        teacher.stored->saw_rows ? "saw the labels of these rows" : "had not seen these rows");
  }
  return html;
}

std::string shape_of(const documents::InputRecord& input) {
  std::string words;
  for (const std::size_t length : input.shape) {
    if (!words.empty()) words += " × ";
    words += count(length);
  }
  return words.empty() ? kMissing : words;
}

std::string files_table(const RankDocument& document) {
  std::vector<std::vector<std::string>> rows;
  for (const documents::InputRecord& input : document.inputs) {
    const std::string digest = printable(or_missing(input.sha256));
    rows.push_back({escape_html(or_missing(input.role)),
                    name_html(fit(or_missing(input.name), 200)),
                    element("code", escape_html(fit(or_missing(input.source), 300))),
                    shape_of(input), escape_html(or_missing(input.dtype)),
                    element("code", escape_html(digest.substr(0, kDigestShown)),
                            fmt::format("title=\"{}\"", escape_html(digest))) +
                        (input.sha256_of ? " of " + escape_html(fit(*input.sha256_of, 100)) : "")});
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

std::string data_section(const RankDocument& document) {
  const documents::StudentFacts& student = document.student;
  std::vector<Fact> facts = {{"Rows", count(document.rows)},
                             {"Student", name_html(fit(or_missing(student.name), 200)) +
                                             fmt::format(", {} dimensions", count(student.dim))},
                             {"Labels", labels_html(document)},
                             {"Groups", groups_html(document)},
                             {"Rows paired", alignment_html(document)},
                             {"Scale", escape_html(or_missing(document.scale))},
                             {"Scenario", scenario_html(document)}};
  const std::string trained = trained_before_html(document);
  if (!trained.empty()) facts.push_back({"Teachers trained before", trained});
  return section("data", "Data", facts_list(facts) + files_table(document));
}

}  // namespace cch::report
