#include "tools/cch/rank_document.hpp"

#include <algorithm>

#include "tools/cch/document_parts.hpp"

namespace cch {
namespace {

using nlohmann::json;

json with_interval(double value, const std::optional<double>& standard_error,
                   const std::optional<Interval>& interval, const char* key) {
  return {{key, value},
          {"standard_error", optional_json(standard_error)},
          {"interval95", interval_json(interval)}};
}

json prediction_outcome_json(const PredictionLevel& level) {
  json out = with_interval(level.margin.nats, level.margin.standard_error, level.margin.interval95,
                           "margin");
  out["outcome"] = to_string(level.outcome);
  out["p_above"] = optional_json(level.margin.p_above);
  out["p_below"] = optional_json(level.margin.p_below);
  out["capped"] = level.capped;
  out["opposed"] = level.opposed;
  return out;
}

json sides_json(const std::optional<double>& teacher_student,
                const std::optional<double>& student_labels) {
  if (!teacher_student || !student_labels) return nullptr;
  return {{"i_teacher_student", *teacher_student}, {"i_student_labels", *student_labels}};
}

json prediction_json(const PredictionLevel& level) {
  auto beta = [](const JackknifeValue& b) {
    return with_interval(b.value, b.standard_error, b.interval95, "value");
  };
  return {
      {"i_teacher_student", level.i_teacher_student},
      {"i_student_labels", level.i_student_labels},
      {"r_teacher_student", level.r_teacher_student},
      {"r_student_labels", level.r_student_labels},
      {"beta_s", beta(level.beta_s)},
      {"beta_e", beta(level.beta_e)},
      {"beta_difference", level.beta_s.value - level.beta_e.value},
      {"predicted_gain", optional_json(level.predicted_gain)},
      {"lambda", level.lambda},
      {"gaussian", sides_json(level.gaussian_teacher_student, level.gaussian_student_labels)},
      {"mixed_ksg", sides_json(level.mixed_ksg_teacher_student, level.mixed_ksg_student_labels)}};
}

json pilot_json(const PilotTeacher& pilot, const std::optional<PilotGain>& over_self) {
  auto gain = [](const PilotGain& g, const char* key) {
    return with_interval(g.value, g.standard_error, g.interval95, key);
  };
  return {{"gain_cross_entropy", gain(pilot.gain, "nats")},
          {"gain_over_uninformed", over_self ? gain(*over_self, "nats") : json()},
          {"gain_accuracy", pilot.gain_accuracy ? gain(*pilot.gain_accuracy, "value") : json()},
          {"outcome", to_string(pilot.outcome)},
          {"equivalent", pilot.equivalent},
          {"weight", pilot.weight},
          {"temperature", pilot.temperature},
          {"weights", pilot.weights},
          {"temperatures", pilot.temperatures},
          {"teacher_score", pilot.teacher_score}};
}

json bias_json(const PlantedBias& bias) {
  return {{"bias", bias.bias},
          {"standard_error", bias.standard_error},
          {"truth", bias.truth},
          {"resolved", bias.resolved}};
}

json planted_json(const PlantedMargin& planted) {
  json curve = json::array();
  for (const BiasPoint& point : planted.curve.points) {
    curve.push_back({{"truth", point.truth},
                     {"mean", point.mean},
                     {"standard_error", point.standard_error},
                     {"sd", point.sd}});
  }
  return {{"teacher_student", bias_json(planted.teacher_student)},
          {"student_labels", bias_json(planted.student_labels)},
          {"margin_bias", planted.margin_bias},
          {"interval95", interval_json(planted.interval95)},
          {"could_flip", planted.could_flip},
          {"curve", std::move(curve)},
          {"repeats", planted.curve.repeats},
          {"diagnostics", diagnostics_json(planted.curve.diagnostics)}};
}

json histogram_json(const PermutationNull& null) {
  constexpr std::size_t kBins = 24;
  const auto [least, most] = std::minmax_element(null.null_values.begin(), null.null_values.end());
  const double width = (*most - *least) / static_cast<double>(kBins);
  json edges = json::array();
  std::vector<std::size_t> counts(kBins, 0);
  for (std::size_t i = 0; i <= kBins; ++i) edges.push_back(*least + width * static_cast<double>(i));
  for (const double value : null.null_values) {
    const double at = width > 0.0 ? (value - *least) / width : 0.0;
    ++counts[std::min(kBins - 1, static_cast<std::size_t>(at))];
  }
  return {{"edges", std::move(edges)}, {"counts", counts}};
}

json null_json(const PermutationNull& null) {
  return {{"p_value", null.p_value},
          {"resolution", null.resolution},
          {"permutations", null.null_values.size()},
          {"observed", null.observed},
          {"statistic", null.statistic},
          {"scheme", null.scheme},
          {"rows_left_out", null.rows_left_out},
          {"histogram", histogram_json(null)}};
}

json place_json(const PlaceStability& place) {
  return {{"top1", place.top1},
          {"best", place.best},
          {"worst", place.worst},
          {"mean_rank", place.mean_rank}};
}

json conditional_json(const ConditionalInformation& information) {
  json out =
      with_interval(information.nats, information.standard_error, information.interval95, "nats");
  out["estimator"] = information.estimator;
  return out;
}

json all_rows_json(const Estimate& estimate) {
  json out = value_json(estimate);
  out["rows"] = estimate.n;
  return out;
}

template <class Part, class Writer>
json part_json(const std::optional<Part>& part, Writer&& write) {
  return part ? write(*part) : json();
}

json teacher_json(const TeacherResult& teacher, const Estimate& i_student_labels) {
  json margin = with_interval(teacher.margin.nats, teacher.margin.standard_error,
                              teacher.margin.interval95, "nats");
  margin["p_above"] = optional_json(teacher.margin.p_above);
  margin["p_below"] = optional_json(teacher.margin.p_below);
  const json representation = {{"outcome", to_string(teacher.cch.outcome)},
                               {"margin", teacher.margin.nats},
                               {"trivially_satisfied", teacher.cch.trivially_satisfied},
                               {"mixed_families", teacher.mixed_families},
                               {"i_student_labels_upper", teacher.i_student_labels_upper},
                               {"bias_could_flip", nullptr},
                               {"verdict", to_string(teacher.cch.verdict)},
                               {"reasons", teacher.cch.reasons}};
  json diagnostics = diagnostics_json(teacher.i_teacher_student.diagnostics);
  diagnostics["estimator"] = teacher.i_teacher_student.method;
  diagnostics["label_estimator"] = teacher.i_teacher_labels.method;
  return {{"name", teacher.name},
          {"dim", teacher.dim},
          {"rank", teacher.rank},
          {"i_teacher_student", value_json(teacher.i_teacher_student)},
          {"i_student_labels", value_json(i_student_labels)},
          {"i_teacher_labels", value_json(teacher.i_teacher_labels)},
          {"margin", std::move(margin)},
          {"cch", {{"representation", representation}}},
          {"diagnostics", std::move(diagnostics)}};
}

json judged_json(const TeacherResult& teacher, const TeacherEvidence& evidence,
                 const Estimate& i_student_labels) {
  json out = teacher_json(teacher, i_student_labels);
  out["i_teacher_labels_given_student"] =
      part_json(evidence.i_teacher_labels_given_student, conditional_json);
  out["i_teacher_student_all_rows"] = part_json(evidence.i_teacher_student_all_rows, all_rows_json);
  if (evidence.planted) {
    out["cch"]["representation"]["bias_could_flip"] = evidence.planted->could_flip;
  }
  out["cch"]["prediction"] = part_json(evidence.prediction, prediction_outcome_json);
  out["prediction_level"] = part_json(evidence.prediction, prediction_json);
  out["pilot"] = part_json(evidence.pilot, [&](const PilotTeacher& pilot) {
    return pilot_json(pilot, evidence.gain_over_uninformed);
  });
  out["planted_bias"] = part_json(evidence.planted, planted_json);
  out["null"] = part_json(evidence.null, null_json);
  out["stability"] = part_json(evidence.place, place_json);
  out["verdict"] = to_string(evidence.decision.verdict);
  out["reasons"] = evidence.decision.reasons;
  return out;
}

json representation_json(const EstimatorRanking& ranking) {
  json teachers = json::array();
  for (const TeacherResult& teacher : ranking.teachers) {
    teachers.push_back(teacher_json(teacher, ranking.i_student_labels));
  }
  return teachers;
}

json teachers_json(const RankResult& result) {
  const EstimatorRanking& first = result.estimators.front();
  json teachers = json::array();
  for (std::size_t i = 0; i < first.teachers.size(); ++i) {
    teachers.push_back(judged_json(first.teachers[i], result.evidence[i], first.i_student_labels));
  }
  return teachers;
}

json controls_json(const RankResult& result) {
  if (result.controls.empty()) return nullptr;
  json controls = json::array();
  for (const ControlResult& control : result.controls) {
    controls.push_back(
        judged_json(control.teacher, control.evidence, result.estimators.front().i_student_labels));
  }
  return controls;
}

json per_class_json(const std::vector<ClassRanking>& per_class) {
  if (per_class.empty()) return nullptr;
  json out = json::array();
  for (const ClassRanking& entry : per_class) {
    const bool refused = !entry.refused.empty();
    out.push_back({{"class", entry.name},
                   {"rows", entry.rows},
                   {"teachers", refused ? json::array() : teachers_json(entry.result)},
                   {"refused", refused ? json(entry.refused) : json()}});
  }
  return out;
}

json differences_json(const RankResult& result) {
  json differences = json::array();
  for (const TeacherDifference& d : result.differences) {
    json one = with_interval(d.nats, d.standard_error, d.interval95, "nats");
    one["first"] = d.first;
    one["second"] = d.second;
    differences.push_back(std::move(one));
  }
  return differences;
}

json top1_json(const RankResult& result) {
  json shares = json::object();
  const auto& teachers = result.estimators.front().teachers;
  for (std::size_t i = 0; i < teachers.size(); ++i) {
    if (!result.evidence[i].place) return nullptr;
    shares[teachers[i].name] = result.evidence[i].place->top1;
  }
  return shares;
}

json points_json(const std::vector<CurvePoint>& points, const char* key) {
  json out = json::array();
  for (const CurvePoint& point : points) out.push_back({{key, point.at}, {"nats", point.nats}});
  return out;
}

json curves_json(const RankResult& result) {
  if (result.curves.empty()) return nullptr;
  json curves = json::array();
  for (std::size_t i = 0; i < result.curves.size(); ++i) {
    curves.push_back({{"name", result.estimators.front().teachers[i].name},
                      {"by_rows", points_json(result.curves[i].by_rows, "rows")},
                      {"by_neighbours", points_json(result.curves[i].by_neighbours, "k")}});
  }
  return curves;
}

json sensitivity_json(const RankResult& result) {
  if (result.sensitivity.empty()) return nullptr;
  json rows = json::array();
  for (const SensitivityRow& row : result.sensitivity) {
    json teachers = json::array();
    for (std::size_t i = 0; i < row.i_teacher_student.size(); ++i) {
      teachers.push_back({{"name", result.estimators.front().teachers[i].name},
                          {"i_teacher_student", row.i_teacher_student[i]},
                          {"margin", row.i_teacher_student[i] - row.i_student_labels}});
    }
    rows.push_back({{"estimator", row.estimator},
                    {"preprocessing", row.preprocessing},
                    {"k", optional_json(row.k)},
                    {"rows", row.rows},
                    {"i_student_labels", row.i_student_labels},
                    {"teachers", std::move(teachers)}});
  }
  return rows;
}

json pilot_alone_json(const RankResult& result) {
  if (!result.pilot) return nullptr;
  return {{"score_alone", result.pilot->score},
          {"accuracy_alone", optional_json(result.pilot->accuracy)},
          {"rows", result.pilot->rows},
          {"extra_rows", result.pilot->extra_rows},
          {"unit", result.entropy_labels ? "nats" : "mse"}};
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
         {"rank_correlation", optional_json(ranking.rank_correlation)},
         {"teachers", representation_json(ranking)}});
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
  json out{{"student", s.student},
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
           {"pixels", s.pixels},
           {"channels", s.channels},
           {"per-class", s.per_class},
           {"scenario", s.scenario},
           {"decide-by", s.decide_by},
           {"lambda", s.lambda == "auto" ? json(s.lambda) : json(std::stod(s.lambda))},
           {"unlabelled", s.unlabelled},
           {"labelled", optional_json(s.labelled)},
           {"extra-teacher", s.extra_teachers},
           {"extra-labels", s.extra_labels},
           {"permutations", s.permutations},
           {"controls", s.controls},
           {"planted-bias", s.planted_bias},
           {"sensitivity", s.sensitivity},
           {"seed", s.common.seed},
           {"device", s.common.device}};
  if (s.pool != "none") out["pool"] = s.pool;
  if (!s.lengths.empty()) out["lengths"] = s.lengths;
  if (!s.split.empty()) out["split"] = s.split;
  if (!s.split_train.empty()) out["split-train"] = s.split_train;
  return out;
}

