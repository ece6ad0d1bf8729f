#include <algorithm>
#include <cmath>

#include "cch/gaussian/laws.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/gaussian/settings.hpp"

namespace cch {
namespace {

using nlohmann::json;

constexpr std::size_t kRepeats = 400;  // of a teacher that can only be simulated

/// Redundancy is the minimal mutual information (Barrett 2015).
json blocks_json(const GaussianProblem& p, std::vector<Warning>& warnings) {
  const ModelInformation i = p.information();
  const double redundancy = std::min(i.x1_y, i.x2_y);
  const double unique_x1 = i.x1_y - redundancy;
  auto value = [&](double nats, const std::string& name) {
    return finite_json(nats, "i_blocks." + name, warnings);
  };
  json out = {{"x1_x2", value(i.x1_x2, "x1_x2")},
              {"x2_y", value(i.x2_y, "x2_y")},
              {"x1_y", value(i.x1_y, "x1_y")},
              {"x1_y_given_x2", value(i.x1_y_given_x2, "x1_y_given_x2")},
              {"decomposition", nullptr}};
  if (!std::isfinite(i.x1_y + i.x2_y + i.x1_y_given_x2)) return out;
  out["decomposition"] = {{"redundancy", redundancy},
                          {"unique_x1", unique_x1},
                          {"unique_x2", i.x2_y - redundancy},
                          {"synergy", i.x1_y_given_x2 - unique_x1},
                          {"definition", "minimal mutual information (Barrett 2015)"}};
  return out;
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

/// What does not depend on n.
void add_population(json& out, const DistillationRisk& risk, std::vector<Warning>& warnings) {
  const DistillationMoments& m = risk.moments();
  out["i_teacher_student"] = finite_json(risk.i_teacher_student(), "i_teacher_student", warnings);
  out["i_student_labels"] = risk.i_student_labels();
  out["margin"] = finite_json(risk.cch_margin(), "margin", warnings);
  out["cch_holds"] = risk.cch_margin() > 0.0;
  out["beta_s"] = m.beta_s;
  out["beta_e"] = m.beta_e();
  out["moments"] = moments_json(m);
}

void add_closed_form(json& out, const DistillationRisk& risk, const std::vector<double>& lambdas,
                     std::vector<Warning>& warnings) {
  add_population(out, risk, warnings);
  out["kappa"] = risk.kappa();
  out["lambda_star"] = finite_json(risk.best_lambda(), "lambda_star", warnings);
  out["best_gain"] = risk.best_gain();
  out["largest_helpful_lambda"] =
      finite_json(risk.largest_helpful_lambda(), "largest_helpful_lambda", warnings);
  out["small_lambda"] = {{"risk_slope", risk.risk_slope()}, {"direction_slope", nullptr}};
  if (risk.moments().vs > 0.0) out["small_lambda"]["direction_slope"] = risk.direction_slope();
  out["risk"] = json::array();
  for (const double lambda : lambdas) out["risk"].push_back(point_json(risk, lambda));
}

void add_nothing(json& out) {
  for (const char* name :
       {"i_teacher_student", "i_student_labels", "margin", "cch_holds", "beta_s", "beta_e",
        "moments", "kappa", "lambda_star", "best_gain", "largest_helpful_lambda", "small_lambda",
        "risk", "ridge", "teachers", "together", "simulation"}) {
    out[name] = nullptr;
  }
}

void add_simulated_alone(json& out, const GaussianProblem& p, std::vector<Warning>& warnings) {
  out["kappa"] = excess_noise_factor(p.p, p.fit);
  warnings.push_back({"dependent-teacher",
                      "a teacher that is fitted on the student's own rows depends on their errors: "
                      "no formula covers it, so its risk is simulated and all else is null"});
}

/// Least squares has no mean risk with so few rows; a ridge student has.
bool too_few_rows(const GaussianProblem& p) {
  return p.fit.n < p.p + (p.fit.intercept ? 3 : 2);
}

void add_ridge_alone(json& out, const GaussianProblem& p, std::vector<Warning>& warnings) {
  add_population(out, DistillationRisk(p.moments(), {p.p + 3, p.fit.intercept}), warnings);
  warnings.push_back({"infinite-risk",
                      "with so few rows the mean risk of least squares is infinite: only the ridge "
                      "student has risks, and those of least squares are null"});
}

void add_without_rows(json& out, const GaussianProblem& p, std::vector<Warning>& warnings) {
  add_population(out, DistillationRisk(p.moments(), {p.p + 3, p.fit.intercept}), warnings);
  warnings.push_back({"n-needed",
                      "the number of the student's rows is not given (--n): risks, κ and λ depend "
                      "on it and are null"});
}

json simulated_json(const SimulatedValue& value) {
  return {{"mean", value.mean}, {"standard_error", value.standard_error}};
}

json simulation_json(const GaussianSettings& s, const GaussianProblem& p, std::size_t repeats,
                     std::vector<Warning>& warnings, const Execution& exec) {
  const SimulationOptions options{s.lambdas, repeats, s.teacher_scale};
  const SimulatedRisk simulated =
      p.joint ? simulate_risk(*p.joint, p.teacher, p.fit, options, exec, p.blocks())
              : simulate_risk(*p.model, p.teacher, p.fit, options, exec);
  warnings.insert(warnings.end(), simulated.warnings.begin(), simulated.warnings.end());
  json points = json::array();
  for (const SimulatedPoint& point : simulated.points) {
    points.push_back({{"lambda", point.lambda},
                      {"excess_risk", simulated_json(point.excess_risk)},
                      {"gain", simulated_json(point.gain)},
                      {"cosine", simulated_json(point.cosine)},
                      {"cosine_gain", simulated_json(point.cosine_gain)}});
  }
  return {{"repeats", simulated.repeats}, {"risk", points}};
}

/// A ridge student and several teachers have formulas alone.
void refuse_closed_parts(const GaussianSettings& s) {
  if (s.ridges.empty() && s.teachers.empty()) return;
  refuse_usage("option-without-meaning",
               std::string(s.ridges.empty() ? "--teachers" : "--ridge") +
                   " cannot go with a teacher on the student's own rows",
               "such a teacher can only be simulated, and these are formulas",
               "Leave it out, or give the teacher fresh rows");
}

json config_json(const GaussianSettings& s, const GaussianProblem& p) {
  return {{"dims", {p.d1, p.p, p.q}},
          {"n", optional_json(s.n)},
          {"intercept", p.fit.intercept},
          {"teacher", s.teacher},
          {"teacher_scale", s.teacher_scale},
          {"teachers", s.teachers},
          {"ridge", s.ridges},
          {"lambda", s.lambdas}};
}

}  // namespace

nlohmann::json finite_json(double value, const std::string& name, std::vector<Warning>& warnings) {
  if (std::isfinite(value)) return value;
  warnings.push_back({"infinite-value", name + " is infinite, so it is null here"});
  return nullptr;
}

nlohmann::json gaussian_document(const GaussianSettings& s, const GaussianProblem& p,
                                 const Execution& exec) {
  std::vector<Warning> warnings = p.warnings;
  const bool own_rows = std::holds_alternative<StudentRowsTeacher>(p.teacher);
  json out = {{"schema", "cch.gaussian/1"}, {"version", version()}, {"seed", s.common.seed}};
  out["inputs"] = p.inputs;
  out["config"] = config_json(s, p);
  add_nothing(out);
  if (own_rows) {
    refuse_closed_parts(s);
    add_simulated_alone(out, p, warnings);
  } else if (!s.n) {
    add_without_rows(out, p, warnings);
  } else if (!s.ridges.empty() && too_few_rows(p)) {
    add_ridge_alone(out, p, warnings);
  } else {
    add_closed_form(out, DistillationRisk(p.moments(), p.fit), s.lambdas, warnings);
  }
  out["i_blocks"] = blocks_json(p, warnings);
  if (!s.ridges.empty()) out["ridge"] = ridge_json(s, p, warnings);
  if (!s.teachers.empty()) add_several_teachers(out, p, warnings);
  const std::size_t repeats = s.simulate > 0 || !own_rows ? s.simulate : kRepeats;
  if (repeats > 0) out["simulation"] = simulation_json(s, p, repeats, warnings, exec);
  out["warnings"] = warnings_json(warnings);
  return out;
}

}  // namespace cch
