#include "tools/cch/compare/pairable.hpp"

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

}  // namespace

std::string unit_text(const documents::RecordedUnit& unit) {
  return json{to_json(static_cast<const documents::ComparedUnit&>(unit)), unit.seed}.dump();
}

PairableRun pairable(const RecordedRun& run) {
  PairableRun out;
  out.key = run.key;
  out.study = run.study;
  out.study_key = run.study_key;
  out.unit = unit_text(run.unit);
  const json teacher = teacher_json(run.teacher);
  out.cell = json{to_json(static_cast<const documents::ComparedUnit&>(run.unit)),
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
  out.study = document.study;
  out.study_key = document.study_key;
  out.unit = unit_text(document.unit);
  out.teacher = to_json(document.teacher).dump();
  out.teacher_view = teacher_json(view_of(document.teacher)).dump();
  out.scores = finite(document.scores);
  for (const auto& [name, word] : document.decisions) {
    if (word) out.decisions[name] = decision_value(*word);
  }
  return out;
}

}  // namespace cch
