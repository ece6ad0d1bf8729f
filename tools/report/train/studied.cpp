#include <fmt/format.h>

#include <algorithm>

#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/html_parts.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/utf8.hpp"
#include "tools/report/train/sections.hpp"

namespace cch::report {
namespace {

constexpr std::size_t kLongestValue = 300;

/// Keys of the study's file that a line of the list gathers: those of a table, or single ones.
struct StudyLine {
  const char* label;
  const char* table;
};
constexpr StudyLine kLines[] = {{"Task", "task."},
                                {"Student", "student."},
                                {"Teacher", "teacher."},
                                {"Training", "training."},
                                {"Teacher's training", "teacher-training."},
                                {"Distillation", "distil."},
                                {"Criteria", "criteria."}};

std::string value_words(const std::string& key, const std::string& value) {
  // 0 stands for all there are.
  if (key == "labelled" && value == "0") return "all";
  return fit_middle(value, kLongestValue);
}

std::string line_html(const TrainReport& report, const std::string& table) {
  std::string out;
  for (const auto& [name, value] : report.study.settings) {
    if (!name.starts_with(table)) continue;
    const std::string key = name.substr(table.size());
    out += (out.empty() ? "" : " · ") + escape_html(key) + ' ' + name_html(value_words(key, value));
  }
  return out;
}

/// What is there of what was planned.
std::string runs_words(const TrainReport& report) {
  std::string out = fmt::format("{} done", count(report.done));
  if (report.failed > 0) out += fmt::format(", {} failed", count(report.failed));
  if (report.study.planned_runs) {
    out += fmt::format(", {} in the study", count(*report.study.planned_runs));
  }
  return out;
}

}  // namespace

std::string train_studied(const TrainReport& report) {
  std::vector<Fact> facts;
  for (const StudyLine& line : kLines) {
    const std::string html = line_html(report, line.table);
    if (!html.empty()) facts.push_back({line.label, html});
  }
  for (const auto& [name, value] : report.study.settings) {
    if (name == "title" || name.find('.') != std::string::npos) continue;
    facts.push_back({name, name_html(value_words(name, value))});
  }
  if (report.rows) facts.push_back({"Test rows a run", count(*report.rows)});
  facts.push_back({"Runs", escape_html(runs_words(report))});
  return section("studied", "What was trained", facts_list(facts));
}

}  // namespace cch::report
