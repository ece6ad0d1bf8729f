#include "cch/gaussian/study_result.hpp"

#include <cmath>

namespace cch {
namespace {

StudyPoint closed_point(const DistillationRisk& risk, double lambda) {
  const DistillationMoments& m = risk.moments();
  const LawReadings laws = read_laws(risk, lambda);
  StudyPoint out;
  out.lambda = lambda;
  out.excess_risk = risk.excess_risk(lambda);
  out.gain = risk.gain(lambda);
  out.says = {laws.cch_holds ? CchWord::helps : CchWord::silent, laws.small_lambda_risk,
              laws.small_lambda_direction, laws.risk, laws.direction};
  if (m.vs > 0.0) {
    out.cosine_gain = risk.cosine(lambda) - risk.cosine(0.0);
    out.accuracy_change = risk.accuracy_change(lambda, latent_correlation(m));
  }
  return out;
}

void set_closed_form(StudyResult& out, const CellClosedForm& closed,
                     const std::vector<double>& lambdas) {
  const DistillationRisk& risk = closed.risk;
  out.basis = closed.as_if_fresh ? Basis::as_if_fresh : Basis::formula;
  out.i_teacher_student = if_finite(risk.i_teacher_student());
  out.i_student_labels = if_finite(risk.i_student_labels());
  out.cch_margin = if_finite(risk.cch_margin());
  out.cch_holds = risk.cch_margin() > 0.0;
  out.blocks = {if_finite(closed.blocks.x1_x2), if_finite(closed.blocks.x2_y),
                if_finite(closed.blocks.x1_y), if_finite(closed.blocks.x1_y_given_x2)};
  out.beta_s = risk.moments().beta_s;
  out.beta_e = risk.moments().beta_e();
  out.kappa = risk.kappa();
  out.noise_variance = risk.moments().ve;
  out.excess_risk_without = risk.excess_risk(0.0);
  out.lambda_star = if_finite(risk.best_lambda());
  out.best_gain = risk.best_gain();
  for (const double lambda : lambdas) out.points.push_back(closed_point(risk, lambda));
}

void add_simulation(StudyResult& out, const SimulatedRisk& simulated) {
  for (std::size_t i = 0; i < simulated.points.size(); ++i) {
    const SimulatedPoint& point = simulated.points[i];
    out.points[i].simulated = SimulatedGains{point.excess_risk, point.gain, point.cosine_gain};
  }
  out.warnings = simulated.warnings;
}

}  // namespace

std::optional<double> if_finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::string_view to_string(CchWord word) {
  return word == CchWord::helps ? "helps" : "silent";
}

std::string_view to_string(Basis basis) {
  return basis == Basis::formula ? "formula" : "as-if-fresh";
}

StudyResult study_result(const StudyCell& cell, const StudyQuestion& question,
                         const Execution& exec) {
  StudyResult out;
  set_closed_form(out, closed_form(cell, question.intercept), question.lambdas);
  out.p1 = cell.p1();
  out.p2 = cell.p2();
  out.n_over_p = static_cast<double>(cell.n) / static_cast<double>(cell.p2());
  if (question.simulate > 0) {
    const SimulationOptions options{question.lambdas, question.simulate};
    add_simulation(out, simulate_cell(cell, question.intercept, options, exec));
  }
  if (!question.estimators.empty()) {
    out.estimates = estimate_cell(cell, question.estimators, question.draws, question.rows, exec);
  }
  return out;
}

const StudyPoint* point_at(const StudyResult& cell, double lambda) {
  for (const StudyPoint& point : cell.points) {
    if (point.lambda == lambda) return &point;
  }
  return nullptr;
}

std::optional<double> z_score(const SimulatedValue& simulated, std::optional<double> truth) {
  if (!truth) return std::nullopt;
  return if_finite((simulated.mean - *truth) / simulated.standard_error);
}

void FormulaAgreement::add(double z) {
  const double size = std::fabs(z);
  ++points;
  beyond_2se += size > 2.0 ? 1 : 0;
  beyond_4se += size > 4.0 ? 1 : 0;
  largest_z = std::fmax(largest_z, size);
}

void add_agreement(const StudyResult& cell, FormulaAgreement& agreement) {
  if (!cell.exact()) return;
  for (const StudyPoint& point : cell.points) {
    if (!point.simulated) continue;
    const auto z = z_score(point.simulated->excess_risk, point.excess_risk);
    if (z) agreement.add(*z);
  }
}

std::optional<double> risk_alone(const StudyResult& cell) {
  if (!(cell.excess_risk_without > 0.0)) return std::nullopt;
  return cell.excess_risk_without;
}

std::optional<RiskParabola> risk_parabola(const StudyResult& cell) {
  const auto alone = risk_alone(cell);
  const StudyPoint* last = nullptr;
  for (const StudyPoint& point : cell.points) {
    if (!last || point.lambda > last->lambda) last = &point;
  }
  if (!alone || !last || !(last->lambda > 0.0)) return std::nullopt;
  const double u = last->lambda / (1 + last->lambda);
  RiskParabola out;
  out.slope = -2 * cell.kappa * cell.noise_variance * (1 - cell.beta_e) / *alone;
  out.bend = (last->excess_risk / *alone - 1 - out.slope * u) / (u * u);
  return out;
}

void MeanBias::add(const EstimatedInformation& estimate) {
  if (!estimate.truth) return;
  sum += estimate.value.mean - *estimate.truth;
  variance += estimate.value.standard_error * estimate.value.standard_error;
  truth += *estimate.truth;
  ++cells;
}

double MeanBias::standard_error() const {
  return std::sqrt(variance) / static_cast<double>(cells);
}

}  // namespace cch
