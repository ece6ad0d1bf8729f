#include <algorithm>

#include "cch/core/version.hpp"
#include "cch/documents/from_result.hpp"
#include "tools/documents/from_result/parts.hpp"

namespace cch::documents {
namespace {

using detail::with_interval;
using detail::word;

std::optional<std::map<std::string, Number>> top1(const RankResult& result) {
  std::map<std::string, Number> shares;
  const auto& teachers = result.estimators.front().teachers;
  for (std::size_t i = 0; i < teachers.size(); ++i) {
    if (!result.evidence[i].place) return std::nullopt;
    shares[teachers[i].name] = result.evidence[i].place->top1;
  }
  return shares;
}

void add_curves(const RankResult& result, RankDocument& out) {
  const auto points = [](const std::vector<CurvePoint>& from) {
    std::vector<InformationPoint> made;
    for (const CurvePoint& point : from) made.push_back({point.at, point.nats});
    return made;
  };
  for (std::size_t i = 0; i < result.curves.size(); ++i) {
    out.curves.push_back({result.estimators.front().teachers[i].name,
                          points(result.curves[i].by_rows),
                          points(result.curves[i].by_neighbours)});
  }
}

void add_sensitivity(const RankResult& result, RankDocument& out) {
  for (const SensitivityRow& row : result.sensitivity) {
    SensitivityChoice& made = out.sensitivity.emplace_back();
    made.estimator = row.estimator;
    made.preprocessing = row.preprocessing;
    made.k = row.k;
    made.rows = row.rows;
    made.i_student_labels = row.i_student_labels;
    for (std::size_t i = 0; i < row.i_teacher_student.size(); ++i) {
      made.teachers.push_back({result.estimators.front().teachers[i].name, row.i_teacher_student[i],
                               row.i_teacher_student[i] - row.i_student_labels});
    }
  }
}

void add_estimators(const RankResult& result, RankDocument& out) {
  for (const EstimatorRanking& ranking : result.estimators) {
    EstimatorPair& pair = out.estimators.emplace_back();
    pair.teacher_student = ranking.teacher_student;
    pair.student_labels = ranking.student_labels;
    pair.why = ranking.why;
    pair.i_student_labels = value(ranking.i_student_labels);
    pair.student_labels_diagnostics = facts(ranking.i_student_labels.diagnostics);
    pair.rank_correlation = ranking.rank_correlation;
    for (const TeacherResult& teacher : ranking.teachers) {
      detail::represent(teacher, ranking.i_student_labels, pair.teachers.emplace_back());
    }
  }
}

LabelFacts label_facts(const RankInput& input, const RankResult& result,
                       const std::string& reason) {
  LabelFacts labels;
  labels.kind = "continuous";
  labels.entropy_nats = result.entropy_labels;
  labels.reason = reason;
  if (const auto* classes = std::get_if<ClassLabels>(&input.labels)) {
    const auto counts = classes->counts();
    labels.kind = "discrete";
    labels.classes = std::count_if(counts.begin(), counts.end(), [](auto c) { return c > 0; });
    labels.class_names = classes->names();
    labels.class_rows = counts;
  }
  if (reason.empty()) labels.reason = labels.classes ? "given as classes" : "given as real values";
  return labels;
}

std::optional<GroupFacts> group_facts(const Groups& groups) {
  if (!groups.grouped()) return std::nullopt;
  GroupFacts out{groups.count(), groups.rows(), 0};
  for (std::size_t g = 0; g < groups.count(); ++g) {
    out.smallest = std::min(out.smallest, groups.members(g).size());
    out.largest = std::max(out.largest, groups.members(g).size());
  }
  return out;
}

void add_warnings(const std::string& of, const std::vector<Warning>& from,
                  std::vector<Warning>& to) {
  for (const Warning& warning : from) to.push_back({warning.code, of + ": " + warning.message});
}

// Parts that nobody asked for are null; the reason is that.
void add_not_asked_for(const RankInput& input, const RankOptions& options, const RankBeside& beside,
                       std::vector<Warning>& warnings) {
  std::string fields;
  auto add = [&](bool asked, const char* field, const char* option) {
    if (asked) return;
    fields += (fields.empty() ? "" : ", ") + std::string(field) + " (" + option + ")";
  };
  add(options.controls, "controls", "--controls");
  add(!beside.per_class.empty(), "per_class", "--per-class");
  add(options.permutations > 0, "null", "--permutations N");
  add(options.planted_bias, "planted_bias", "--full or --planted-bias");
  add(options.sensitivity, "curves and sensitivity", "--full or --sensitivity");
  add(!options.coarse, "i_teacher_labels and i_teacher_labels_given_student", "without --quick");
  add(input.extra.student.has_value(), "i_teacher_student_all_rows", "rows without a label");
  if (fields.empty()) return;
  warnings.push_back({"not-asked-for", "null, because not asked for: " + fields});
}

void add_estimator_warnings(const EstimatorRanking& ranking, std::vector<Warning>& warnings) {
  warnings.insert(warnings.end(), ranking.warnings.begin(), ranking.warnings.end());
  add_warnings("I(student; labels) by " + ranking.i_student_labels.method,
               ranking.i_student_labels.warnings, warnings);
  for (const TeacherResult& teacher : ranking.teachers) {
    add_warnings("I(" + teacher.name + "; student) by " + teacher.i_teacher_student.method,
                 teacher.i_teacher_student.warnings, warnings);
    if (!teacher.i_teacher_labels) continue;
    add_warnings("I(" + teacher.name + "; labels) by " + teacher.i_teacher_labels->method,
                 teacher.i_teacher_labels->warnings, warnings);
  }
}

std::vector<Warning> all_warnings(const RankInput& input, const RankOptions& options,
                                  const RankResult& result, const RankBeside& beside) {
  std::vector<Warning> warnings = beside.warnings;
  warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
  if (const auto& best = beside.best_set) {
    warnings.insert(warnings.end(), best->warnings.begin(), best->warnings.end());
  }
  for (const EstimatorRanking& ranking : result.estimators) {
    add_estimator_warnings(ranking, warnings);
  }
  add_not_asked_for(input, options, beside, warnings);
  if (options.coarse) {
    warnings.push_back({"quick-estimates",
                        "--quick: cca-ksg reads one random split in halves instead of up to five, "
                        "which makes its error bars wider; no networks were trained"});
  }
  if (!result.entropy_labels) {
    warnings.push_back({"continuous-labels",
                        "labels are real-valued, so labels.classes, class_names, class_rows and "
                        "entropy_nats are null"});
  }
  if (!input.groups.grouped()) {
    warnings.push_back({"no-groups",
                        "no rows were said to belong together, so groups is null and every row "
                        "counts as independent; give --groups for pixels of one image or samples "
                        "of one person"});
  }
  return warnings;
}

// Row i of every array is the same sample, because the caller says so.
Alignment in_their_order(const RankInput& input) {
  Alignment out;
  out.by = "row-order";
  out.rows_without_label = input.extra.student ? input.extra.student->size() : 0;
  out.rows = input.student.features.size() + out.rows_without_label;
  return out;
}

void add_results(const RankResult& result, RankDocument& out) {
  out.scenario = word(result.scenario);
  out.decided_by = word(result.decided_by);
  out.teachers = judged_teachers(result);
  for (const TeacherDifference& d : result.differences) {
    out.differences.push_back(
        with_interval<MarginDifference>(d.nats, d.standard_error, d.interval95));
    out.differences.back().first = d.first;
    out.differences.back().second = d.second;
  }
  if (result.pilot) {
    const PilotAlone& alone = *result.pilot;
    out.pilot = {alone.score,
                 alone.accuracy,
                 alone.rows,
                 alone.extra_rows,
                 result.entropy_labels ? "nats" : "mse",
                 {}};
    if (alone.unpaired_rows > 0) out.pilot->unpaired_rows = alone.unpaired_rows;
  }
  if (const auto& spent = result.spending) {
    out.network_pilots = {spent->budget, spent->spent, spent->networks, spent->ended, spent->open};
  }
  out.top1_stability = top1(result);
  out.stability_method = result.stability_method;
  add_curves(result, out);
  add_sensitivity(result, out);
  const Estimate& i_student_labels = result.estimators.front().i_student_labels;
  for (const ControlResult& control : result.controls) {
    out.controls.push_back(detail::judged(control.teacher, control.evidence, i_student_labels));
  }
  add_estimators(result, out);
}

}  // namespace

RankDocument rank_document(const RankInput& input, const RankOptions& options,
                           const RankResult& result, const Execution& exec,
                           const RankBeside& beside) {
  RankDocument out;
  add_results(result, out);
  out.per_class = beside.per_class;
  if (beside.best_set) out.best_set = detail::best_set_part(*beside.best_set);
  out.student = {input.student.name, input.student.features.dim()};
  out.rows = input.student.features.size();
  out.labels = label_facts(input, result, beside.labels_reason);
  out.groups = group_facts(input.groups);
  out.scale = to_string(options.scale);
  out.warnings = distinct(all_warnings(input, options, result, beside));
  out.inputs = beside.inputs.empty() ? records_of(input) : beside.inputs;
  out.alignment = beside.alignment ? *beside.alignment : in_their_order(input);
  out.config = beside.config ? *beside.config : settings_of(options);
  out.version = kVersion;
  out.command = beside.command;
  out.seed = exec.seed;
  out.machine = machine_of(exec);
  out.seconds = beside.seconds;
  return out;
}

}  // namespace cch::documents
