#include "tools/cch/rank/document.hpp"

#include <algorithm>

#include "cch/core/version.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/options/echo.hpp"

namespace cch {
namespace {

using documents::value;

constexpr std::size_t kHistogramBins = 24;

template <class Enum>
std::string word(Enum value) {
  return std::string(to_string(value));
}

template <class Made>
Made with_interval(double nats, const std::optional<double>& standard_error,
                   const std::optional<Interval>& interval) {
  Made out;
  out.nats = nats;
  out.standard_error = standard_error;
  if (interval) {
    out.low = interval->lo;
    out.high = interval->hi;
  }
  return out;
}

documents::PredictionOutcome prediction_outcome(const PredictionLevel& level) {
  const Margin& m = level.margin;
  return {.margin = with_interval<documents::Value>(m.nats, m.standard_error, m.interval95),
          .outcome = word(level.outcome),
          .p_above = m.p_above,
          .p_below = m.p_below,
          .capped = level.capped,
          .opposed = level.opposed};
}

std::optional<documents::Sides> sides(const std::optional<double>& teacher_student,
                                      const std::optional<double>& student_labels) {
  if (!teacher_student || !student_labels) return std::nullopt;
  return documents::Sides{teacher_student, student_labels};
}

documents::PredictionNumbers prediction_numbers(const PredictionLevel& level) {
  const auto beta = [](const JackknifeValue& b) {
    return with_interval<documents::Amount>(b.value, b.standard_error, b.interval95);
  };
  documents::PredictionNumbers out;
  out.i_teacher_student = level.i_teacher_student;
  out.i_student_labels = level.i_student_labels;
  out.r_teacher_student = level.r_teacher_student;
  out.r_student_labels = level.r_student_labels;
  out.beta_s = beta(level.beta_s);
  out.beta_e = beta(level.beta_e);
  out.beta_difference = level.beta_s.value - level.beta_e.value;
  out.predicted_gain = level.predicted_gain;
  out.lambda = level.lambda;
  out.gaussian = sides(level.gaussian_teacher_student, level.gaussian_student_labels);
  out.mixed_ksg = sides(level.mixed_ksg_teacher_student, level.mixed_ksg_student_labels);
  return out;
}

template <class Made>
Made gain(const PilotGain& g) {
  return with_interval<Made>(g.value, g.standard_error, g.interval95);
}

documents::Pilot pilot(const PilotTeacher& found, const std::optional<PilotGain>& over_self) {
  documents::Pilot out;
  out.gain_cross_entropy = gain<documents::Value>(found.gain);
  if (over_self) out.gain_over_uninformed = gain<documents::Value>(*over_self);
  if (found.gain_accuracy) out.gain_accuracy = gain<documents::Amount>(*found.gain_accuracy);
  out.outcome = word(found.outcome);
  out.equivalent = found.equivalent;
  out.weight = found.weight;
  out.temperature = found.temperature;
  out.weights.assign(found.weights.begin(), found.weights.end());
  out.temperatures.assign(found.temperatures.begin(), found.temperatures.end());
  out.teacher_score = found.teacher_score;
  return out;
}

documents::PlantedSide planted_side(const PlantedBias& bias) {
  return {bias.bias, bias.standard_error, bias.truth, bias.resolved};
}

documents::PlantedCalibration planted_calibration(const PlantedMargin& planted) {
  documents::PlantedCalibration out;
  out.teacher_student = planted_side(planted.teacher_student);
  out.student_labels = planted_side(planted.student_labels);
  out.margin_bias = planted.margin_bias;
  out.could_flip = planted.could_flip;
  out.repeats = planted.curve.repeats;
  out.diagnostics = documents::facts(planted.curve.diagnostics);
  if (planted.interval95) {
    out.low = planted.interval95->lo;
    out.high = planted.interval95->hi;
  }
  for (const BiasPoint& point : planted.curve.points) {
    out.curve.push_back({point.truth, point.mean, point.standard_error, point.sd});
  }
  return out;
}

documents::NullTest null_test(const PermutationNull& null) {
  const Histogram bins = histogram(null.null_values, kHistogramBins);
  return {.p_value = null.p_value,
          .resolution = null.resolution,
          .permutations = null.null_values.size(),
          .observed = null.observed,
          .statistic = null.statistic,
          .scheme = null.scheme,
          .rows_left_out = null.rows_left_out,
          .edges = {bins.edges.begin(), bins.edges.end()},
          .counts = bins.counts};
}

void fill(const TeacherResult& teacher, const Estimate& i_student_labels,
          documents::RepresentedTeacher& out) {
  const Margin& m = teacher.margin;
  out.name = teacher.name;
  out.dim = teacher.dim;
  out.rank = teacher.rank;
  out.i_teacher_student = value(teacher.i_teacher_student);
  out.i_student_labels = value(i_student_labels);
  out.i_teacher_labels = value(teacher.i_teacher_labels);
  out.margin = with_interval<documents::MarginValue>(m.nats, m.standard_error, m.interval95);
  out.margin.p_above = m.p_above;
  out.margin.p_below = m.p_below;
  out.representation = {.outcome = word(teacher.cch.outcome),
                        .margin = m.nats,
                        .trivially_satisfied = teacher.cch.trivially_satisfied,
                        .mixed_families = teacher.mixed_families,
                        .i_student_labels_upper = teacher.i_student_labels_upper,
                        .bias_could_flip = {},
                        .verdict = word(teacher.cch.verdict),
                        .reasons = teacher.cch.reasons};
  out.diagnostics = documents::facts(teacher.i_teacher_student.diagnostics);
  out.diagnostics["estimator"] = teacher.i_teacher_student.method;
  out.diagnostics["label_estimator"] = teacher.i_teacher_labels.method;
}

documents::JudgedTeacher judged(const TeacherResult& teacher, const TeacherEvidence& evidence,
                                const Estimate& i_student_labels) {
  documents::JudgedTeacher out;
  fill(teacher, i_student_labels, out);
  if (const auto& given = evidence.i_teacher_labels_given_student) {
    out.i_teacher_labels_given_student = with_interval<documents::ConditionalValue>(
        given->nats, given->standard_error, given->interval95);
    out.i_teacher_labels_given_student->estimator = given->estimator;
  }
  if (const auto& all = evidence.i_teacher_student_all_rows) {
    out.i_teacher_student_all_rows = documents::ValueOnRows{value(*all), all->n};
  }
  if (evidence.prediction) {
    out.prediction = prediction_outcome(*evidence.prediction);
    out.prediction_level = prediction_numbers(*evidence.prediction);
  }
  if (evidence.pilot) out.pilot = pilot(*evidence.pilot, evidence.gain_over_uninformed);
  if (evidence.planted) {
    out.representation.bias_could_flip = evidence.planted->could_flip;
    out.planted_bias = planted_calibration(*evidence.planted);
  }
  if (evidence.null) out.null = null_test(*evidence.null);
  if (const auto& place = evidence.place) {
    out.stability = documents::Place{place->top1, place->best, place->worst, place->mean_rank};
  }
  out.verdict = word(evidence.decision.verdict);
  out.reasons = evidence.decision.reasons;
  return out;
}

std::vector<documents::JudgedTeacher> judged_teachers(const RankResult& result) {
  const EstimatorRanking& first = result.estimators.front();
  std::vector<documents::JudgedTeacher> out;
  for (std::size_t i = 0; i < first.teachers.size(); ++i) {
    out.push_back(judged(first.teachers[i], result.evidence[i], first.i_student_labels));
  }
  return out;
}

std::optional<std::map<std::string, documents::Number>> top1(const RankResult& result) {
  std::map<std::string, documents::Number> shares;
  const auto& teachers = result.estimators.front().teachers;
  for (std::size_t i = 0; i < teachers.size(); ++i) {
    if (!result.evidence[i].place) return std::nullopt;
    shares[teachers[i].name] = result.evidence[i].place->top1;
  }
  return shares;
}

void add_curves(const RankResult& result, documents::RankDocument& out) {
  const auto points = [](const std::vector<CurvePoint>& from) {
    std::vector<documents::InformationPoint> made;
    for (const CurvePoint& point : from) made.push_back({point.at, point.nats});
    return made;
  };
  for (std::size_t i = 0; i < result.curves.size(); ++i) {
    out.curves.push_back({result.estimators.front().teachers[i].name,
                          points(result.curves[i].by_rows),
                          points(result.curves[i].by_neighbours)});
  }
}

void add_sensitivity(const RankResult& result, documents::RankDocument& out) {
  for (const SensitivityRow& row : result.sensitivity) {
    documents::SensitivityChoice& made = out.sensitivity.emplace_back();
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

void add_estimators(const RankResult& result, documents::RankDocument& out) {
  for (const EstimatorRanking& ranking : result.estimators) {
    documents::EstimatorPair& pair = out.estimators.emplace_back();
    pair.teacher_student = ranking.teacher_student;
    pair.student_labels = ranking.student_labels;
    pair.why = ranking.why;
    pair.i_student_labels = value(ranking.i_student_labels);
    pair.student_labels_diagnostics = documents::facts(ranking.i_student_labels.diagnostics);
    pair.rank_correlation = ranking.rank_correlation;
    for (const TeacherResult& teacher : ranking.teachers) {
      fill(teacher, ranking.i_student_labels, pair.teachers.emplace_back());
    }
  }
}

documents::LabelFacts label_facts(const RankInputs& inputs, const RankResult& result) {
  documents::LabelFacts labels;
  labels.kind = "continuous";
  labels.entropy_nats = result.entropy_labels;
  labels.reason = inputs.labels_reason;
  if (const auto* classes = std::get_if<ClassLabels>(&inputs.input.labels)) {
    const auto counts = classes->counts();
    labels.kind = "discrete";
    labels.classes = std::count_if(counts.begin(), counts.end(), [](auto c) { return c > 0; });
    labels.class_names = classes->names();
    labels.class_rows = counts;
  }
  return labels;
}

std::optional<documents::GroupFacts> group_facts(const Groups& groups) {
  if (!groups.grouped()) return std::nullopt;
  documents::GroupFacts out{groups.count(), groups.rows(), 0};
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

void add_results(const RankResult& result, documents::RankDocument& out) {
  out.scenario = word(result.scenario);
  out.decided_by = word(result.decided_by);
  out.teachers = judged_teachers(result);
  for (const TeacherDifference& d : result.differences) {
    out.differences.push_back(
        with_interval<documents::MarginDifference>(d.nats, d.standard_error, d.interval95));
    out.differences.back().first = d.first;
    out.differences.back().second = d.second;
  }
  if (result.pilot) {
    out.pilot = {result.pilot->score, result.pilot->accuracy, result.pilot->rows,
                 result.pilot->extra_rows, result.entropy_labels ? "nats" : "mse"};
  }
  out.top1_stability = top1(result);
  out.stability_method = result.stability_method;
  add_curves(result, out);
  add_sensitivity(result, out);
  const Estimate& i_student_labels = result.estimators.front().i_student_labels;
  for (const ControlResult& control : result.controls) {
    out.controls.push_back(judged(control.teacher, control.evidence, i_student_labels));
  }
  add_estimators(result, out);
}

}  // namespace

documents::RankDocument rank_document(const RankSettings& settings, const RankInputs& inputs,
                                      const RankResult& result, const Execution& exec,
                                      const std::vector<ClassRanking>& per_class,
                                      const std::string& command_line, double seconds) {
  const RankInput& input = inputs.input;
  documents::RankDocument out;
  add_results(result, out);
  for (const ClassRanking& entry : per_class) {
    out.per_class.push_back({entry.name, entry.rows, {}, entry.refused});
    if (entry.refused.empty()) out.per_class.back().teachers = judged_teachers(entry.result);
  }
  out.student = {input.student.name, input.student.features.dim()};
  out.rows = input.student.features.size();
  out.labels = label_facts(inputs, result);
  out.groups = group_facts(input.groups);
  out.scale = to_string(settings.scale);
  out.warnings = documents::distinct(all_warnings(settings, inputs, result));
  out.inputs = inputs.record;
  out.alignment = inputs.alignment;
  RankSettings asked = settings;
  out.config = documents::read_facts(options::echo(rank_table(asked)));
  out.version = kVersion;
  out.command = command_line;
  out.seed = settings.common.seed;
  out.machine = machine_facts(exec);
  out.seconds = seconds;
  return out;
}

}  // namespace cch
