#include <cmath>

#include "cch/core/error.hpp"
#include "cch/core/random.hpp"
#include "cch/gaussian/study_result.hpp"
#include "gaussian/simulated_mean.hpp"

namespace cch {
namespace {

double half_log_ratio(double whole, double rest) {
  return -0.5 * std::log1p(-(whole - rest) / whole);
}

/// t = β_s s + β_e e + r in numbers.
struct Shares {
  double vs;
  double ve;
  double vt;
  double in_x2;  // the part of Var t that x2 predicts
};

Shares shares_of(const StudyCell& c) {
  const double ve = c.label_noise * c.label_noise;
  const double in_x2 = c.beta_s * c.beta_s * c.student_signal + c.seen * c.residual;
  const double vh = c.beta_e * c.beta_e * ve + (1.0 - c.seen) * c.residual;
  return {c.student_signal, ve, in_x2 + vh, in_x2};
}

DistillationMoments moments_of_shares(const StudyCell& c) {
  const Shares s = shares_of(c);
  DistillationMoments m;
  m.p = c.p2();
  m.vs = s.vs;
  m.ve = s.ve;
  m.vh = s.vt - s.in_x2;
  m.c = c.beta_e * s.ve;
  m.b = (1.0 - c.beta_s) * (1.0 - c.beta_s) * s.vs + c.seen * c.residual;
  m.beta_s = s.vs > 0.0 ? c.beta_s : 0.0;
  return m;
}

ModelInformation information_of_shares(const StudyCell& c) {
  const Shares s = shares_of(c);
  const double vy = s.vs + s.ve;
  const double cov_ty = c.beta_s * s.vs + c.beta_e * s.ve;
  const double vh = s.vt - s.in_x2;
  ModelInformation out;
  out.x1_x2 = half_log_ratio(s.vt, vh);
  out.x2_y = half_log_ratio(vy, s.ve);
  out.x1_y = half_log_ratio(vy, vy - cov_ty * cov_ty / s.vt);
  // Given x2 what is left of t is h and of y is e, with covariance β_e Ve.
  const double left = c.beta_e * s.ve;
  out.x1_y_given_x2 = half_log_ratio(s.ve, s.ve - left * left / vh);
  return out;
}

void check_shares(const StudyCell& c) {
  if (!(c.label_noise > 0.0)) {
    refuse_usage("bad-model", "'label-noise' is 0", "without e there is nothing to learn from t",
                 "Give a number above 0");
  }
  if (c.seen > 0.0 && c.residual > 0.0 && c.p2() < 2) {
    refuse_usage("bad-model", "x2 has one column and must predict s and a part of r",
                 "they are independent", "Raise 'student-dim' to 2 or more, or give seen = 0");
  }
  if (!(shares_of(c).vt > 0.0)) {
    refuse_usage("bad-model", "the teacher t is 0", "it says nothing then",
                 "Raise 'beta-s', 'beta-e' or 'residual'");
  }
}

/// (t, x2, y); s = √Vs x2_0, the seen part of r is √(seen Vr) x2_1.
JointGaussian joint_of_shares(const StudyCell& c) {
  check_simulation(c);
  const Shares s = shares_of(c);
  const std::size_t p = c.p2();
  Matrix cov(p + 2, p + 2);
  cov(0, 0) = s.vt;
  for (std::size_t j = 1; j <= p; ++j) cov(j, j) = 1.0;
  cov(p + 1, p + 1) = s.vs + s.ve;
  auto both = [&](std::size_t i, std::size_t j, double value) { cov(i, j) = cov(j, i) = value; };
  both(0, 1, c.beta_s * std::sqrt(s.vs));
  if (c.seen > 0.0 && c.residual > 0.0) both(0, 2, std::sqrt(c.seen * c.residual));
  both(1, p + 1, std::sqrt(s.vs));
  both(0, p + 1, c.beta_s * s.vs + c.beta_e * s.ve);
  return JointGaussian::from(cov, {{"x1", 1}, {"x2", p}, {"y", 1}}, "the model's covariance");
}

/// In shares the teacher is t itself, whatever `teacher` says.
Teacher teacher_of(const StudyCell& c) {
  if (c.family == StudyFamily::shared_private) return c.teacher;
  if (!std::holds_alternative<OptimalTeacher>(c.teacher)) {
    refuse_usage("bad-teacher", "a shares model has no teacher '" + c.teacher_name + "'",
                 "its t is given by the shares", "Leave 'teacher' out");
  }
  return GivenTeacher{Matrix(1, 1, 1.0)};
}

/// The teacher whose formula stands in: for one on the student's rows, fresh rows as many as each
/// of its fits has.
Teacher with_formula(const StudyCell& c) {
  const auto* own = std::get_if<StudentRowsTeacher>(&c.teacher);
  if (!own) return c.teacher;
  const std::size_t folds = std::max<std::size_t>(own->folds, 1);
  return FreshRowsTeacher{folds == 1 ? c.n : c.n - (c.n + folds - 1) / folds};
}

ModalityRows draw_rows(const StudyCell& c, std::size_t rows, std::uint64_t seed) {
  if (c.family == StudyFamily::shared_private) return sample_rows(c.shared_private(), rows, seed);
  const Matrix all = joint_of_shares(c).sample(rows, seed);
  const std::size_t p = c.p2();
  Matrix x1(rows, 1);
  Matrix x2(rows, p);
  Matrix y(rows, 1);
  for (std::size_t i = 0; i < rows; ++i) {
    x1(i, 0) = all(i, 0);
    for (std::size_t j = 0; j < p; ++j) x2(i, j) = all(i, j + 1);
    y(i, 0) = all(i, p + 1);
  }
  return {Samples::from(std::move(x1), "x1"), Samples::from(std::move(x2), "x2"),
          Samples::from(std::move(y), "y")};
}

CellEstimate estimate_with(const NamedEstimator& estimator, const std::vector<ModalityRows>& draws,
                           const ModelInformation& truth, const Execution& exec) {
  CellEstimate out;
  out.estimator = estimator.name;
  std::vector<double> teacher_student;
  std::vector<double> student_labels;
  try {
    for (std::size_t d = 0; d < draws.size(); ++d) {
      const Execution own = exec.with_seed(derive_seed(exec.seed, estimator.name, d));
      teacher_student.push_back(estimator.estimate(draws[d].x1, draws[d].x2, own));
      student_labels.push_back(estimator.estimate(draws[d].x2, draws[d].y, own));
      if (teacher_student.back() > student_labels.back()) ++out.says_cch;
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    out.failed = error.what();
    out.says_cch = 0;
    return out;
  }
  out.draws = draws.size();
  out.teacher_student = {detail::mean_of(teacher_student), if_finite(truth.x1_x2)};
  out.student_labels = {detail::mean_of(student_labels), if_finite(truth.x2_y)};
  return out;
}

}  // namespace

CellClosedForm closed_form(const StudyCell& cell, bool intercept) {
  const StudentFit fit{cell.n, intercept};
  if (cell.family == StudyFamily::shares) {
    check_shares(cell);
    teacher_of(cell);
    return {DistillationRisk(scaled(moments_of_shares(cell), cell.teacher_scale), fit),
            information_of_shares(cell), false};
  }
  const SharedPrivateModel model = cell.shared_private();
  const bool own = std::holds_alternative<StudentRowsTeacher>(cell.teacher);
  const DistillationMoments moments = model.moments(with_formula(cell), intercept);
  return {DistillationRisk(scaled(moments, cell.teacher_scale), fit), model.information(), own};
}

void check_simulation(const StudyCell& cell) {
  if (cell.family != StudyFamily::shares) return;
  check_shares(cell);
  const Shares s = shares_of(cell);
  if (s.vt - s.in_x2 - cell.beta_e * cell.beta_e * s.ve > 1e-9 * s.vt) return;
  refuse_usage("no-residual", "t is a function of x2 and y, or nearly so",
               "their covariance is singular and cannot be simulated",
               "Raise 'residual' or lower 'seen'");
}

SimulatedRisk simulate_cell(const StudyCell& cell, bool intercept, const SimulationOptions& options,
                            const Execution& exec) {
  SimulationOptions own = options;
  own.teacher_scale = cell.teacher_scale;
  const StudentFit fit{cell.n, intercept};
  if (cell.family == StudyFamily::shared_private) {
    return simulate_risk(cell.shared_private(), cell.teacher, fit, own, exec);
  }
  return simulate_risk(joint_of_shares(cell), teacher_of(cell), fit, own, exec);
}

std::vector<CellEstimate> estimate_cell(const StudyCell& cell,
                                        std::span<const NamedEstimator> estimators,
                                        std::size_t draws, std::size_t rows,
                                        const Execution& exec) {
  if (draws < 2) {
    refuse_usage("bad-draws", "estimates need at least 2 draws", "one has no standard error",
                 "Give 5 or more");
  }
  const ModelInformation truth = closed_form(cell).blocks;
  std::vector<ModalityRows> data;
  for (std::size_t d = 0; d < draws; ++d) {
    data.push_back(
        draw_rows(cell, rows > 0 ? rows : cell.n, derive_seed(exec.seed, "study-rows", d)));
  }
  std::vector<CellEstimate> out;
  for (const NamedEstimator& estimator : estimators) {
    out.push_back(estimate_with(estimator, data, truth, exec));
  }
  return out;
}

}  // namespace cch
