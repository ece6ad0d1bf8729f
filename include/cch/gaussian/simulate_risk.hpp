#pragma once

#include <cstddef>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/execution.hpp"
#include "cch/gaussian/distillation_moments.hpp"
#include "cch/gaussian/distillation_risk.hpp"
#include "cch/gaussian/shared_private_model.hpp"

namespace cch {

struct SimulationOptions {
  std::vector<double> lambdas{0.1, 0.5, 1.0, 3.0};
  std::size_t repeats = 400;   ///< training sets; standard errors fall with their root
  double teacher_scale = 1.0;  ///< γ: every teacher labels with γt after it was fitted
};

/// Mean over training sets with its standard error.
struct SimulatedValue {
  double mean = 0.0;
  double standard_error = 0.0;
};

struct SimulatedPoint {
  double lambda = 0.0;
  SimulatedValue excess_risk;  ///< E|ŝ − s|² over x2
  SimulatedValue gain;         ///< excess risk at λ = 0 less that at this λ, on the same rows
  SimulatedValue cosine;  ///< mean over training sets of ⟨ŝ,s⟩/√(|ŝ|²|s|²); 0 where Vs = 0
  SimulatedValue cosine_gain;  ///< cosine at this λ less that at λ = 0, on the same rows
};

struct SimulatedRisk {
  std::vector<SimulatedPoint> points;
  std::size_t repeats = 0;
  std::vector<Warning> warnings;
};

/// The risk of linear distillation by Monte Carlo: every repeat draws the student's n rows anew and
/// the teacher's rows where it has rows of its own, fits both, and takes the student's excess risk
/// exactly. It answers what DistillationRisk cannot (StudentRowsTeacher) and checks what it can.
///
/// No data matrix is drawn. Least squares sees sums of products only, and those of Gaussian rows
/// are drawn exactly with Bartlett's (1933) decomposition of the Wishart distribution. For a
/// teacher that is independent of the student's rows only x2ᵀx2 and the noises of y and t given x2
/// are drawn, which costs O(p²) a repeat, for fresh rows O(D1² + D1 p); any of them may be 0 (t =
/// y). A StudentRowsTeacher needs all products of (x1, x2, y), one set for each fold. Teacher and
/// student both have an intercept or both have none.
///
/// Usage Errors: "infinite-risk" (n too small for the student, the fresh rows or the rows that are
/// left outside a fold), "bad-lambda", "bad-scale" (γ not finite), "bad-repeats" (below 2),
/// "bad-folds" (0 or more than n rows), "teacher-shape". Warning "heavy-tails" for n ≤ p + 3 (with
/// an intercept p + 4), and likewise for fresh rows, where the mean exists and the variance does
/// not, so that standard errors mean nothing. Cost O(D³) once and then a repeat as above, for a
/// StudentRowsTeacher O(folds D³), D = D1 + p + DY; bitwise equal for any number of threads.
SimulatedRisk simulate_risk(const JointGaussian& joint, const Teacher& teacher,
                            const StudentFit& fit, const SimulationOptions& options,
                            const Execution& exec, const ModalityBlocks& blocks = {});

/// The same for a model of factors without its covariance, so that padding costs nothing before the
/// repeats and x1 and x2 together may be singular; a StudentRowsTeacher takes joint(). Errors also
/// as SharedPrivateModel::moments.
SimulatedRisk simulate_risk(const SharedPrivateModel& model, const Teacher& teacher,
                            const StudentFit& fit, const SimulationOptions& options,
                            const Execution& exec);

}  // namespace cch
