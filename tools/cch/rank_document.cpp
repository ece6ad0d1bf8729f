#include "tools/cch/rank_document.hpp"

#include <algorithm>

namespace cch {
namespace {

using nlohmann::json;

json teacher_json(const TeacherResult& teacher, const Estimate& i_student_labels) {
  json margin = {{"nats", teacher.margin.nats},
                 {"standard_error", optional_json(teacher.margin.standard_error)},
                 {"interval95", interval_json(teacher.margin.interval95)},
                 {"p_above", optional_json(teacher.margin.p_above)},
                 {"p_below", optional_json(teacher.margin.p_below)}};
  const json representation = {{"outcome", to_string(teacher.cch.outcome)},
                               {"margin", teacher.margin.nats},
                               {"trivially_satisfied", teacher.cch.trivially_satisfied},
                               {"mixed_families", teacher.mixed_families},
                               {"i_student_labels_upper", teacher.i_student_labels_upper}};
  json diagnostics = diagnostics_json(teacher.i_teacher_student.diagnostics);
  diagnostics["estimator"] = teacher.i_teacher_student.method;
  diagnostics["label_estimator"] = teacher.i_teacher_labels.method;
  return {{"name", teacher.name},
          {"dim", teacher.dim},
          {"rank", teacher.rank},
          {"i_teacher_student", value_json(teacher.i_teacher_student)},
          {"i_student_labels", value_json(i_student_labels)},
          {"i_teacher_labels", value_json(teacher.i_teacher_labels)},
          {"i_teacher_labels_given_student", nullptr},
          {"margin", std::move(margin)},
          {"cch", {{"representation", representation}, {"prediction", nullptr}}},
          {"prediction_level", nullptr},
          {"pilot", nullptr},
          {"planted_bias", nullptr},
          {"verdict", to_string(teacher.cch.verdict)},
          {"reasons", teacher.cch.reasons},
          {"diagnostics", std::move(diagnostics)}};
}

json teachers_json(const EstimatorRanking& ranking) {
  json teachers = json::array();
  for (const TeacherResult& teacher : ranking.teachers) {
    teachers.push_back(teacher_json(teacher, ranking.i_student_labels));
  }
  return teachers;
}

json differences_json(const EstimatorRanking& ranking) {
  json differences = json::array();
  for (const TeacherDifference& d : ranking.differences) {
    differences.push_back({{"first", d.first},
                           {"second", d.second},
                           {"nats", d.nats},
                           {"standard_error", optional_json(d.standard_error)},
                           {"interval95", interval_json(d.interval95)}});
  }
  return differences;
}

json estimators_json(const RankResult& result) {
  json estimators = json::array();
  for (const EstimatorRanking& ranking : result.estimators) {
    estimators.push_back(
        {{"teacher_student", ranking.teacher_student},
         {"student_labels", ranking.student_labels},
         {"why", ranking.why},
         {"i_student_labels", value_json(ranking.i_student_labels)},
         {"student_labels_diagnostics", diagnostics_json(ranking.i_student_labels.diagnostics)},
         {"teachers", teachers_json(ranking)}});
  }
  return estimators;
}

json labels_json(const RankInputs& inputs, const RankResult& result) {
  json labels = {{"kind", "continuous"},
                 {"classes", nullptr},
                 {"class_names", nullptr},
                 {"class_rows", nullptr},
                 {"entropy_nats", optional_json(result.entropy_labels)},
                 {"reason", inputs.labels_reason}};
  if (const auto* classes = std::get_if<ClassLabels>(&inputs.input.labels)) {
    const auto counts = classes->counts();
    labels["kind"] = "discrete";
    labels["classes"] = std::count_if(counts.begin(), counts.end(), [](auto c) { return c > 0; });
    labels["class_names"] = classes->names();
    labels["class_rows"] = counts;
  }
  return labels;
}

json groups_json(const Groups& groups) {
  if (!groups.grouped()) return nullptr;
  std::size_t smallest = groups.rows();
  std::size_t largest = 0;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    smallest = std::min(smallest, groups.members(g).size());
    largest = std::max(largest, groups.members(g).size());
  }
  return {{"count", groups.count()}, {"smallest", smallest}, {"largest", largest}};
}

json config_json(const RankSettings& s) {
  return {{"student", s.student},
          {"teacher", s.teachers},
          {"labels", s.labels},
          {"groups", s.groups},
          {"ids", s.ids},
          {"estimator", s.estimators},
          {"scale", s.scale},
          {"y-kind", s.y_kind},
          {"k", optional_json(s.k)},
          {"exact", s.exact},
          {"first-rows", s.first_rows},
          {"seed", s.common.seed},
          {"device", s.common.device}};
}

void add_warnings(const std::string& of, const std::vector<Warning>& from,
                  std::vector<Warning>& to) {
  for (const Warning& warning : from) to.push_back({warning.code, of + ": " + warning.message});
}

std::vector<Warning> all_warnings(const RankInputs& inputs, const RankResult& result) {
  std::vector<Warning> warnings = inputs.warnings;
  warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
  for (const EstimatorRanking& ranking : result.estimators) {
    warnings.insert(warnings.end(), ranking.warnings.begin(), ranking.warnings.end());
    add_warnings("I(student; labels) by " + ranking.i_student_labels.method,
                 ranking.i_student_labels.warnings, warnings);
    for (const TeacherResult& teacher : ranking.teachers) {
      add_warnings("I(" + teacher.name + "; student) by " + teacher.i_teacher_student.method,
                   teacher.i_teacher_student.warnings, warnings);
      add_warnings("I(" + teacher.name + "; labels) by " + teacher.i_teacher_labels.method,
                   teacher.i_teacher_labels.warnings, warnings);
    }
  }
  warnings.push_back({"not-computed",
                      "this version does not compute these fields, which are null: "
                      "i_teacher_labels_given_student, "
                      "cch.prediction, prediction_level, pilot, planted_bias, scenario, "
                      "top1_stability, controls"});
  if (!result.entropy_labels) {
    warnings.push_back({"continuous-labels",
                        "labels are real-valued, so labels.classes, class_names, class_rows and "
                        "entropy_nats are null"});
  }
  if (!inputs.input.groups.grouped()) {
    warnings.push_back({"no-groups",
                        "no rows were said to belong together, so groups is null and every row "
                        "counts as independent; give --groups for pixels of one image or samples "
                        "of one person"});
  }
  return warnings;
}

}  // namespace

json rank_document(const RankSettings& settings, const RankInputs& inputs, const RankResult& result,
                   const Execution& exec, const std::string& command_line, double seconds) {
  const RankInput& input = inputs.input;
  return {{"schema", "cch.rank/1"},
          {"version", version()},
          {"command", command_line},
          {"config", config_json(settings)},
          {"seed", settings.common.seed},
          {"machine", machine_json(exec)},
          {"seconds", seconds},
          {"inputs", inputs.record},
          {"alignment", inputs.alignment},
          {"student", {{"name", input.student.name}, {"dim", input.student.features.dim()}}},
          {"rows", input.student.features.size()},
          {"labels", labels_json(inputs, result)},
          {"groups", groups_json(input.groups)},
          {"scenario", nullptr},
          {"scale", settings.scale},
          {"decided_by", "cch"},
          {"teachers", teachers_json(result.estimators.front())},
          {"differences", differences_json(result.estimators.front())},
          {"top1_stability", nullptr},
          {"controls", nullptr},
          {"estimators", estimators_json(result)},
          {"warnings", warnings_json(all_warnings(inputs, result))}};
}

}  // namespace cch