void add_warnings(const std::string& of, const std::vector<Warning>& from,
                  std::vector<Warning>& to) {
  for (const Warning& warning : from) to.push_back({warning.code, of + ": " + warning.message});
}

// Parts that nobody asked for are null; the reason is that.
void add_not_asked_for(const RankSettings& settings, const RankInputs& inputs,
                       std::vector<Warning>& warnings) {
  std::string fields;
  auto add = [&](bool asked, const char* field, const char* option) {
    if (asked) return;
    fields += (fields.empty() ? "" : ", ") + std::string(field) + " (" + option + ")";
  };
  add(settings.controls, "controls", "--controls");
  add(settings.per_class, "per_class", "--per-class");
  add(settings.permutations > 0, "null", "--permutations N");
  add(settings.planted_bias, "planted_bias", "without --no-planted-bias");
  add(settings.sensitivity, "curves and sensitivity", "without --no-sensitivity");
  add(inputs.input.extra.student.has_value(), "i_teacher_student_all_rows", "rows without a label");
  if (fields.empty()) return;
  warnings.push_back({"not-asked-for", "null, because not asked for: " + fields});
}

std::vector<Warning> all_warnings(const RankSettings& settings, const RankInputs& inputs,
                                  const RankResult& result) {
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
  add_not_asked_for(settings, inputs, warnings);
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
                   const Execution& exec, const std::vector<ClassRanking>& per_class,
                   const std::string& command_line, double seconds) {
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
          {"scenario", to_string(result.scenario)},
          {"scale", settings.scale},
          {"decided_by", to_string(result.decided_by)},
          {"teachers", teachers_json(result)},
          {"differences", differences_json(result)},
          {"pilot", pilot_alone_json(result)},
          {"top1_stability", top1_json(result)},
          {"stability_method", result.stability_method},
          {"curves", curves_json(result)},
          {"sensitivity", sensitivity_json(result)},
          {"controls", controls_json(result)},
          {"per_class", per_class_json(per_class)},
          {"estimators", estimators_json(result)},
          {"warnings", warnings_json(all_warnings(settings, inputs, result))}};
}

}  // namespace cch
