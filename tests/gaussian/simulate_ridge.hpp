#pragma once

#include <vector>

#include "cch/core/execution.hpp"
#include "cch/gaussian/ridge_student.hpp"
#include "cch/gaussian/simulate_risk.hpp"

namespace cch::test {

/// A point to simulate.
struct RidgePoint {
  double lambda = 0.0;
  double ridge = 0.0;
};

struct SimulatedRidgePoint {
  RidgePoint point;
  SimulatedValue excess_risk;
  SimulatedValue gain;  ///< risk at the first point less that at this one, on the same rows
};

struct RidgeSimulation {
  std::vector<RidgePoint> points;
  std::size_t repeats = 200;
  double teacher_scale = 1.0;
};

/// The risk of RidgeStudent without its approximation: the mean over drawn X2ᵀX2 of the exact risk
/// given it, bias and variance in closed form (Rao-Blackwell), so that standard errors are small;
/// a FreshRowsTeacher is drawn too. Finite ℓ > 0, at least two repeats. Cost O(repeats · points ·
/// p³).
std::vector<SimulatedRidgePoint> simulate_ridge(const JointGaussian& joint, const Teacher& teacher,
                                                const StudentFit& fit,
                                                const RidgeSimulation& options,
                                                const Execution& exec,
                                                const ModalityBlocks& blocks = {});

}  // namespace cch::test
