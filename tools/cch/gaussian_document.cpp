#include <cmath>

#include "cch/gaussian/information_decomposition.hpp"
#include "cch/gaussian/laws.hpp"
#include "tools/cch/gaussian_settings.hpp"

namespace cch {
namespace {

using nlohmann::json;

constexpr std::size_t kRepeats = 400;  // of a teacher that can only be simulated

/// JSON has no infinity: null, and a warning that says so.
json finite(double value, const std::string& name, std::vector<Warning>& warnings) {
  if (std::isfinite(value)) return value;
  warnings.push_back({"infinite-value", name + " is infinite, so it is null here"});
  return nullptr;
}

json blocks_json(const JointGaussian& joint) {
  const auto d = decompose_information(joint, {"x1"}, {"x2"}, {"y"});
  return {{"x1_x2", joint.information({"x1"}, {"x2"})},
          {"x2_y", joint.information({"x2"}, {"y"})},
          {"x1_y", joint.information({"x1"}, {"y"})},
          {"x1_y_given_x2", joint.information({"x1"}, {"y"}, {"x2"})},
          {"decomposition",
           {{"redundancy", d.redundancy},
            {"unique_x1", d.unique_first},
            {"unique_x2", d.unique_second},
            {"synergy", d.synergy},
            {"definition", "minimal mutual information (Barrett 2015)"}}}};
}

json moments_json(const DistillationMoments& m) {
  return {{"vs", m.vs}, {"ve", m.ve},   {"vh", m.vh},   {"c", m.c},
          {"b", m.b},   {"vr", m.vr()}, {"vt", m.vt()}, {"vy", m.vy()}};
}

json point_json(const DistillationRisk& risk, double lambda) {
  json point = {{"lambda", lambda},           {"excess_risk", risk.excess_risk(lambda)},
                {"gain", risk.gain(lambda)},  {"cosine", nullptr},
                {"accuracy_change", nullptr}, {"says", nullptr}};
  const DistillationMoments& m = risk.moments();
  if (m.vs > 0.0) point["cosine"] = risk.cosine(lambda);
  if (m.vs > 0.0 && m.outputs == 1) {
    point["accuracy_change"] = risk.accuracy_change(lambda, latent_correlation(m));
  }
  if (lambda > 0.0) {
    const LawReadings laws = read_laws(risk, lambda);
    point["says"] = {{"risk", to_string(laws.risk)},
                     {"direction", to_string(laws.direction)},
                     {"disagreements", laws.disagreements}};
  }
  return point;
}

void add_closed_form(json& out, const GaussianProblem& p, const std::vector<double>& lambdas,
                     std::vector<Warning>& warnings) {
  const DistillationRisk risk(distillation_moments(p.joint, p.teacher, p.fit.intercept), p.fit);
  const DistillationMoments& m = risk.moments();
  out["i_teacher_student"] = finite(risk.i_teacher_student(), "i_teacher_student", warnings);
  out["i_student_labels"] = risk.i_student_labels();
  out["margin"] = finite(risk.cch_margin(), "margin", warnings);
  out["cch_holds"] = risk.cch_margin() > 0.0;
  out["beta_s"] = m.beta_s;
  out["beta_e"] = m.beta_e();
  out["moments"] = moments_json(m);
  out["lambda_star"] = finite(risk.best_lambda(), "lambda_star", warnings);
  out["best_gain"] = risk.best_gain();
  out["largest_helpful_lambda"] =
      finite(risk.largest_helpful_lambda(), "largest_helpful_lambda", warnings);
  out["small_lambda"] = {{"risk_slope", risk.risk_slope()}, {"direction_slope", nullptr}};
  if (m.vs > 0.0) out["small_lambda"]["direction_slope"] = risk.direction_slope();
  out["risk"] = json::array();
  for (const double lambda : lambdas) out["risk"].push_back(point_json(risk, lambda));
}

void add_nothing_closed(json& out, std::vector<Warning>& warnings) {
  for (const char* name :
       {"i_teacher_student", "i_student_labels", "margin", "cch_holds", "beta_s", "beta_e",
        "moments", "lambda_star", "best_gain", "largest_helpful_lambda", "small_lambda", "risk"}) {
    out[name] = nullptr;
  }
  warnings.push_back({"dependent-teacher",
                      "a teacher that is fitted on the student's own rows depends on their errors: "
                      "no formula covers it, so its risk is simulated and all else is null"});
}

json simulated_json(const SimulatedValue& value) {
  return {{"mean", value.mean}, {"standard_error", value.standard_error}};
}

json simulation_json(const GaussianSettings& s, const GaussianProblem& p, std::size_t repeats,
                     std::vector<Warning>& warnings, const Execution& exec) {
  const SimulatedRisk simulated =
      simulate_risk(p.joint, p.teacher, p.fit, {s.lambdas, repeats}, exec);
  warnings.insert(warnings.end(), simulated.warnings.begin(), simulated.warnings.end());
  json points = json::array();
  for (const SimulatedPoint& point : simulated.points) {
    points.push_back({{"lambda", point.lambda},
                      {"excess_risk", simulated_json(point.excess_risk)},
                      {"gain", simulated_json(point.gain)},
                      {"cosine", simulated_json(point.cosine)}});
  }
  return {{"repeats", simulated.repeats}, {"risk", points}};
}

}  // namespace

nlohmann::json gaussian_document(const GaussianSettings& s, const GaussianProblem& p,
                                 const Execution& exec) {
  std::vector<Warning> warnings;
  const bool own_rows = std::holds_alternative<StudentRowsTeacher>(p.teacher);
  const std::size_t student = p.joint.dim({"x2"});
  json out = {{"schema", "cch.gaussian/1"}, {"version", version()}, {"seed", s.common.seed}};
  out["inputs"] = p.inputs;
  out["config"] = {{"dims", {p.joint.dim({"x1"}), student, p.joint.dim({"y"})}},
                   {"n", p.fit.n},
                   {"intercept", p.fit.intercept},
                   {"teacher", s.teacher},
                   {"lambda", s.lambdas}};
  out["kappa"] = excess_noise_factor(student, p.fit);
  out["i_blocks"] = blocks_json(p.joint);
  if (own_rows) {
    add_nothing_closed(out, warnings);
  } else {
    add_closed_form(out, p, s.lambdas, warnings);
  }
  const std::size_t repeats = s.simulate > 0 || !own_rows ? s.simulate : kRepeats;
  out["simulation"] = nullptr;
  if (repeats > 0) out["simulation"] = simulation_json(s, p, repeats, warnings, exec);
  out["warnings"] = warnings_json(warnings);
  return out;
}

}  // namespace cch
