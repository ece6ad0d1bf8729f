#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "verdicts_problem.hpp"

namespace cch::bench {

/// What distillation by one teacher changes for the pilot's student, nats, positive = it helps.
struct TrueGain {
  double nats = 0.0;            ///< expected over training sets
  double standard_error = 0.0;  ///< of it, by Monte Carlo over training sets
  double spread = 0.0;          ///< standard deviation over training sets
};

struct TruthOptions {
  std::size_t trainings = 20;    ///< fresh training sets
  std::size_t test_rows = 5000;  ///< fresh rows for each, where labels are classes
};

/// The gain of every teacher of a problem, students trained on `rows` rows: one outer fold of the
/// pilot with the training set outside it and fresh test rows inside, again and again. Loss of real
/// labels: the population risk of the fitted linear student, exact: with z = (x, y) whitened the
/// error is c + vᵀz, so E err² = c² + |v|², and c and v are read off at z = 0 and ±e_j. The gain is
/// then ½ ln(E R_alone / E R_taught), with the delta method. Bitwise equal for any number of
/// threads.
std::vector<TrueGain> true_gains(const Problem& p, std::size_t rows, const TruthOptions& options,
                                 const Execution& exec);

}  // namespace cch::bench
