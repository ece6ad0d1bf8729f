#include "cch/documents/from_result.hpp"
#include "tools/documents/from_result/parts.hpp"

namespace cch::detail {
namespace {

using documents::value;

constexpr std::size_t kHistogramBins = 24;

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

}  // namespace

void represent(const TeacherResult& teacher, const Estimate& i_student_labels,
               documents::RepresentedTeacher& out) {
  const Margin& m = teacher.margin;
  out.name = teacher.name;
  out.dim = teacher.dim;
  out.rank = teacher.rank;
  out.i_teacher_student = value(teacher.i_teacher_student);
  out.i_student_labels = value(i_student_labels);
  if (teacher.i_teacher_labels) out.i_teacher_labels = value(*teacher.i_teacher_labels);
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
  if (teacher.i_teacher_labels) {
    out.diagnostics["label_estimator"] = teacher.i_teacher_labels->method;
  }
  if (teacher.stored) out.stored = {word(teacher.stored->kind), teacher.stored->saw_rows};
}

std::optional<documents::ConditionalValue> of_labels(const std::optional<LabelInformation>& known) {
  if (!known) return std::nullopt;
  auto out = with_interval<documents::ConditionalValue>(known->nats, known->standard_error,
                                                        known->interval95);
  out.estimator = known->estimator;
  return out;
}

documents::JudgedTeacher judged(const TeacherResult& teacher, const TeacherEvidence& evidence,
                                const Estimate& i_student_labels) {
  documents::JudgedTeacher out;
  represent(teacher, i_student_labels, out);
  out.i_teacher_labels_given_student = of_labels(evidence.i_teacher_labels_given_student);
  out.i_teacher_student_labels = of_labels(evidence.i_teacher_student_labels);
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
  if (!evidence.chances.empty()) out.chances = chances_part(evidence.chances);
  if (evidence.what_decides) out.what_decides = forecast_part(*evidence.what_decides);
  out.verdict = word(evidence.decision.verdict);
  out.reasons = evidence.decision.reasons;
  return out;
}

}  // namespace cch::detail

namespace cch::documents {

std::vector<JudgedTeacher> judged_teachers(const RankResult& result) {
  const EstimatorRanking& first = result.estimators.front();
  std::vector<JudgedTeacher> out;
  for (std::size_t i = 0; i < first.teachers.size(); ++i) {
    out.push_back(detail::judged(first.teachers[i], result.evidence[i], first.i_student_labels));
  }
  return out;
}

}  // namespace cch::documents
