#include "tools/cch/check/document.hpp"

#include <algorithm>
#include <cmath>

#include "cch/criterion/chance.hpp"
#include "cch/documents/from_result.hpp"
#include "tools/cch/document_parts.hpp"

namespace cch {
namespace {

using documents::CheckDocument;

documents::DecidedFrom decided_from(const SmallestMargin& side) {
  return {side.nats, side.why_not};
}

std::vector<documents::PlantedMean> biases(const FamilyPower& family) {
  std::vector<documents::PlantedMean> out;
  for (const MarginPoint& p : family.points) {
    out.push_back({p.i_teacher_student, p.i_teacher_student_mean, p.mean_error});
  }
  return out;
}

std::vector<documents::PlantedMargin> power_of(const FamilyPower& family) {
  std::vector<documents::PlantedMargin> out;
  for (const MarginPoint& p : family.points) {
    out.push_back({p.margin, p.mean, p.sd, p.standard_error, p.right, p.wrong, p.draws});
  }
  return out;
}

documents::FamilyForecast forecast(const FamilyPower& family, const CheckSettings& s,
                                   double i_student_labels) {
  documents::FamilyForecast out;
  out.family = to_string(family.family);
  out.smallest = decided_from(family.above);
  if (family.family == PlantedFamily::gaussian) out.smallest_against = decided_from(family.below);
  if (s.margin) out.power_at_wanted_margin = family.right_at_wanted;
  out.bias = biases(family);
  out.bias_student_labels = {i_student_labels, family.i_student_labels_mean,
                             family.i_student_labels_error};
  out.student_labels_standard_error = family.student_labels_standard_error;
  out.power = power_of(family);
  for (const VerdictPoint& p : family.curve)
    out.verdict_curve.push_back({p.margin, p.right, p.wrong});
  return out;
}

template <class Size>
Size sized(const SizePoint& size) {
  Size out;
  out.rows = size.rows;
  if (size.groups < size.rows) out.groups = size.groups;
  out.smallest_margin = size.above.nats;
  out.why_not = size.above.why_not;
  out.extrapolated = size.extrapolated;
  return out;
}

documents::TeacherForecast forecast(const TeacherPower& teacher, const CheckSettings& s,
                                    double i_student_labels) {
  documents::TeacherForecast out;
  out.name = teacher.shape.name;
  out.dim = teacher.shape.dim;
  out.pairs = teacher.shape.pairs;
  out.planted_as = teacher.planted_as;
  out.why = teacher.why;
  out.needed_why_not = teacher.needed_why_not;
  for (const EstimatorPower& estimator : teacher.estimators) {
    out.estimators.push_back({estimator.teacher_student, estimator.student_labels, {}});
    for (const FamilyPower& family : estimator.families) {
      out.estimators.back().families.push_back(forecast(family, s, i_student_labels));
    }
  }
  if (!out.estimators.empty()) out.recommended = out.estimators[teacher.recommended].name;
  for (const SizePoint& size : teacher.sizes) {
    out.sizes.push_back(sized<documents::TriedSize>(size));
    out.sizes.back().interval95 = {size.low, size.high};
  }
  if (teacher.needed) {
    out.needed = sized<documents::NeededSize>(*teacher.needed);
    out.needed->rows_interval95 = {teacher.needed_low, teacher.needed_high};
  }
  return out;
}

void add_power(const PowerForecast& power, const CheckSettings& s, CheckDocument& out) {
  out.rows_planted = power.rows_planted;
  out.entropy_labels = power.entropy_labels;
  for (const TeacherPower& teacher : power.teachers) {
    out.teachers.push_back(forecast(teacher, s, power.i_student_labels));
  }
  if (out.teachers.empty()) return;
  for (const documents::EstimatorForecast& estimator : out.teachers.front().estimators) {
    const documents::FamilyForecast& gaussian = estimator.families.front();
    out.estimators.push_back(
        {estimator.name, estimator.student_labels, gaussian.bias, gaussian.power});
  }
}

void add_tests(const CheckResult& result, CheckDocument& out) {
  for (const ConsistencyTest& t : result.consistency.tests) {
    out.consistency.push_back({t.name, t.subject, t.value, t.expected, t.tolerance, t.at_most,
                               t.passed, t.words, t.of_labels ? "labels" : "student", t.estimator,
                               t.standard_error});
  }
  if (result.leaks.checks.empty()) return;
  out.leaks = {result.split_reason, {}};
  for (const LeakCheck& check : result.leaks.checks) {
    out.leaks->checks.push_back(
        {check.code, check.subject, check.alarm, check.value, check.limit, check.words});
  }
}

void add_shape(const QuestionShape& shape, CheckDocument& out) {
  out.rows = shape.groups.rows();
  out.ln_rows = std::log(static_cast<double>(out.rows));
  out.dim_student = shape.dim_student;
  out.i_student_labels_planted = shape.i_student_labels;
  out.labels = shape.labels ? "discrete" : "continuous";
  if (shape.labels) {
    out.classes = shape.labels->classes();
    out.entropy_nats = shape.labels->entropy_nats();
  }
  if (!shape.groups.grouped()) return;
  const double effective = effective_rows(shape.groups, shape.icc);
  out.groups = {shape.groups.count(), shape.icc, static_cast<double>(out.rows) / effective,
                effective};
}

std::optional<documents::PlannedWorlds> planned_worlds(const CheckResult& result) {
  if (result.scenarios.empty()) return std::nullopt;
  documents::PlannedWorlds out;
  bool open = false;
  for (const PlanScenario& scenario : result.scenarios) {
    const std::optional<double> margin = scenario.minimal_margin;
    out.scenarios.push_back({scenario.share_of_entropy, scenario.pairs, margin});
    open = open || !margin;
    if (!margin) continue;
    out.minimal_margin_low = std::min(out.minimal_margin_low.value_or(*margin), *margin);
    out.minimal_margin_high = std::max(out.minimal_margin_high.value_or(*margin), *margin);
  }
  if (open) out.minimal_margin_high.reset();
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

CheckDocument check_document(const CheckSettings& s, const RankInputs* inputs,
                             const CheckResult& result, const Execution& exec,
                             const std::string& command_line, double seconds) {
  CheckDocument out;
  out.mode = inputs ? "features" : "plan";
  out.student = "student";
  if (inputs) {
    out.student = inputs->input.student.name;
    out.labels_reason = inputs->labels_reason;
    out.inputs = inputs->record;
    out.alignment = inputs->alignment;
  }
  out.verdict = to_string(result.feasibility.verdict);
  out.minimal_margin = result.feasibility.minimal_margin;
  out.reasons = result.feasibility.reasons;
  out.wanted_power = s.power;
  out.wanted_wrong = s.wrong;
  out.wanted_margin = s.margin;
  add_shape(result.shape, out);
  out.scale = to_string(s.rank.scale);
  add_power(result.power, s, out);
  out.plan = planned_worlds(result);
  add_tests(result, out);
  if (out.classes) {
    auto& firm = out.firm.emplace();
    for (const FirmShare& of : firm_shares(out.rows)) {
      firm.push_back({std::string(to_string(of.student)), std::string(to_string(of.scenario)),
                      of.least_rows, of.most_rows, of.firm, of.cells});
    }
  }
  out.rank_seconds = result.cost.rank_seconds;
  out.rank_how = result.cost.rank_how;
  out.train_seconds = result.cost.train_seconds;
  out.train_how = result.cost.train_how;
  out.warnings = documents::distinct(all_warnings(inputs, result));
  out.version = version();
  out.command = command_line;
  out.seed = s.rank.common.seed;
  out.machine = documents::machine_of(exec);
  out.seconds = seconds;
  return out;
}

}  // namespace cch
