// The parts of a gaussian document that are there on request: a ridge student, several teachers.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cch/gaussian/ridge_student.hpp"
#include "cch/gaussian/several_teachers.hpp"
#include "tools/cch/gaussian/settings.hpp"

namespace cch {
namespace {

using nlohmann::json;

RidgeStudent ridge_student(const GaussianProblem& p) {
  if (p.joint) return {*p.joint, p.teacher, p.fit, p.teacher_scale, p.blocks()};
  return {*p.model, p.teacher, p.fit, p.teacher_scale};
}

json choice_json(const RidgeChoice& choice, const std::string& name,
                 std::vector<Warning>& warnings) {
  return {{"lambda", finite_json(choice.lambda, name + ".lambda", warnings)},
          {"ridge", finite_json(choice.ridge, name + ".ridge", warnings)},
          {"excess_risk", choice.excess_risk}};
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

json alone_json(const std::string& name, std::size_t columns, const DistillationRisk& risk,
                std::vector<Warning>& warnings) {
  return {{"name", name},
          {"columns", columns},
          {"i_teacher_student",
           finite_json(risk.i_teacher_student(), name + ".i_teacher_student", warnings)},
          {"cch_holds", risk.cch_margin() > 0.0},
          {"beta_s", risk.moments().beta_s},
          {"beta_e", risk.moments().beta_e()},
          {"lambda_star", finite_json(risk.best_lambda(), name + ".lambda_star", warnings)},
          {"best_gain", risk.best_gain()}};
}

}  // namespace

nlohmann::json ridge_json(const GaussianSettings& s, const GaussianProblem& p,
                          std::vector<Warning>& warnings) {
  const RidgeStudent student = ridge_student(p);
  json points = json::array();
  for (const double ridge : s.ridges) {
    const double without = student.excess_risk(0.0, ridge);
    for (const double lambda : s.lambdas) {
      const double risk = student.excess_risk(lambda, ridge);
      points.push_back({{"ridge", ridge},
                        {"effective_ridge", student.effective_ridge(ridge)},
                        {"lambda", lambda},
                        {"excess_risk", risk},
                        {"gain", without - risk}});
    }
  }
  return {
      {"approximation", "deterministic equivalent for n and p that are large together"},
      {"risk", points},
      {"without_teacher", choice_json(student.best_ridge(0.0), "ridge.without_teacher", warnings)},
      {"best", choice_json(student.best(), "ridge.best", warnings)},
      {"tuned_gain", student.tuned_gain()}};
}

void add_several_teachers(nlohmann::json& document, const GaussianProblem& p,
                          std::vector<Warning>& warnings) {
  if (p.fit.n < p.p + (p.fit.intercept ? 3 : 2)) return;  // told with the ridge student
  const SeveralTeachersRisk risk(moments_of(p), p.fit);
  const TeacherMix mix = risk.best();
  json teachers = json::array();
  for (std::size_t k = 0; k < p.teacher_blocks.size(); ++k) {
    const std::string& name = p.teacher_blocks[k];
    json one = alone_json(name, p.joint->dim({name}),
                          DistillationRisk(risk.moments().alone(k), p.fit), warnings);
    one["weight"] = mix.weights[k];
    teachers.push_back(one);
  }
  const double sum = std::accumulate(mix.weights.begin(), mix.weights.end(), 0.0);
  document["teachers"] = teachers;
  document["together"] = {{"label_weight", std::max(0.0, 1.0 - sum)},
                          {"excess_risk", risk.excess_risk(mix.weights)},
                          {"gain", mix.gain},
                          {"gain_over_single", mix.gain_over_single()},
                          {"best_single", nullptr},
                          {"abstains", mix.abstains()},
                          {"optimality_gap", mix.optimality_gap}};
  if (!mix.abstains()) document["together"]["best_single"] = p.teacher_blocks[mix.best_single];
}

}  // namespace cch
