#include "cch/gaussian/simulate_risk.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "cch/core/parallel.hpp"
#include "cch/core/random.hpp"
#include "gaussian/eigen.hpp"
#include "gaussian/moments.hpp"
#include "gaussian/row_sums.hpp"

namespace cch {
namespace {

using detail::index;
using detail::LinearFit;
using detail::RowSums;

/// Everything that the repeats share; columns in the order x1, x2, y.
struct Setting {
  Eigen::Index d1;
  Eigen::Index p;
  Eigen::Index q;
  Eigen::MatrixXd lower;     // Cholesky factor of the joint covariance
  Eigen::MatrixXd lower_22;  // and of the student's
  Eigen::MatrixXd w;         // W* of s = W*ᵀx2
  const Teacher& teacher;
  StudentFit fit;
};

std::size_t folds_of(const Teacher& teacher) {
  const auto* own = std::get_if<StudentRowsTeacher>(&teacher);
  return own ? own->folds : 1;
}

std::size_t fold_rows(std::size_t n, std::size_t folds, std::size_t fold) {
  return (fold + 1) * n / folds - fold * n / folds;
}

void check_teacher(const Setting& s) {
  const auto d1 = static_cast<std::size_t>(s.d1);
  if (const auto* fresh = std::get_if<FreshRowsTeacher>(&s.teacher)) {
    excess_noise_factor(d1, {fresh->rows, s.fit.intercept});
  }
  const auto* own = std::get_if<StudentRowsTeacher>(&s.teacher);
  if (!own) return;
  if (own->folds == 0 || own->folds > s.fit.n) {
    refuse_usage("bad-folds",
                 std::to_string(own->folds) + " folds of " + std::to_string(s.fit.n) + " rows",
                 "a fold has at least one row", "Give 1 to n folds");
  }
  std::size_t rows = s.fit.n;
  if (own->folds > 1) rows -= fold_rows(s.fit.n, own->folds, own->folds - 1);
  excess_noise_factor(d1, {rows, s.fit.intercept});
}

Setting make_setting(const JointGaussian& joint, const Teacher& teacher, const StudentFit& fit,
                     const ModalityBlocks& blocks) {
  BlockNames all = blocks.teacher;
  all.insert(all.end(), blocks.student.begin(), blocks.student.end());
  all.insert(all.end(), blocks.label.begin(), blocks.label.end());
  const Eigen::LLT<Eigen::MatrixXd> factor(detail::to_eigen(joint.covariance(all, all)));
  const Eigen::MatrixXd s22 = detail::to_eigen(joint.covariance(blocks.student, blocks.student));
  return {index(joint.dim(blocks.teacher)),
          index(joint.dim(blocks.student)),
          index(joint.dim(blocks.label)),
          factor.matrixL(),
          Eigen::LLT<Eigen::MatrixXd>(s22).matrixL(),
          detail::to_eigen(joint.regression(blocks.label, blocks.student)),
          teacher,
          fit};
}

LinearFit fit_teacher(const Setting& s, const RowSums& rows) {
  return detail::least_squares(rows, 0, s.d1, s.d1 + s.p, s.q, s.fit.intercept);
}

/// Σ x2 tᵀ and Σ tᵀ over the student's rows.
struct TeacherSums {
  Eigen::MatrixXd cross;
  Eigen::RowVectorXd total;
};

void add_labelled(const Setting& s, const LinearFit& teacher, const RowSums& rows,
                  TeacherSums& out) {
  out.cross +=
      rows.products.block(s.d1, 0, s.p, s.d1) * teacher.w + rows.sum.segment(s.d1, s.p) * teacher.b;
  out.total += rows.sum.head(s.d1).transpose() * teacher.w + rows.rows * teacher.b;
}

/// The teacher whose weights do not depend on the student's rows.
LinearFit independent_teacher(const Setting& s, const Eigen::MatrixXd& fixed, Random& random) {
  const auto* fresh = std::get_if<FreshRowsTeacher>(&s.teacher);
  if (fresh) return fit_teacher(s, detail::draw_row_sums(s.lower, fresh->rows, random));
  return {fixed, Eigen::RowVectorXd::Zero(s.q)};
}

/// Least squares on y alone and on t alone: the student at u is the mix of both.
struct Students {
  LinearFit on_labels;
  LinearFit on_teacher;
};

Students fit_students(const Setting& s, const Eigen::MatrixXd& fixed, Random& random) {
  const std::size_t folds = folds_of(s.teacher);
  std::vector<RowSums> fold(folds);
  for (std::size_t k = 0; k < folds; ++k) {
    fold[k] = detail::draw_row_sums(s.lower, fold_rows(s.fit.n, folds, k), random);
  }
  RowSums all = fold.front();
  for (std::size_t k = 1; k < folds; ++k) all += fold[k];
  TeacherSums t{Eigen::MatrixXd::Zero(s.p, s.q), Eigen::RowVectorXd::Zero(s.q)};
  if (!std::holds_alternative<StudentRowsTeacher>(s.teacher)) {
    add_labelled(s, independent_teacher(s, fixed, random), all, t);
  } else if (folds == 1) {
    add_labelled(s, fit_teacher(s, all), all, t);
  } else {
    for (const RowSums& held_out : fold) {
      RowSums others = all;
      others -= held_out;
      add_labelled(s, fit_teacher(s, others), held_out, t);
    }
  }
  return {
      detail::least_squares(all, s.d1, s.p, s.d1 + s.p, s.q, s.fit.intercept),
      detail::least_squares(all.products.block(s.d1, s.d1, s.p, s.p), all.sum.segment(s.d1, s.p),
                            t.cross, t.total, all.rows, s.fit.intercept)};
}

struct Outcome {
  double excess_risk = 0.0;
  double cosine = 0.0;
};

Outcome outcome_at(const Setting& s, const Students& students, double u) {
  const Eigen::MatrixXd w = (1.0 - u) * students.on_labels.w + u * students.on_teacher.w;
  const Eigen::RowVectorXd b = (1.0 - u) * students.on_labels.b + u * students.on_teacher.b;
  const Eigen::MatrixXd right = s.lower_22.transpose() * s.w;
  const Eigen::MatrixXd made = s.lower_22.transpose() * w;
  const double length = (made.squaredNorm() + b.squaredNorm()) * right.squaredNorm();
  return {(made - right).squaredNorm() + b.squaredNorm(),
          length > 0.0 ? made.cwiseProduct(right).sum() / std::sqrt(length) : 0.0};
}

SimulatedValue mean_of(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (n * (n - 1.0)))};
}

