#include "tools/documents/chances_schema.hpp"
#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<MarginValue> auto& x) {
  describe_value(v, "nats", part<Value>(x));
  v("p_above", x.p_above, "p_below", x.p_below);
}

template <class V>
void describe(V& v, Of<RepresentationLevel> auto& x) {
  v("outcome", x.outcome, "margin", x.margin, "trivially_satisfied", x.trivially_satisfied,
    "mixed_families", x.mixed_families, "i_student_labels_upper", x.i_student_labels_upper,
    "bias_could_flip", x.bias_could_flip, "verdict", x.verdict, "reasons", x.reasons);
}

template <class V>
void describe(V& v, Of<PredictionOutcome> auto& x) {
  describe_value(v, "margin", x.margin);
  v("outcome", x.outcome, "p_above", x.p_above, "p_below", x.p_below, "capped", x.capped, "opposed",
    x.opposed);
}

template <class V>
void describe(V& v, Of<Sides> auto& x) {
  v("i_teacher_student", x.i_teacher_student, "i_student_labels", x.i_student_labels);
}

template <class V>
void describe(V& v, Of<PredictionNumbers> auto& x) {
  describe(v, part<Sides>(x));
  v("r_teacher_student", x.r_teacher_student, "r_student_labels", x.r_student_labels, "beta_s",
    x.beta_s, "beta_e", x.beta_e, "beta_difference", x.beta_difference, "predicted_gain",
    x.predicted_gain, "lambda", x.lambda, "gaussian", x.gaussian, "mixed_ksg", x.mixed_ksg);
}

template <class V>
void describe(V& v, Of<Pilot> auto& x) {
  v("gain_cross_entropy", x.gain_cross_entropy, "gain_over_uninformed", x.gain_over_uninformed,
    "gain_accuracy", x.gain_accuracy, "outcome", x.outcome, "equivalent", x.equivalent, "weight",
    x.weight, "temperature", x.temperature, "weights", x.weights, "temperatures", x.temperatures,
    "teacher_score", x.teacher_score);
}

template <class V>
void describe(V& v, Of<PlantedSide> auto& x) {
  v("bias", x.bias, "standard_error", x.standard_error, "truth", x.truth, "resolved", x.resolved);
}

template <class V>
void describe(V& v, Of<PlantedCurvePoint> auto& x) {
  v("truth", x.truth, "mean", x.mean, "standard_error", x.standard_error, "sd", x.sd);
}

template <class V>
void describe(V& v, Of<PlantedCalibration> auto& x) {
  v("teacher_student", x.teacher_student, "student_labels", x.student_labels, "margin_bias",
    x.margin_bias);
  v.interval("interval95", x.low, x.high);
  v("could_flip", x.could_flip, "curve", x.curve, "repeats", x.repeats, "diagnostics",
    x.diagnostics);
}

template <class V>
void describe(V& v, Of<NullTest> auto& x) {
  v("p_value", x.p_value, "resolution", x.resolution, "permutations", x.permutations, "observed",
    x.observed, "statistic", x.statistic, "scheme", x.scheme, "rows_left_out", x.rows_left_out);
  v.object("histogram", [&x](auto& inner) { inner("edges", x.edges, "counts", x.counts); });
}

template <class V>
void describe(V& v, Of<Place> auto& x) {
  v("top1", x.top1, "best", x.best, "worst", x.worst, "mean_rank", x.mean_rank);
}

template <class V>
void describe(V& v, Of<ConditionalValue> auto& x) {
  describe_value(v, "nats", part<Value>(x));
  v("estimator", x.estimator);
}

template <class V>
void describe(V& v, Of<ValueOnRows> auto& x) {
  describe_value(v, "nats", part<Value>(x));
  v("rows", x.rows);
}

template <class V>
void describe(V& v, Of<StoredTeacher> auto& x) {
  v("kind", x.kind, "saw_rows", x.saw_rows);
}

