#include "tools/cch/compare/pairable.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "tools/documents/json.hpp"

namespace cch {
namespace {

using documents::CriteriaDocument;
using documents::RecordedRun;
using nlohmann::json;

/// Those that are finite.
std::map<std::string, double> finite(const documents::Numbers& numbers) {
  std::map<std::string, double> out;
  for (const auto& [name, value] : numbers) {
    if (value && std::isfinite(*value)) out[name] = *value;
  }
  return out;
}

double decision_value(const std::string& word) {
  if (word == "holds" || word == "distil") return 1.0;
  if (word == "fails" || word == "do_not_distil") return -1.0;
  return 0.0;
}

json teacher_json(const std::optional<documents::ComparedTeacher>& teacher) {
  return teacher ? to_json(*teacher) : json();
}

/// Whoever's labels it gives.
std::optional<documents::ComparedTeacher> view_of(
    std::optional<documents::ComparedTeacher> teacher) {
  if (teacher) teacher->labels_from.reset();
  return teacher;
}

/// The text of a plain value; "" for anything else.
std::string text_of(const std::optional<documents::Fact>& fact) {
  const auto* text = fact ? std::get_if<std::string>(&*fact) : nullptr;
  return text == nullptr ? "" : *text;
}

std::size_t number(std::map<std::string, std::size_t>& numbers, std::string text) {
  return numbers.try_emplace(std::move(text), numbers.size()).first->second;
}

}  // namespace

std::string unit_text(const std::string& study, const documents::RecordedUnit& unit) {
  return json{study, to_json(static_cast<const documents::ComparedUnit&>(unit)), unit.seed}.dump();
}

PairableRun pairable(const RecordedRun& run) {
  PairableRun out;
  out.key = run.key;
  out.study = run.study;
  out.unit = unit_text(run.study, run.unit);
  const json teacher = teacher_json(run.teacher);
  out.cell = json{run.study, to_json(static_cast<const documents::ComparedUnit&>(run.unit)),
                  run.loss ? to_json(*run.loss) : json(), teacher, run.control}
                 .dump();
  out.seed = run.unit.seed;
  out.role = run.role;
  out.control = run.control;
  out.teacher = teacher.dump();
  out.teacher_view = teacher_json(view_of(run.teacher)).dump();
  if (run.teacher) out.teacher_name = run.teacher->name;
  const auto student = run.unit.setting.find("student");
  if (student != run.unit.setting.end()) out.student_name = text_of(student->second);
  out.scenario = text_of(run.unit.scenario);
  out.student = run.student;
  out.teacher_run = run.teacher_run;
  out.metrics = *run.metrics;
  out.predicted = finite(run.predicted);
  return out;
}

TeacherCriteria criteria_of(const CriteriaDocument& document) {
  TeacherCriteria out;
  out.unit = unit_text(document.study, document.unit);
  out.teacher = to_json(document.teacher).dump();
  out.teacher_view = teacher_json(view_of(document.teacher)).dump();
  out.scores = finite(document.scores);
  for (const auto& [name, word] : document.decisions) {
    if (word) out.decisions[name] = decision_value(*word);
  }
  return out;
}

void ShortNames::shorten(PairableRun& run) {
  run.cell = std::to_string(number(cells_, std::move(run.cell)));
  run.unit = other(std::move(run.unit));
  run.teacher = other(std::move(run.teacher));
  run.teacher_view = other(std::move(run.teacher_view));
}

void ShortNames::shorten(TeacherCriteria& criteria) {
  criteria.unit = other(std::move(criteria.unit));
  criteria.teacher = other(std::move(criteria.teacher));
  criteria.teacher_view = other(std::move(criteria.teacher_view));
}

void ShortNames::in_order(std::vector<PairableRun>& runs) const {
  std::vector<std::size_t> places(cells_.size());
  std::size_t next = 0;
  for (const auto& [text, made] : cells_) places[made] = next++;
  for (PairableRun& run : runs) run.cell = fmt::format("{:08}", places[std::stoul(run.cell)]);
}

std::string ShortNames::other(std::string text) {
  return "n" + std::to_string(number(others_, std::move(text))) + ".";
}

}  // namespace cch
