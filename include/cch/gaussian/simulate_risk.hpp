#pragma once

#include <cstddef>
#include <vector>

#include "cch/core/error.hpp"
#include "cch/core/execution.hpp"
#include "cch/gaussian/distillation_moments.hpp"
#include "cch/gaussian/distillation_risk.hpp"

namespace cch {

struct SimulationOptions {
  std::vector<double> lambdas{0.1, 0.5, 1.0, 3.0};
  std::size_t repeats = 400;  ///< training sets; standard errors fall with their root
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
/// No data matrix is drawn: least squares sees sums of products only, and those of Gaussian rows
/// are drawn exactly with Bartlett's (1933) decomposition of the Wishart distribution, one for each
/// fold. Teacher and student both have an intercept or both have none.
///
/// Usage Errors: "infinite-risk" (n too small for the student, the fresh rows or the rows that are
/// left outside a fold), "bad-lambda", "bad-repeats" (below 2), "bad-folds" (0 or more than n
/// rows), "teacher-shape". Warning "heavy-tails" for n ≤ p + 3 (with an intercept p + 4), where the
/// mean exists and the variance does not, so that standard errors mean nothing. Cost O(repeats (D³
/// + folds D³)) for D = D1 + p + DY; bitwise equal for any number of threads.
SimulatedRisk simulate_risk(const JointGaussian& joint, const Teacher& teacher,
                            const StudentFit& fit, const SimulationOptions& options,
                            const Execution& exec, const ModalityBlocks& blocks = {});

}  // namespace cch
