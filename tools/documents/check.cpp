#include "tools/documents/json.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch::documents {

template <class V>
void describe(V& v, Of<PlantedMean> auto& x) {
  v("truth", x.truth, "mean", x.mean, "standard_error", x.standard_error);
}

template <class V>
void describe(V& v, Of<PlantedMargin> auto& x) {
  v("margin", x.margin, "mean", x.mean, "sd", x.sd, "standard_error", x.standard_error, "right",
    x.right, "wrong", x.wrong, "draws", x.draws);
}

template <class V>
void describe(V& v, Of<DecidedFrom> auto& x) {
  v("nats", x.nats);
  v.null_if_empty("why_not", x.why_not);
}

template <class V>
void describe(V& v, Of<FamilyForecast> auto& x) {
  v("family", x.family, "smallest_margin", x.smallest, "smallest_margin_against",
    x.smallest_against, "power_at_wanted_margin", x.power_at_wanted_margin, "bias", x.bias,
    "bias_student_labels", x.bias_student_labels, "student_labels_standard_error",
    x.student_labels_standard_error, "power", x.power, "verdict_curve", x.verdict_curve);
}

template <class V>
void describe(V& v, Of<EstimatorForecast> auto& x) {
  v("name", x.name, "student_labels", x.student_labels, "families", x.families);
}

template <class V>
void describe_size(V& v, Of<SizeForecast> auto& x) {
  v("rows", x.rows, "groups", x.groups, "smallest_margin", x.smallest_margin, "extrapolated",
    x.extrapolated);
  v.null_if_empty("why_not", x.why_not);
}

template <class V>
void describe(V& v, Of<TriedSize> auto& x) {
  describe_size(v, part<SizeForecast>(x));
  v("interval95", x.interval95);
}

template <class V>
void describe(V& v, Of<NeededSize> auto& x) {
  describe_size(v, part<SizeForecast>(x));
  v("rows_interval95", x.rows_interval95);
}

template <class V>
void describe(V& v, Of<TeacherForecast> auto& x) {
  v("name", x.name, "dim", x.dim, "pairs", x.pairs, "planted_as", x.planted_as, "estimators",
    x.estimators, "sizes", x.sizes, "needed", x.needed);
  v.null_if_empty("recommended", x.recommended);
  v.null_if_empty("why", x.why);
  v.null_if_empty("needed_why_not", x.needed_why_not);
}

template <class V>
void describe(V& v, Of<EstimatorSummary> auto& x) {
  v("name", x.name, "student_labels", x.student_labels, "bias", x.bias, "power", x.power);
}

template <class V>
void describe(V& v, Of<ConsistencyOutcome> auto& x) {
  v("name", x.name, "subject", x.subject, "value", x.value, "expected", x.expected, "tolerance",
    x.tolerance, "at_most", x.at_most, "passed", x.passed, "words", x.words);
  v.if_there("about", x.about);
  v.if_there("estimator", x.estimator);
  v.if_there("standard_error", x.standard_error);
}

template <class V>
void describe(V& v, Of<LeakOutcome> auto& x) {
  v("code", x.code, "alarm", x.alarm, "value", x.value, "limit", x.limit, "words", x.words);
  v.null_if_empty("subject", x.subject);
}

template <class V>
void describe(V& v, Of<LeakOutcomes> auto& x) {
  v.null_if_empty("split", x.split);
  v("checks", x.checks);
}

template <class V>
void describe(V& v, Of<GroupEffect> auto& x) {
  v("count", x.count, "icc", x.icc, "design_effect", x.design_effect, "effective_rows",
    x.effective_rows);
}

template <class V>
void describe(V& v, Of<PlannedWorld> auto& x) {
  v("share_of_entropy", x.share_of_entropy, "pairs", x.pairs, "minimal_margin_nats",
    x.minimal_margin);
}

template <class V>
void describe(V& v, Of<PlannedWorlds> auto& x) {
  v("scenarios", x.scenarios, "minimal_margin_low", x.minimal_margin_low, "minimal_margin_high",
    x.minimal_margin_high);
}

template <class V>
void describe_question(V& v, Of<CheckDocument> auto& x) {
  v.object("wanted", [&x](auto& inner) {
    inner("power", x.wanted_power, "wrong", x.wanted_wrong, "margin_nats", x.wanted_margin);
  });
  v.object("student", [&x](auto& inner) { inner("name", x.student, "dim", x.dim_student); });
  v.object("labels", [&x](auto& inner) {
    inner("kind", x.labels, "classes", x.classes, "entropy_nats", x.entropy_nats);
    inner.null_if_empty("reason", x.labels_reason);
  });
  v("mode", x.mode, "rows", x.rows, "rows_planted", x.rows_planted, "groups", x.groups, "scale",
    x.scale, "i_student_labels_planted", x.i_student_labels_planted);
  v.object("ceilings",
           [&x](auto& inner) { inner("ln_rows", x.ln_rows, "entropy_labels", x.entropy_labels); });
}

template <class V>
void describe(V& v, Of<FirmRankings> auto& x) {
  v("student", x.student, "scenario", x.scenario, "least_rows", x.least_rows, "most_rows",
    x.most_rows, "share", x.share, "cells", x.cells);
}

template <class V>
void describe(V& v, Of<CheckDocument> auto& x) {
  v.schema("cch.check/1");
  describe_question(v, x);
  v("verdict", x.verdict, "minimal_margin_nats", x.minimal_margin, "reasons", x.reasons, "teachers",
    x.teachers, "estimators", x.estimators, "plan", x.plan, "consistency", x.consistency, "leaks",
    x.leaks);
  v.object("cost", [&x](auto& inner) {
    inner("rank_seconds", x.rank_seconds, "train_seconds", x.train_seconds);
    inner.null_if_empty("rank_how", x.rank_how);
    inner.null_if_empty("train_how", x.train_how);
  });
  v("warnings", x.warnings, "inputs", x.inputs, "alignment", x.alignment, "version", x.version,
    "command", x.command, "seed", x.seed, "machine", x.machine, "seconds", x.seconds);
  v.if_there("firm", x.firm);
}

json to_json(const CheckDocument& document) {
  return encode(document);
}

std::string to_text(const CheckDocument& document, int indent) {
  return text_of(encode(document), indent);
}

CheckDocument read_check(const json& document) {
  return read<CheckDocument>(document);
}

CheckDocument parse_check(std::string_view text) {
  return read_check(parse(text));
}

CheckDocument as_stored(const CheckDocument& document) {
  return parse_check(to_text(document));
}

}  // namespace cch::documents