template <class V>
void describe_representation(V& v, Of<RepresentedTeacher> auto& x) {
  v("name", x.name, "dim", x.dim, "rank", x.rank, "i_teacher_student", x.i_teacher_student,
    "i_student_labels", x.i_student_labels, "i_teacher_labels", x.i_teacher_labels, "margin",
    x.margin, "diagnostics", x.diagnostics);
  v.if_there("stored", x.stored);
}

template <class V>
void describe(V& v, Of<RepresentedTeacher> auto& x) {
  describe_representation(v, x);
  v.object("cch", [&x](auto& inner) { inner("representation", x.representation); });
}

template <class V>
void describe(V& v, Of<ChanceOfGain> auto& x) {
  v("scenario", x.scenario, "student_model", x.student_model, "metric", x.metric, "worthwhile",
    x.worthwhile, "p_gain", x.p_gain, "p_worthwhile", x.p_worthwhile, "expected_gain",
    x.expected_gain);
  v.interval("interval80", x.low, x.high);
  v("in_range", x.in_range, "basis", x.basis, "contributions", x.contributions, "rows", x.rows,
    "further_rows", x.further_rows, "networks", x.networks, "network_rows", x.network_rows,
    "lambda", x.lambda, "temperature", x.temperature, "verdict", x.verdict);
  v.if_there("repeats", x.repeats);
}

template <class V>
void describe(V& v, Of<GainOnRows> auto& x) {
  v("rows", x.rows, "nats", x.nats, "standard_error", x.standard_error, "accuracy", x.accuracy,
    "accuracy_error", x.accuracy_error);
}

template <class V>
void describe(V& v, Of<FirmWithRows> auto& x) {
  v("rows", x.rows, "p_distil", x.p_distil, "p_do_not", x.p_do_not, "expected_gain",
    x.expected_gain);
}

template <class V>
void describe(V& v, Of<RowsForecast> auto& x) {
  v("scenario", x.scenario, "curve", x.curve, "forecast", x.forecast);
}

template <class V>
void describe(V& v, Of<JudgedTeacher> auto& x) {
  describe_representation(v, part<RepresentedTeacher>(x));
  v.object("cch", [&x](auto& inner) {
    inner("representation", x.representation, "prediction", x.prediction);
  });
  v("i_teacher_labels_given_student", x.i_teacher_labels_given_student,
    "i_teacher_student_all_rows", x.i_teacher_student_all_rows, "prediction_level",
    x.prediction_level, "pilot", x.pilot, "planted_bias", x.planted_bias, "null", x.null,
    "stability", x.stability, "verdict", x.verdict, "reasons", x.reasons);
  v.if_there("i_teacher_student_labels", x.i_teacher_student_labels);
  v.if_there("chances", x.chances);
  v.if_there("what_decides", x.what_decides);
}

template <class V>
void describe(V& v, Of<GainOverSet> auto& x) {
  v("value", x.value, "standard_error", x.standard_error, "p_better", x.p_better, "p_worthwhile",
    x.p_worthwhile);
}

template <class V>
void describe(V& v, Of<TriedSet> auto& x) {
  v("name", x.name, "expected_gain", x.expected_gain, "over_before", x.over_before, "over_single",
    x.over_single, "networks", x.networks);
}

template <class V>
void describe(V& v, Of<SetStep> auto& x) {
  v("tried", x.tried, "needed", x.needed, "taken", x.taken);
}

template <class V>
void describe(V& v, Of<BestSet> auto& x) {
  v("scenario", x.scenario, "student_model", x.student_model, "metric", x.metric, "best", x.best,
    "single", x.single, "single_expected_gain", x.single_expected_gain, "steps", x.steps,
    "networks", x.networks, "network_rows", x.network_rows, "stopped", x.stopped);
}

template <class V>
void describe(V& v, Of<MarginDifference> auto& x) {
  describe_value(v, "nats", part<Value>(x));
  v("first", x.first, "second", x.second);
}

template <class V>
void describe(V& v, Of<PilotWithout> auto& x) {
  v("score_alone", x.score_alone, "accuracy_alone", x.accuracy_alone, "rows", x.rows, "extra_rows",
    x.extra_rows, "unit", x.unit);
  v.if_there("unpaired_rows", x.unpaired_rows);
}

