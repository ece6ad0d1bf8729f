#include "tools/cch/check/document.hpp"

#include <algorithm>
#include <cmath>

#include "tools/cch/document_parts.hpp"

namespace cch {
namespace {

using nlohmann::json;

json or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

json side_json(const SmallestMargin& side) {
  return {{"nats", optional_json(side.nats)}, {"why_not", or_null(side.why_not)}};
}

// Bias of I(teacher; student) at each planted truth.
json bias_json(const FamilyPower& family) {
  json out = json::array();
  for (const MarginPoint& p : family.points) {
    out.push_back({{"truth", p.i_teacher_student},
                   {"mean", p.i_teacher_student_mean},
                   {"standard_error", p.mean_error}});
  }
  return out;
}

json power_json(const FamilyPower& family) {
  json out = json::array();
  for (const MarginPoint& p : family.points) {
    out.push_back({{"margin", p.margin},
                   {"mean", p.mean},
                   {"sd", p.sd},
                   {"standard_error", p.standard_error},
                   {"right", p.right},
                   {"wrong", p.wrong},
                   {"draws", p.draws}});
  }
  return out;
}

json curve_json(const FamilyPower& family) {
  json out = json::array();
  for (const VerdictPoint& p : family.curve) out.push_back({p.margin, p.right, p.wrong});
  return out;
}

json family_json(const FamilyPower& family, const CheckSettings& s, double i_student_labels) {
  return {{"family", to_string(family.family)},
          {"smallest_margin", side_json(family.above)},
          {"smallest_margin_against",
           family.family == PlantedFamily::gaussian ? side_json(family.below) : json()},
          {"power_at_wanted_margin", s.margin ? json(family.right_at_wanted) : json()},
          {"bias", bias_json(family)},
          {"bias_student_labels",
           {{"truth", i_student_labels},
            {"mean", family.i_student_labels_mean},
            {"standard_error", family.i_student_labels_error}}},
          {"student_labels_standard_error", family.student_labels_standard_error},
          {"power", power_json(family)},
          {"verdict_curve", curve_json(family)}};
}

json size_json(const SizePoint& size) {
  return {{"rows", size.rows},
          {"groups", size.groups < size.rows ? json(size.groups) : json()},
          {"smallest_margin", optional_json(size.above.nats)},
          {"why_not", or_null(size.above.why_not)},
          {"interval95", {optional_json(size.low), optional_json(size.high)}},
          {"extrapolated", size.extrapolated}};
}

json needed_json(const TeacherPower& teacher) {
  if (!teacher.needed) return nullptr;
  json out = size_json(*teacher.needed);
  out.erase("interval95");  // the margin is what was asked for
  const auto rows = [](const std::optional<std::size_t>& n) { return n ? json(*n) : json(); };
  out["rows_interval95"] = {rows(teacher.needed_low), rows(teacher.needed_high)};
  return out;
}

json teacher_json(const TeacherPower& teacher, const CheckSettings& s, double i_student_labels) {
  json estimators = json::array();
  for (const EstimatorPower& estimator : teacher.estimators) {
    json families = json::array();
    for (const FamilyPower& family : estimator.families) {
      families.push_back(family_json(family, s, i_student_labels));
    }
    estimators.push_back({{"name", estimator.teacher_student},
                          {"student_labels", estimator.student_labels},
                          {"families", families}});
  }
  json sizes = json::array();
  for (const SizePoint& size : teacher.sizes) sizes.push_back(size_json(size));
  const bool any = !teacher.estimators.empty();
  return {
      {"name", teacher.shape.name},
      {"dim", teacher.shape.dim},
      {"pairs", teacher.shape.pairs},
      {"planted_as", teacher.planted_as},
      {"recommended", any ? json(teacher.estimators[teacher.recommended].teacher_student) : json()},
      {"why", or_null(teacher.why)},
      {"estimators", estimators},
      {"sizes", sizes},
      {"needed", needed_json(teacher)},
      {"needed_why_not", or_null(teacher.needed_why_not)}};
}

// What the contract asks for: one entry an estimator, of the first teacher.
json estimators_json(const PowerForecast& power) {
  json out = json::array();
  if (power.teachers.empty()) return out;
  for (const EstimatorPower& estimator : power.teachers.front().estimators) {
    const FamilyPower& gaussian = estimator.families.front();
    out.push_back({{"name", estimator.teacher_student},
                   {"student_labels", estimator.student_labels},
                   {"bias", bias_json(gaussian)},
                   {"power", power_json(gaussian)}});
  }
  return out;
}

json consistency_json(const ConsistencyReport& report) {
  json out = json::array();
  for (const ConsistencyTest& test : report.tests) {
    out.push_back({{"name", test.name},
                   {"subject", test.subject},
                   {"value", test.value},
                   {"expected", test.expected},
                   {"tolerance", test.tolerance},
                   {"at_most", test.at_most},
                   {"passed", test.passed},
                   {"words", test.words}});
  }
  return out;
}

json leaks_json(const CheckResult& result) {
  if (result.leaks.checks.empty()) return nullptr;
  json checks = json::array();
  for (const LeakCheck& check : result.leaks.checks) {
    checks.push_back({{"code", check.code},
                      {"subject", or_null(check.subject)},
                      {"alarm", check.alarm},
                      {"value", optional_json(check.value)},
                      {"limit", optional_json(check.limit)},
                      {"words", check.words}});
  }
  return {{"split", or_null(result.split_reason)}, {"checks", checks}};
}

json labels_json(const RankInputs* inputs, const QuestionShape& shape) {
  const bool classes = shape.labels.has_value();
  return {{"kind", classes ? "discrete" : "continuous"},
          {"reason", inputs ? json(inputs->labels_reason) : json()},
          {"classes", classes ? json(shape.labels->classes()) : json()},
          {"entropy_nats", classes ? json(shape.labels->entropy_nats()) : json()}};
}

json groups_json(const QuestionShape& shape) {
  if (!shape.groups.grouped()) return nullptr;
  const auto rows = static_cast<double>(shape.groups.rows());
  const double effective = effective_rows(shape.groups, shape.icc);
  return {{"count", shape.groups.count()},
          {"icc", shape.icc},
          {"design_effect", rows / effective},
          {"effective_rows", effective}};
}

json plan_json(const CheckResult& result) {
  if (result.scenarios.empty()) return nullptr;
  json scenarios = json::array();
  std::optional<double> low;
  std::optional<double> high;
  bool open = false;
  for (const PlanScenario& scenario : result.scenarios) {
    scenarios.push_back({{"share_of_entropy", scenario.share_of_entropy},
                         {"pairs", scenario.pairs},
                         {"minimal_margin_nats", optional_json(scenario.minimal_margin)}});
    if (!scenario.minimal_margin) {
      open = true;
      continue;
    }
    low = std::min(low.value_or(*scenario.minimal_margin), *scenario.minimal_margin);
    high = std::max(high.value_or(*scenario.minimal_margin), *scenario.minimal_margin);
  }
  return {{"scenarios", scenarios},
          {"minimal_margin_low", optional_json(low)},
          {"minimal_margin_high", open ? json() : optional_json(high)}};
}

json teachers_json(const CheckSettings& s, const PowerForecast& power) {
  json out = json::array();
  for (const TeacherPower& teacher : power.teachers) {
    out.push_back(teacher_json(teacher, s, power.i_student_labels));
  }
  return out;
}

std::vector<Warning> all_warnings(const RankInputs* inputs, const CheckResult& result) {
  std::vector<Warning> out;
  const auto add = [&](const std::vector<Warning>& more) {
    out.insert(out.end(), more.begin(), more.end());
  };
  if (inputs != nullptr) add(inputs->warnings);
  add(result.warnings);
  add(result.power.warnings);
  add(result.consistency.warnings);
  add(result.leaks.warnings);
  if (!result.feasibility.minimal_margin) {
    out.push_back(
        {"no-minimal-margin", "minimal_margin_nats is null: " + result.feasibility.why_no_margin});
  }
  return out;
}

}  // namespace

json check_document(const CheckSettings& s, const RankInputs* inputs, const CheckResult& result,
                    const Execution& exec, const std::string& command_line, double seconds) {
  const QuestionShape& shape = result.shape;
  const Feasibility& feasibility = result.feasibility;
  const std::size_t rows = shape.groups.rows();
  return {{"schema", "cch.check/1"},
          {"version", version()},
          {"command", command_line},
          {"seed", s.rank.common.seed},
          {"machine", machine_json(exec)},
          {"seconds", seconds},
          {"inputs", inputs ? documents::to_json(inputs->record) : json::array()},
          {"alignment", inputs ? documents::to_json(inputs->alignment) : json()},
          {"mode", inputs ? "features" : "plan"},
          {"verdict", to_string(feasibility.verdict)},
          {"minimal_margin_nats", optional_json(feasibility.minimal_margin)},
          {"reasons", feasibility.reasons},
          {"wanted",
           {{"power", s.power}, {"wrong", s.wrong}, {"margin_nats", optional_json(s.margin)}}},
          {"rows", rows},
          {"rows_planted", result.power.rows_planted},
          {"groups", groups_json(shape)},
          {"student",
           {{"name", inputs ? json(inputs->input.student.name) : json("student")},
            {"dim", shape.dim_student}}},
          {"labels", labels_json(inputs, shape)},
          {"scale", to_string(s.rank.scale)},
          {"i_student_labels_planted", shape.i_student_labels},
          {"ceilings",
           {{"ln_rows", std::log(static_cast<double>(rows))},
            {"entropy_labels", optional_json(result.power.entropy_labels)}}},
          {"teachers", teachers_json(s, result.power)},
          {"estimators", estimators_json(result.power)},
          {"plan", plan_json(result)},
          {"consistency", consistency_json(result.consistency)},
          {"leaks", leaks_json(result)},
          {"cost",
           {{"rank_seconds", optional_json(result.cost.rank_seconds)},
            {"rank_how", or_null(result.cost.rank_how)},
            {"train_seconds", result.cost.train_seconds},
            {"train_how", or_null(result.cost.train_how)}}},
          {"warnings", warnings_json(all_warnings(inputs, result))}};
}

}  // namespace cch
