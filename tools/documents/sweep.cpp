#include "tools/documents/json.hpp"
#include "tools/documents/laws_schema.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch {

template <class V>
void describe(V& v, documents::Of<StudyReadings> auto& x) {
  v("cch", x.cch, "small_lambda_risk", x.small_lambda_risk, "small_lambda_direction",
    x.small_lambda_direction, "risk", x.risk, "direction", x.direction);
}

template <class V>
void describe(V& v, documents::Of<SimulatedGains> auto& x) {
  v("excess_risk", x.excess_risk, "gain", x.gain, "cosine_gain", x.cosine_gain);
}

template <class V>
void describe(V& v, documents::Of<StudyPoint> auto& x) {
  v("lambda", x.lambda, "excess_risk", x.excess_risk, "gain", x.gain, "cosine_gain", x.cosine_gain,
    "accuracy_change", x.accuracy_change, "says", x.says, "simulated", x.simulated);
}

template <class V>
void describe(V& v, documents::Of<EstimatedInformation> auto& x) {
  describe(v, x.value);
  v("truth", x.truth);
}

template <class V>
void describe(V& v, documents::Of<CellEstimate> auto& x) {
  v("estimator", x.estimator, "i_teacher_student", x.teacher_student, "i_student_labels",
    x.student_labels, "draws", x.draws, "says_cch", x.says_cch);
  v.null_if_empty("failed", x.failed);
}

template <class V>
void describe(V& v, documents::Of<BlockInformation> auto& x) {
  v("teacher_student", x.teacher_student, "student_labels", x.student_labels, "teacher_labels",
    x.teacher_labels, "teacher_labels_given_student", x.teacher_labels_given_student);
}

template <class V>
void describe(V& v, documents::Of<StudyResult> auto& x) {
  v("basis", x.basis, "i_teacher_student", x.i_teacher_student, "i_student_labels",
    x.i_student_labels, "cch_margin", x.cch_margin, "cch_holds", x.cch_holds, "i_blocks", x.blocks,
    "beta_s", x.beta_s, "beta_e", x.beta_e, "kappa", x.kappa, "noise_variance", x.noise_variance,
    "excess_risk_without", x.excess_risk_without, "lambda_star", x.lambda_star, "best_gain",
    x.best_gain, "p1", x.p1, "p2", x.p2, "n_over_p", x.n_over_p, "risk", x.points, "estimates",
    x.estimates, "warnings", x.warnings);
}

template <class V>
void describe(V& v, documents::Of<FormulaAgreement> auto& x) {
  v("points", x.points, "beyond_2se", x.beyond_2se, "beyond_4se", x.beyond_4se, "largest_z",
    x.largest_z);
}

template <class V>
void describe(V& v, documents::Of<ConfusionCounts> auto& x) {
  v("hits", x.hits, "false_alarms", x.false_alarms, "misses", x.misses, "correct_rejections",
    x.correct_rejections, "undecided", x.undecided);
}

template <class V>
void describe(V& v, documents::Of<CriterionConfusion> auto& x) {
  v("criterion", x.criterion, "about", x.about, "truth", x.truth, "lambda", x.lambda);
  v.interval("n_over_p", x.n_over_p.low, x.n_over_p.high);
  describe(v, x.counts);
}

}  // namespace cch

namespace cch::documents {

template <>
inline constexpr auto kWords<CchWord> = std::array{CchWord::helps, CchWord::silent};
template <>
inline constexpr auto kWords<Basis> = std::array{Basis::formula, Basis::as_if_fresh};
template <>
inline constexpr auto kWords<About> = std::array{About::risk, About::direction};
template <>
inline constexpr auto kWords<TruthFrom> = std::array{TruthFrom::formula, TruthFrom::simulation};

template <class V>
void describe(V& v, Of<SweepCell> auto& x) {
  v.if_there("cell", x.number);
  v("parameters", x.parameters);
  describe(v, part<StudyResult>(x));
}

template <class V>
void describe(V& v, Of<SweepAxis> auto& x) {
  v("name", x.name, "values", x.values);
}

template <class V>
void describe(V& v, Of<SweepSimulation> auto& x) {
  v("repeats", x.repeats);
}

template <class V>
void describe(V& v, Of<SweepEstimation> auto& x) {
  v("estimators", x.estimators, "repeats", x.repeats, "rows", x.rows, "scale", x.scale);
}

template <class V>
void describe(V& v, Of<SweepConfig::Estimates> auto& x) {
  v("estimators", x.estimators, "draws", x.draws, "rows", x.rows, "scale", x.scale);
}

template <class V>
void describe(V& v, Of<SweepConfig> auto& x) {
  v("title", x.title, "model", x.model, "grid", x.grid, "lambda", x.lambda, "simulate", x.simulate,
    "intercept", x.intercept, "seed", x.seed, "skip_impossible", x.skip_impossible);
  v.if_there("estimates", x.estimates);
}

template <class V>
void describe(V& v, Of<SweepDocument> auto& x) {
  v.schema("cch.gaussian/1");
  v("kind", x.kind, "title", x.title, "axes", x.axes, "lambdas", x.lambdas, "simulation",
    x.simulation, "estimation", x.estimation, "formula_against_simulation", x.agreement,
    "confusion", x.confusion, "cells", x.cells, "warnings", x.warnings, "inputs", x.inputs,
    "config", x.config, "machine", x.machine, "seconds", x.seconds, "version", x.version, "command",
    x.command, "seed", x.seed);
}

template <class V>
void describe(V& v, Of<SweepPlan::Axis> auto& x) {
  v("name", x.name, "values", x.values);
}

template <class V>
void describe(V& v, Of<SweepPlan> auto& x) {
  v.schema("cch.gaussian-plan/1");
  v("axes", x.axes, "cells", x.cells, "skipped", x.skipped, "done", x.done, "lambdas", x.lambdas,
    "simulate", x.simulate, "estimators", x.estimators, "version", x.version);
}

nlohmann::json to_json(const SweepDocument& document) {
  return encode(document);
}

std::string to_text(const SweepDocument& document, int indent) {
  return text_of(encode(document), indent);
}

SweepDocument read_sweep(const nlohmann::json& document) {
  require_schema(document, "cch.gaussian/1");
  const auto kind = document.find("kind");
  if (kind == document.end() || *kind != "sweep") {
    refuse_data("document-schema", "the document is not one of a sweep", "field kind",
                "cch gaussian solve writes the same schema for one model",
                "Render a document of cch gaussian sweep");
  }
  return read<SweepDocument>(document);
}

SweepDocument parse_sweep(std::string_view text) {
  return read_sweep(parse(text));
}

SweepDocument as_stored(const SweepDocument& document) {
  return parse_sweep(to_text(document));
}

nlohmann::json to_json(const SweepCell& cell) {
  return encode(cell);
}

SweepCell read_sweep_cell(const nlohmann::json& cell) {
  return read<SweepCell>(cell);
}

std::string to_text(const SweepConfig& config) {
  return text_of(encode(config), 2);
}

std::string to_text(const SweepPlan& plan, int indent) {
  return text_of(encode(plan), indent);
}

}  // namespace cch::documents
