#include "gaussian/training_sets.hpp"

#include <Eigen/Core>
#include <string>
#include <vector>

#include "cch/core/error.hpp"
#include "estimators/linalg/cholesky.hpp"
#include "gaussian/eigen.hpp"

namespace cch::detail {
namespace {

std::size_t fold_rows(std::size_t n, std::size_t folds, std::size_t fold) {
  return (fold + 1) * n / folds - fold * n / folds;
}

Eigen::MatrixXd joint_covariance(const WhitenedModel& m) {
  const Eigen::Index d1 = m.d1();
  const Eigen::Index p = m.p();
  Eigen::MatrixXd out = Eigen::MatrixXd::Identity(d1 + p + m.q(), d1 + p + m.q());
  const Eigen::MatrixXd cross = m.cross;
  out.block(d1, 0, p, d1) = cross.transpose();
  out.bottomRows(m.q()) << m.y1.transpose(), m.y2.transpose(), m.syy;
  return out;  // its lower triangle: all that a Cholesky factor needs
}

/// Σ z2 tᵀ and Σ tᵀ over the student's rows.
struct TeacherSums {
  Eigen::MatrixXd cross;
  Eigen::RowVectorXd total;
};

void add_labelled(const WhitenedModel& m, const LeastSquaresFit& teacher, const RowSums& rows,
                  TeacherSums& out) {
  out.cross += rows.products.block(m.d1(), 0, m.p(), m.d1()) * teacher.w +
               rows.sum.segment(m.d1(), m.p()) * teacher.b;
  out.total += rows.sum.head(m.d1()).transpose() * teacher.w + rows.rows * teacher.b;
}

}  // namespace

TrainingSets::TrainingSets(const WhitenedModel& model, const Teacher& teacher,
                           const StudentFit& fit)
    : model_(model), teacher_(teacher), fit_(fit) {
  check_rows();
  prepare();
}

void TrainingSets::check_rows() const {
  const auto d1 = static_cast<std::size_t>(model_.d1());
  excess_noise_factor(static_cast<std::size_t>(model_.p()), fit_);
  if (const auto* fresh = std::get_if<FreshRowsTeacher>(&teacher_)) {
    excess_noise_factor(d1, {fresh->rows, fit_.intercept});
  }
  const auto* own = std::get_if<StudentRowsTeacher>(&teacher_);
  if (!own) return;
  if (own->folds == 0 || own->folds > fit_.n) {
    refuse_usage("bad-folds",
                 std::to_string(own->folds) + " folds of " + std::to_string(fit_.n) + " rows",
                 "a fold has at least one row", "Give 1 to n folds");
  }
  std::size_t rows = fit_.n;
  if (own->folds > 1) rows -= fold_rows(fit_.n, own->folds, own->folds - 1);
  excess_noise_factor(d1, {rows, fit_.intercept});
}

void TrainingSets::prepare() {
  if (std::holds_alternative<StudentRowsTeacher>(teacher_)) {
    lower_ = Cholesky(joint_covariance(model_)).lower();
  } else if (std::holds_alternative<FreshRowsTeacher>(teacher_)) {
    factor_1_ =
        semidefinite_factor(model_.syy - model_.y1.transpose() * model_.y1, model_.syy.diagonal());
  } else {
    law_ = target_law(model_, model_.fixed);
  }
}

Students TrainingSets::draw(Random& random, Workspace& workspace) const {
  const auto* own = std::get_if<StudentRowsTeacher>(&teacher_);
  return own ? draw_on_own_rows(own->folds, random) : draw_independent(random, workspace);
}

Students TrainingSets::draw_independent(Random& random, Workspace& workspace) const {
  const Eigen::Index q = model_.q();
  TargetLaw drawn;
  Eigen::RowVectorXd constant = Eigen::RowVectorXd::Zero(q);
  const auto* fresh = std::get_if<FreshRowsTeacher>(&teacher_);
  if (fresh) {
    const LeastSquaresFit errors =
        draw_fit_errors(model_.d1(), fresh->rows, fit_.intercept, factor_1_, random, workspace.a);
    drawn = target_law(model_, model_.y1 + errors.w);
    constant = errors.b;
  }
  const TargetLaw& law = fresh ? drawn : law_;
  const LeastSquaresFit errors =
      draw_fit_errors(model_.p(), fit_.n, fit_.intercept, law.noise, random, workspace.a);
  return {{model_.y2 + errors.w.leftCols(q), errors.b.leftCols(q)},
          {law.v + errors.w.rightCols(q), constant + errors.b.rightCols(q)}};
}

LeastSquaresFit TrainingSets::fit_teacher(const RowSums& rows) const {
  return least_squares(rows, 0, model_.d1(), model_.d1() + model_.p(), model_.q(), fit_.intercept);
}

Students TrainingSets::draw_on_own_rows(std::size_t folds, Random& random) const {
  const Eigen::Index d1 = model_.d1();
  const Eigen::Index p = model_.p();
  std::vector<RowSums> fold(folds);
  for (std::size_t k = 0; k < folds; ++k) {
    fold[k] = draw_row_sums(lower_, fold_rows(fit_.n, folds, k), random);
  }
  RowSums all = fold.front();
  for (std::size_t k = 1; k < folds; ++k) all += fold[k];
  TeacherSums t{Eigen::MatrixXd::Zero(p, model_.q()), Eigen::RowVectorXd::Zero(model_.q())};
  if (folds == 1) {
    add_labelled(model_, fit_teacher(all), all, t);
  } else {
    for (const RowSums& held_out : fold) {
      RowSums others = all;
      others -= held_out;
      add_labelled(model_, fit_teacher(others), held_out, t);
    }
  }
  return {least_squares(all, d1, p, d1 + p, model_.q(), fit_.intercept),
          least_squares(all.products.block(d1, d1, p, p), all.sum.segment(d1, p), t.cross, t.total,
                        all.rows, fit_.intercept)};
}

}  // namespace cch::detail
