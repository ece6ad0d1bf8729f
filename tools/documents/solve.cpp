#include "tools/documents/json.hpp"
#include "tools/documents/laws_schema.hpp"
#include "tools/documents/parts_schema.hpp"

namespace cch {

template <class V>
void describe(V& v, documents::Of<SimulatedPoint> auto& x) {
  v("lambda", x.lambda, "excess_risk", x.excess_risk, "gain", x.gain, "cosine", x.cosine,
    "cosine_gain", x.cosine_gain);
}

}  // namespace cch

namespace cch::documents {

template <class V>
void describe(V& v, Of<SolveInput> auto& x) {
  describe(v, part<FileRecord>(x));
  v.if_there("name", x.name);
  v.if_there("shape", x.shape);
  v.if_there("dtype", x.dtype);
}

template <class V>
void describe(V& v, Of<SolveConfig> auto& x) {
  v("dims", x.dims, "n", x.n, "intercept", x.intercept, "teacher", x.teacher, "teacher_scale",
    x.teacher_scale, "teachers", x.teachers, "ridge", x.ridge, "lambda", x.lambda);
}

template <class V>
void describe(V& v, Of<SolveMoments> auto& x) {
  v("vs", x.vs, "ve", x.ve, "vh", x.vh, "c", x.c, "b", x.b, "vr", x.vr, "vt", x.vt, "vy", x.vy);
}

template <class V>
void describe(V& v, Of<SolveReadings> auto& x) {
  v("risk", x.risk, "direction", x.direction, "disagreements", x.disagreements);
}

template <class V>
void describe(V& v, Of<SolvePoint> auto& x) {
  v("lambda", x.lambda, "excess_risk", x.excess_risk, "gain", x.gain, "cosine", x.cosine,
    "accuracy_change", x.accuracy_change, "says", x.says);
}

template <class V>
void describe(V& v, Of<SmallLambda> auto& x) {
  v("risk_slope", x.risk_slope, "direction_slope", x.direction_slope);
}

template <class V>
void describe(V& v, Of<SolveDecomposition> auto& x) {
  v("redundancy", x.redundancy, "unique_x1", x.unique_x1, "unique_x2", x.unique_x2, "synergy",
    x.synergy, "definition", x.definition);
}

template <class V>
void describe(V& v, Of<SolveBlocks> auto& x) {
  v("x1_x2", x.x1_x2, "x2_y", x.x2_y, "x1_y", x.x1_y, "x1_y_given_x2", x.x1_y_given_x2,
    "decomposition", x.decomposition);
}

template <class V>
void describe(V& v, Of<RidgePoint> auto& x) {
  v("ridge", x.ridge, "effective_ridge", x.effective_ridge, "lambda", x.lambda, "excess_risk",
    x.excess_risk, "gain", x.gain);
}

template <class V>
void describe(V& v, Of<RidgeBest> auto& x) {
  v("lambda", x.lambda, "ridge", x.ridge, "excess_risk", x.excess_risk);
}

template <class V>
void describe(V& v, Of<SolveRidge> auto& x) {
  v("approximation", x.approximation, "risk", x.risk, "without_teacher", x.without_teacher, "best",
    x.best, "tuned_gain", x.tuned_gain);
}

template <class V>
void describe(V& v, Of<SolveTeacher> auto& x) {
  v("name", x.name, "columns", x.columns, "i_teacher_student", x.i_teacher_student, "cch_holds",
    x.cch_holds, "beta_s", x.beta_s, "beta_e", x.beta_e, "lambda_star", x.lambda_star, "best_gain",
    x.best_gain, "weight", x.weight);
}

template <class V>
void describe(V& v, Of<SolveTogether> auto& x) {
  v("label_weight", x.label_weight, "excess_risk", x.excess_risk, "gain", x.gain,
    "gain_over_single", x.gain_over_single, "best_single", x.best_single, "abstains", x.abstains,
    "optimality_gap", x.optimality_gap);
}

template <class V>
void describe(V& v, Of<SolveSimulation> auto& x) {
  v("repeats", x.repeats, "risk", x.risk);
}

template <class V>
void describe(V& v, Of<SolveDocument> auto& x) {
  v.schema("cch.gaussian/1");
  v("i_teacher_student", x.i_teacher_student, "i_student_labels", x.i_student_labels, "margin",
    x.margin, "cch_holds", x.cch_holds, "beta_s", x.beta_s, "beta_e", x.beta_e, "moments",
    x.moments, "kappa", x.kappa, "lambda_star", x.lambda_star, "best_gain", x.best_gain,
    "largest_helpful_lambda", x.largest_helpful_lambda, "small_lambda", x.small_lambda, "i_blocks",
    x.i_blocks, "ridge", x.ridge, "together", x.together, "simulation", x.simulation, "warnings",
    x.warnings, "inputs", x.inputs, "config", x.config, "version", x.version, "command", x.command,
    "seed", x.seed);
  v.null_if_empty("risk", x.risk);
  v.null_if_empty("teachers", x.teachers);
}

nlohmann::json to_json(const SolveDocument& document) {
  return encode(document);
}

SolveDocument read_solve(const nlohmann::json& document) {
  return read<SolveDocument>(document);
}

std::string to_text(const SolveDocument& document, int indent) {
  return text_of(encode(document), indent);
}

SolveDocument parse_solve(std::string_view text) {
  return read_solve(parse(text));
}

}  // namespace cch::documents