void check_options(const SimulationOptions& o) {
  if (o.repeats < 2) {
    refuse_usage("bad-repeats", "a simulation needs at least 2 repeats",
                 "one has no standard error", "Give 100 or more");
  }
  for (const double lambda : o.lambdas) {
    if (lambda >= 0.0) continue;
    refuse_usage("bad-lambda", "λ = " + std::to_string(lambda) + " is not a weight",
                 "λ is the weight of the teacher against the labels", "Give λ of at least 0");
  }
}

/// Weights of the teachers that are fixed; nothing for the others.
Eigen::MatrixXd fixed_weights(const JointGaussian& joint, const Teacher& teacher,
                              const ModalityBlocks& blocks) {
  if (const auto* given = std::get_if<GivenTeacher>(&teacher)) {
    distillation_moments(joint, teacher, false, blocks);  // refuses a wrong shape
    return detail::to_eigen(given->weights);
  }
  if (!std::holds_alternative<OptimalTeacher>(teacher)) return {};
  return detail::to_eigen(joint.regression(blocks.label, blocks.teacher));
}

}  // namespace

SimulatedRisk simulate_risk(const JointGaussian& joint, const Teacher& teacher,
                            const StudentFit& fit, const SimulationOptions& options,
                            const Execution& exec, const ModalityBlocks& blocks) {
  check_options(options);
  const Setting s = make_setting(joint, teacher, fit, blocks);
  excess_noise_factor(static_cast<std::size_t>(s.p), fit);
  check_teacher(s);
  const Eigen::MatrixXd fixed = fixed_weights(joint, teacher, blocks);
  // u = 0 comes first: gains are against it.
  std::vector<double> weights{0.0};
  for (const double lambda : options.lambdas) {
    weights.push_back(std::isinf(lambda) ? 1.0 : lambda / (1.0 + lambda));
  }
  std::vector<std::vector<Outcome>> outcomes(options.repeats);
  parallel_for(options.repeats, exec, [&](std::size_t repeat) {
    Random random(derive_seed(exec.seed, "simulate-risk", repeat));
    const Students students = fit_students(s, fixed, random);
    for (const double u : weights) outcomes[repeat].push_back(outcome_at(s, students, u));
  });
  SimulatedRisk out;
  out.repeats = options.repeats;
  auto mean = [&](auto&& value) {
    std::vector<double> values;
    for (const auto& repeat : outcomes) values.push_back(value(repeat));
    return mean_of(values);
  };
  for (std::size_t i = 0; i < options.lambdas.size(); ++i) {
    using Repeat = std::vector<Outcome>;
    out.points.push_back(
        {options.lambdas[i], mean([&](const Repeat& r) { return r[i + 1].excess_risk; }),
         mean([&](const Repeat& r) { return r[0].excess_risk - r[i + 1].excess_risk; }),
         mean([&](const Repeat& r) { return r[i + 1].cosine; })});
  }
  if (fit.n <= static_cast<std::size_t>(s.p) + (fit.intercept ? 4 : 3)) {
    out.warnings.push_back({"heavy-tails",
                            "so few rows give a risk without a variance: the standard errors mean "
                            "nothing"});
  }
  return out;
}

}  // namespace cch
