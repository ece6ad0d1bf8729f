// The parts of a gaussian document that are there on request: a ridge student, several teachers.

#include <algorithm>
#include <numeric>

#include "cch/gaussian/ridge_student.hpp"
#include "cch/gaussian/several_teachers.hpp"
#include "tools/cch/gaussian/settings.hpp"

namespace cch {
namespace {

RidgeStudent ridge_student(const GaussianProblem& p) {
  if (p.joint) return {*p.joint, p.teacher, p.fit, p.teacher_scale, p.blocks()};
  return {*p.model, p.teacher, p.fit, p.teacher_scale};
}

documents::RidgeBest best_of(const RidgeChoice& choice, const std::string& name,
                             std::vector<Warning>& warnings) {
  return {finite_number(choice.lambda, name + ".lambda", warnings),
          finite_number(choice.ridge, name + ".ridge", warnings), choice.excess_risk};
}

/// A file of weights has those of every teacher, one after the other.
Teacher teacher_of(const GaussianProblem& p, std::size_t first, std::size_t columns) {
  const auto* given = std::get_if<GivenTeacher>(&p.teacher);
  if (!given) return p.teacher;
  const Matrix& all = given->weights;
  Matrix own(columns, all.cols());
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = 0; j < all.cols(); ++j) own(i, j) = all(first + i, j);
  }
  return GivenTeacher{own};
}

SeveralMoments moments_of(const GaussianProblem& p) {
  std::vector<ModalityTeacher> teachers;
  std::size_t first = 0;
  for (const std::string& block : p.teacher_blocks) {
    const std::size_t columns = p.joint->dim({block});
    teachers.push_back({{block}, teacher_of(p, first, columns)});
    first += columns;
  }
  return scaled(several_moments(*p.joint, teachers, p.fit.intercept), p.teacher_scale);
}

documents::SolveTeacher alone(const std::string& name, std::size_t columns,
                              const DistillationRisk& risk, std::vector<Warning>& warnings) {
  documents::SolveTeacher out;
  out.name = name;
  out.columns = columns;
  out.i_teacher_student =
      finite_number(risk.i_teacher_student(), name + ".i_teacher_student", warnings);
  out.cch_holds = risk.cch_margin() > 0.0;
  out.beta_s = risk.moments().beta_s;
  out.beta_e = risk.moments().beta_e();
  out.lambda_star = finite_number(risk.best_lambda(), name + ".lambda_star", warnings);
  out.best_gain = risk.best_gain();
  return out;
}

}  // namespace

documents::SolveRidge ridge_part(const GaussianSettings& s, const GaussianProblem& p,
                                 std::vector<Warning>& warnings) {
  const RidgeStudent student = ridge_student(p);
  documents::SolveRidge out;
  out.approximation = "deterministic equivalent for n and p that are large together";
  for (const double ridge : s.ridges) {
    const double without = student.excess_risk(0.0, ridge);
    for (const double lambda : s.lambdas) {
      const double risk = student.excess_risk(lambda, ridge);
      out.risk.push_back({ridge, student.effective_ridge(ridge), lambda, risk, without - risk});
    }
  }
  out.without_teacher = best_of(student.best_ridge(0.0), "ridge.without_teacher", warnings);
  out.best = best_of(student.best(), "ridge.best", warnings);
  out.tuned_gain = student.tuned_gain();
  return out;
}

void add_several_teachers(documents::SolveDocument& document, const GaussianProblem& p) {
  const SeveralTeachersRisk risk(moments_of(p), p.fit);
  const TeacherMix mix = risk.best();
  for (std::size_t k = 0; k < p.teacher_blocks.size(); ++k) {
    const std::string& name = p.teacher_blocks[k];
    document.teachers.push_back(alone(name, p.joint->dim({name}),
                                      DistillationRisk(risk.moments().alone(k), p.fit),
                                      document.warnings));
    document.teachers.back().weight = mix.weights[k];
  }
  const double sum = std::accumulate(mix.weights.begin(), mix.weights.end(), 0.0);
  documents::SolveTogether& together = document.together.emplace();
  together.label_weight = std::max(0.0, 1.0 - sum);
  together.excess_risk = risk.excess_risk(mix.weights);
  together.gain = mix.gain;
  together.gain_over_single = mix.gain_over_single();
  together.abstains = mix.abstains();
  if (!mix.abstains()) together.best_single = p.teacher_blocks[mix.best_single];
  together.optimality_gap = mix.optimality_gap;
}

}  // namespace cch
