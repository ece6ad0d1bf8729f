#include <algorithm>
#include <cmath>

#include "cch/gaussian/information_decomposition.hpp"
#include "cch/gaussian/study_result.hpp"
#include "tools/cch/document_parts.hpp"
#include "tools/cch/gaussian/settings.hpp"

namespace cch {
namespace {

using documents::SolveDocument;

constexpr std::size_t kRepeats = 400;  // of a teacher that can only be simulated

documents::SolveBlocks blocks_of(const GaussianProblem& p, std::vector<Warning>& warnings) {
  const ModelInformation i = p.information();
  documents::SolveBlocks out;
  out.x1_x2 = finite_number(i.x1_x2, "i_blocks.x1_x2", warnings);
  out.x2_y = finite_number(i.x2_y, "i_blocks.x2_y", warnings);
  out.x1_y = finite_number(i.x1_y, "i_blocks.x1_y", warnings);
  out.x1_y_given_x2 = finite_number(i.x1_y_given_x2, "i_blocks.x1_y_given_x2", warnings);
  if (!std::isfinite(i.x1_y + i.x2_y + i.x1_y_given_x2)) return out;
  const InformationDecomposition d = decompose_information(i);
  out.decomposition =
      documents::SolveDecomposition{d.redundancy, d.unique_x1, d.unique_x2, d.synergy,
                                    "minimal mutual information (Barrett 2015)"};
  return out;
}

documents::SolvePoint point_of(const DistillationRisk& risk, double lambda) {
  documents::SolvePoint out{lambda, risk.excess_risk(lambda), risk.gain(lambda), {}, {}, {}};
  const DistillationMoments& m = risk.moments();
  if (m.vs > 0.0) out.cosine = risk.cosine(lambda);
  if (m.vs > 0.0 && m.outputs == 1) {
    out.accuracy_change = risk.accuracy_change(lambda, latent_correlation(m));
  }
  if (lambda > 0.0) {
    const LawReadings laws = read_laws(risk, lambda);
    out.says = documents::SolveReadings{laws.risk, laws.direction, laws.disagreements};
  }
  return out;
}

/// What does not depend on n.
void add_population(SolveDocument& out, const DistillationRisk& risk) {
  const DistillationMoments& m = risk.moments();
  out.i_teacher_student =
      finite_number(risk.i_teacher_student(), "i_teacher_student", out.warnings);
  out.i_student_labels = risk.i_student_labels();
  out.margin = finite_number(risk.cch_margin(), "margin", out.warnings);
  out.cch_holds = risk.cch_margin() > 0.0;
  out.beta_s = m.beta_s;
  out.beta_e = m.beta_e();
  out.moments = documents::SolveMoments{m.vs, m.ve, m.vh, m.c, m.b, m.vr(), m.vt(), m.vy()};
}

void add_closed_form(SolveDocument& out, const DistillationRisk& risk,
                     const std::vector<double>& lambdas) {
  add_population(out, risk);
  out.kappa = risk.kappa();
  out.lambda_star = finite_number(risk.best_lambda(), "lambda_star", out.warnings);
  out.best_gain = risk.best_gain();
  out.largest_helpful_lambda =
      finite_number(risk.largest_helpful_lambda(), "largest_helpful_lambda", out.warnings);
  out.small_lambda = documents::SmallLambda{risk.risk_slope(), {}};
  if (risk.moments().vs > 0.0) out.small_lambda->direction_slope = risk.direction_slope();
  for (const double lambda : lambdas) out.risk.push_back(point_of(risk, lambda));
}

void add_simulated_alone(SolveDocument& out, const GaussianProblem& p) {
  out.kappa = excess_noise_factor(p.p, p.fit);
  out.warnings.push_back(
      {"dependent-teacher",
       "a teacher that is fitted on the student's own rows depends on their errors: no formula "
       "covers it, so its risk is simulated and all else is null"});
}

/// Least squares has no mean risk with so few rows; a ridge student has.
bool too_few_rows(const GaussianProblem& p) {
  return p.fit.n < p.p + (p.fit.intercept ? 3 : 2);
}

/// Informations and moments are those of any number of rows that has a risk.
void add_population_alone(SolveDocument& out, const GaussianProblem& p, const Warning& why) {
  add_population(out, DistillationRisk(p.moments(), {p.p + 3, p.fit.intercept}));
  out.warnings.push_back(why);
}

documents::SolveSimulation simulation_of(const GaussianSettings& s, const GaussianProblem& p,
                                         std::size_t repeats, std::vector<Warning>& warnings,
                                         const Execution& exec) {
  const SimulationOptions options{s.lambdas, repeats, s.teacher_scale};
  const SimulatedRisk simulated =
      p.joint ? simulate_risk(*p.joint, p.teacher, p.fit, options, exec, p.blocks())
              : simulate_risk(*p.model, p.teacher, p.fit, options, exec);
  warnings.insert(warnings.end(), simulated.warnings.begin(), simulated.warnings.end());
  return {simulated.repeats, simulated.points};
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

}  // namespace

documents::Number finite_number(double value, const std::string& name,
                                std::vector<Warning>& warnings) {
  if (!std::isfinite(value)) {
    warnings.push_back({"infinite-value", name + " is infinite, so it is null here"});
  }
  return if_finite(value);
}

documents::SolveDocument solve_document(const GaussianSettings& s, const GaussianProblem& p,
                                        const Execution& exec) {
  SolveDocument out;
  out.version = version();
  out.seed = s.common.seed;
  out.inputs = p.inputs;
  out.warnings = p.warnings;
  out.config = {{p.d1, p.p, p.q}, s.n,        p.fit.intercept, s.teacher,
                s.teacher_scale,  s.teachers, s.ridges,        s.lambdas};
  const bool own_rows = std::holds_alternative<StudentRowsTeacher>(p.teacher);
  if (own_rows) {
    refuse_closed_parts(s);
    add_simulated_alone(out, p);
  } else if (!s.n) {
    add_population_alone(out, p,
                         {"n-needed",
                          "the number of the student's rows is not given (--n): risks, κ and λ "
                          "depend on it and are null"});
  } else if (!s.ridges.empty() && too_few_rows(p)) {
    add_population_alone(out, p,
                         {"infinite-risk",
                          "with so few rows the mean risk of least squares is infinite: only the "
                          "ridge student has risks, and those of least squares are null"});
  } else {
    add_closed_form(out, DistillationRisk(p.moments(), p.fit), s.lambdas);
  }
  out.i_blocks = blocks_of(p, out.warnings);
  if (!s.ridges.empty()) out.ridge = ridge_part(s, p, out.warnings);
  if (!s.teachers.empty() && !too_few_rows(p)) add_several_teachers(out, p);
  const std::size_t repeats = s.simulate > 0 || !own_rows ? s.simulate : kRepeats;
  if (repeats > 0) out.simulation = simulation_of(s, p, repeats, out.warnings, exec);
  out.warnings = documents::distinct(out.warnings);
  return out;
}

}  // namespace cch