template <class V>
void describe(V& v, Of<InformationCurves> auto& x) {
  v("name", x.name);
  v.each("by_rows", x.by_rows,
         [](auto& inner, auto& point) { inner("rows", point.at, "nats", point.nats); });
  v.each("by_neighbours", x.by_neighbours,
         [](auto& inner, auto& point) { inner("k", point.at, "nats", point.nats); });
}

template <class V>
void describe(V& v, Of<SensitivityCell> auto& x) {
  v("name", x.name, "i_teacher_student", x.i_teacher_student, "margin", x.margin);
}

template <class V>
void describe(V& v, Of<SensitivityChoice> auto& x) {
  v("estimator", x.estimator, "preprocessing", x.preprocessing, "k", x.k, "rows", x.rows,
    "i_student_labels", x.i_student_labels, "teachers", x.teachers);
}

template <class V>
void describe(V& v, Of<ClassAgainstOthers> auto& x) {
  v("class", x.name, "rows", x.rows, "teachers", x.teachers);
  v.null_if_empty("refused", x.refused);
}

template <class V>
void describe(V& v, Of<EstimatorPair> auto& x) {
  v("teacher_student", x.teacher_student, "student_labels", x.student_labels, "why", x.why,
    "i_student_labels", x.i_student_labels, "student_labels_diagnostics",
    x.student_labels_diagnostics, "rank_correlation", x.rank_correlation, "teachers", x.teachers);
}

template <class V>
void describe(V& v, Of<LabelFacts> auto& x) {
  v("kind", x.kind, "classes", x.classes);
  v.null_if_empty("class_names", x.class_names);
  v.null_if_empty("class_rows", x.class_rows);
  v("entropy_nats", x.entropy_nats, "reason", x.reason);
}

template <class V>
void describe(V& v, Of<GroupFacts> auto& x) {
  v("count", x.count, "smallest", x.smallest, "largest", x.largest);
}

template <class V>
void describe(V& v, Of<StudentFacts> auto& x) {
  v("name", x.name, "dim", x.dim);
}

template <class V>
void describe(V& v, Of<NetworkSpending> auto& x) {
  v("budget", x.budget, "spent", x.spent, "networks", x.networks, "ended", x.ended, "open", x.open);
}

template <class V>
void describe(V& v, Of<RankDocument> auto& x) {
  v.schema("cch.rank/2", "cch.rank/1");
  v("student", x.student, "rows", x.rows, "labels", x.labels, "groups", x.groups, "scenario",
    x.scenario, "scale", x.scale, "decided_by", x.decided_by, "teachers", x.teachers, "differences",
    x.differences, "pilot", x.pilot, "top1_stability", x.top1_stability, "stability_method",
    x.stability_method);
  v.if_there("best_set", x.best_set);
  v.if_there("network_pilots", x.network_pilots);
  v.null_if_empty("curves", x.curves);
  v.null_if_empty("sensitivity", x.sensitivity);
  v.null_if_empty("controls", x.controls);
  v.null_if_empty("per_class", x.per_class);
  v("estimators", x.estimators, "warnings", x.warnings, "inputs", x.inputs, "alignment",
    x.alignment, "config", x.config, "version", x.version, "command", x.command, "seed", x.seed,
    "machine", x.machine, "seconds", x.seconds);
}

nlohmann::json to_json(const RankDocument& document) {
  return encode(document);
}

std::string to_text(const RankDocument& document, int indent) {
  return text_of(encode(document), indent);
}

RankDocument read_rank(const nlohmann::json& document) {
  return read<RankDocument>(document);
}

RankDocument parse_rank(std::string_view text) {
  return read_rank(parse(text));
}

RankDocument as_stored(const RankDocument& document) {
  return parse_rank(to_text(document));
}

std::string settings_text(const Facts& settings) {
  return text_of(encode(settings), 2);
}

}  // namespace cch::documents
