#include "cch/gaussian/simulate_risk.hpp"

#include <cmath>
#include <string>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "gaussian/simulated_mean.hpp"
#include "gaussian/training_sets.hpp"

namespace cch {
namespace {

using detail::Students;
using detail::WhitenedModel;

struct Outcome {
  double excess_risk = 0.0;
  double cosine = 0.0;
};

/// The student at weight u of a teacher scaled by γ; right = W* of s = W*ᵀz2.
Outcome outcome_at(const Eigen::MatrixXd& right, const Students& students, double u, double scale) {
  const Eigen::MatrixXd made =
      (1.0 - u) * students.on_labels.w + (u * scale) * students.on_teacher.w;
  const double offset =
      ((1.0 - u) * students.on_labels.b + (u * scale) * students.on_teacher.b).squaredNorm();
  const double length = (made.squaredNorm() + offset) * right.squaredNorm();
  return {(made - right).squaredNorm() + offset,
          length > 0.0 ? made.cwiseProduct(right).sum() / std::sqrt(length) : 0.0};
}

void check_options(const SimulationOptions& o) {
  if (o.repeats < 2) {
    refuse_usage("bad-repeats", "a simulation needs at least 2 repeats",
                 "one has no standard error", "Give 100 or more");
  }
  if (!std::isfinite(o.teacher_scale)) {
    refuse_usage("bad-scale", "the teacher's scale is not finite", {}, "Give a number");
  }
  for (const double lambda : o.lambdas) {
    if (lambda >= 0.0) continue;
    refuse_usage("bad-lambda", "λ = " + std::to_string(lambda) + " is not a weight",
                 "λ is the weight of the teacher against the labels", "Give λ of at least 0");
  }
}

/// u of every λ, after u = 0, which gains are against.
std::vector<double> weights_of(const std::vector<double>& lambdas) {
  std::vector<double> out{0.0};
  for (const double lambda : lambdas) {
    out.push_back(std::isinf(lambda) ? 1.0 : lambda / (1.0 + lambda));
  }
  return out;
}

using Repeat = std::vector<Outcome>;  // one outcome for each weight

std::vector<SimulatedPoint> points_of(const std::vector<Repeat>& outcomes,
                                      const std::vector<double>& lambdas) {
  auto mean = [&](auto&& value) {
    std::vector<double> values;
    for (const Repeat& repeat : outcomes) values.push_back(value(repeat));
    return detail::mean_of(values);
  };
  std::vector<SimulatedPoint> out;
  for (std::size_t i = 0; i < lambdas.size(); ++i) {
    out.push_back({lambdas[i], mean([&](const Repeat& r) { return r[i + 1].excess_risk; }),
                   mean([&](const Repeat& r) { return r[0].excess_risk - r[i + 1].excess_risk; }),
                   mean([&](const Repeat& r) { return r[i + 1].cosine; }),
                   mean([&](const Repeat& r) { return r[i + 1].cosine - r[0].cosine; })});
  }
  return out;
}

bool has_heavy_tails(std::size_t columns, const StudentFit& fit) {
  return fit.n <= columns + (fit.intercept ? 4 : 3);
}

std::vector<Warning> warnings_of(const WhitenedModel& model, const Teacher& teacher,
                                 const StudentFit& fit) {
  const auto* fresh = std::get_if<FreshRowsTeacher>(&teacher);
  if (!has_heavy_tails(static_cast<std::size_t>(model.p()), fit) &&
      !(fresh &&
        has_heavy_tails(static_cast<std::size_t>(model.d1()), {fresh->rows, fit.intercept}))) {
    return {};
  }
  return {{"heavy-tails",
           "so few rows give a risk without a variance: the standard errors mean nothing"}};
}

SimulatedRisk simulate(const WhitenedModel& model, const Teacher& teacher, const StudentFit& fit,
                       const SimulationOptions& options, const Execution& exec) {
  const detail::TrainingSets sets(model, teacher, fit);
  const std::vector<double> weights = weights_of(options.lambdas);
  std::vector<Repeat> outcomes(options.repeats);
  parallel_for_with(
      options.repeats, exec, [] { return detail::Workspace{}; },
      [&](detail::Workspace& workspace, std::size_t repeat) {
        Random random(derive_seed(exec.seed, "simulate-risk", repeat));
        const Students students = sets.draw(random, workspace);
        for (const double u : weights) {
          outcomes[repeat].push_back(outcome_at(model.y2, students, u, options.teacher_scale));
        }
      });
  return {points_of(outcomes, options.lambdas), options.repeats, warnings_of(model, teacher, fit)};
}

}  // namespace

SimulatedRisk simulate_risk(const JointGaussian& joint, const Teacher& teacher,
                            const StudentFit& fit, const SimulationOptions& options,
                            const Execution& exec, const ModalityBlocks& blocks) {
  check_options(options);
  return simulate(detail::whiten(joint, teacher, blocks), teacher, fit, options, exec);
}

SimulatedRisk simulate_risk(const SharedPrivateModel& model, const Teacher& teacher,
                            const StudentFit& fit, const SimulationOptions& options,
                            const Execution& exec) {
  check_options(options);
  if (std::holds_alternative<StudentRowsTeacher>(teacher)) {
    return simulate_risk(model.joint(), teacher, fit, options, exec);
  }
  return simulate(detail::whiten(model, teacher), teacher, fit, options, exec);
}

}  // namespace cch
