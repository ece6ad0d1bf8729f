#include <cmath>

#include "cch/core/random.hpp"
#include "cch/estimators/catalog.hpp"
#include "cch/estimators/scale.hpp"
#include "cch/gaussian/laws.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/gaussian/sweep.hpp"

namespace cch {
namespace {

using nlohmann::json;

/// JSON has no infinity; the fields that may hold one say in the schema what null means.
json finite(double value) {
  return std::isfinite(value) ? json(value) : json();
}

json simulated_json(const SimulatedValue& value) {
  return {{"mean", value.mean}, {"standard_error", value.standard_error}};
}

json point_json(const DistillationRisk& risk, double lambda) {
  const DistillationMoments& m = risk.moments();
  const LawReadings laws = read_laws(risk, lambda);
  json point = {{"lambda", lambda},
                {"excess_risk", risk.excess_risk(lambda)},
                {"gain", risk.gain(lambda)},
                {"cosine_gain", nullptr},
                {"accuracy_change", nullptr},
                {"says",
                 {{"cch", laws.cch_holds ? "helps" : "silent"},
                  {"small_lambda_risk", to_string(laws.small_lambda_risk)},
                  {"small_lambda_direction", to_string(laws.small_lambda_direction)},
                  {"risk", to_string(laws.risk)},
                  {"direction", to_string(laws.direction)}}},
                {"simulated", nullptr}};
  if (m.vs > 0.0) {
    point["cosine_gain"] = risk.cosine(lambda) - risk.cosine(0.0);
    point["accuracy_change"] = risk.accuracy_change(lambda, latent_correlation(m));
  }
  return point;
}

json closed_json(const CellClosedForm& closed, const std::vector<double>& lambdas) {
  const DistillationRisk& risk = closed.risk;
  const ModelInformation& blocks = closed.blocks;
  json points = json::array();
  for (const double lambda : lambdas) points.push_back(point_json(risk, lambda));
  return {{"basis", closed.as_if_fresh ? "as-if-fresh" : "formula"},
          {"i_teacher_student", finite(risk.i_teacher_student())},
          {"i_student_labels", finite(risk.i_student_labels())},
          {"cch_margin", finite(risk.cch_margin())},
          {"cch_holds", risk.cch_margin() > 0.0},
          {"i_blocks",
           {{"teacher_student", finite(blocks.x1_x2)},
            {"student_labels", finite(blocks.x2_y)},
            {"teacher_labels", finite(blocks.x1_y)},
            {"teacher_labels_given_student", finite(blocks.x1_y_given_x2)}}},
          {"beta_s", risk.moments().beta_s},
          {"beta_e", risk.moments().beta_e()},
          {"kappa", risk.kappa()},
          {"noise_variance", risk.moments().ve},
          {"excess_risk_without", risk.excess_risk(0.0)},
          {"lambda_star", finite(risk.best_lambda())},
          {"best_gain", risk.best_gain()},
          {"risk", points}};
}

void add_simulation(json& cell, const SimulatedRisk& simulated) {
  for (std::size_t i = 0; i < simulated.points.size(); ++i) {
    const SimulatedPoint& point = simulated.points[i];
    cell["risk"][i]["simulated"] = {{"excess_risk", simulated_json(point.excess_risk)},
                                    {"gain", simulated_json(point.gain)},
                                    {"cosine_gain", simulated_json(point.cosine_gain)}};
  }
  for (const Warning& warning : simulated.warnings) {
    cell["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
}

double estimated_nats(const std::string& name, Scale scale, const Samples& x, const Samples& y,
                      const Execution& exec) {
  std::vector<Warning> ignored;  // constant and tied columns do not occur in normal rows
  const Variable a = scaled(x, scale, ignored, exec);
  const Variable b = scaled(y, scale, ignored, exec);
  const Groups groups = Groups::singletons(x.size());
  const EstimatorOptions options =
      name == "auto" ? choose_estimator(a, b, groups).options : default_options(name);
  return estimate(options, a, b, groups, exec).nats;
}

json information_json(const EstimatedInformation& information) {
  json out = simulated_json(information.value);
  out["truth"] = finite(information.truth);
  return out;
}

json estimates_json(const SweepEstimates& asked, const StudyCell& cell, const Execution& exec) {
  const Scale scale = asked.scale;
  std::vector<NamedEstimator> estimators;
  for (const std::string& name : asked.estimators) {
    estimators.push_back(
        {name, [name, scale](const Samples& x, const Samples& y, const Execution& inner) {
           return estimated_nats(name, scale, x, y, inner);
         }});
  }
  json out = json::array();
  for (const CellEstimate& e : estimate_cell(cell, estimators, asked.draws, asked.rows, exec)) {
    json entry = {{"estimator", e.estimator},    {"i_teacher_student", nullptr},
                  {"i_student_labels", nullptr}, {"draws", e.draws},
                  {"says_cch", e.says_cch},      {"failed", nullptr}};
    if (e.failed.empty()) {
      entry["i_teacher_student"] = information_json(e.teacher_student);
      entry["i_student_labels"] = information_json(e.student_labels);
    } else {
      entry["failed"] = e.failed;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

/// All that a cell's numbers depend on.
std::string question_of(const SweepSettings& s, const StudyCell& cell) {
  json question = {{"family", to_string(cell.family)}, {"parameters", parameters_json(cell)},
                   {"intercept", s.intercept},         {"lambdas", s.lambdas},
                   {"simulate", s.simulate},           {"seed", s.common.seed}};
  if (!s.estimates.estimators.empty()) {
    question["estimates"] = {s.estimates.estimators, s.estimates.draws, s.estimates.rows,
                             to_string(s.estimates.scale)};
  }
  return question.dump();
}

}  // namespace

nlohmann::json parameters_json(const StudyCell& cell) {
  json out = json::object();
  for (const StudyParameter& p : study_parameters(cell.family)) {
    const double value = p.get(cell);
    if (p.whole) {
      out[std::string(p.name)] = static_cast<std::uint64_t>(value);
    } else {
      out[std::string(p.name)] = value;
    }
  }
  out["teacher"] = cell.teacher_name;
  return out;
}

std::string cell_key(const SweepSettings& s, const StudyCell& cell) {
  return digest(version() + question_of(s, cell), 32);
}

nlohmann::json run_cell(const SweepSettings& s, const StudyCell& cell, const Execution& exec) {
  // A cell's streams depend on its own question alone, not on its place in a grid.
  const Execution own = exec.with_seed(derive_seed(exec.seed, parameters_json(cell).dump()));
  json out = closed_json(closed_form(cell, s.intercept), s.lambdas);
  out["parameters"] = parameters_json(cell);
  out["p1"] = cell.p1();
  out["p2"] = cell.p2();
  out["n_over_p"] = static_cast<double>(cell.n) / static_cast<double>(cell.p2());
  out["warnings"] = json::array();
  out["estimates"] = json::array();
  if (s.simulate > 0) {
    add_simulation(out, simulate_cell(cell, s.intercept, {s.lambdas, s.simulate}, own));
  }
  if (!s.estimates.estimators.empty()) out["estimates"] = estimates_json(s.estimates, cell, own);
  return out;
}

}  // namespace cch
