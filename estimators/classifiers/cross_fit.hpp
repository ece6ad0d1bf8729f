#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"
#include "estimators/classifiers/calibration.hpp"

namespace cch::detail {

/// Rows to classify, with every row's class and fold. Every class has rows in at least two folds.
struct ClassProblem {
  MatrixView x;
  std::vector<int> y;  ///< 0..classes−1
  std::size_t classes = 0;
  std::vector<std::size_t> fold;  ///< 0..folds−1, folds ≥ 3
  std::size_t folds = 0;
  std::size_t max_dim = 0;  ///< most columns kept, 0 = all
};

/// Logistic regressions, linear discriminants, quadratic discriminants.
inline constexpr std::size_t kFamilies = 3;

/// What was decided for one fold, on rows outside it.
struct Decision {
  std::array<std::size_t, kFamilies> choice{};    ///< best candidate of each family
  std::array<double, kFamilies> cross_entropy{};  ///< its calibrated CE on inner validation rows
  std::vector<std::size_t> pool;                  ///< families that were pooled
  Calibration calibration;                        ///< of the pool
};

struct FoldResult {
  Decision decision;
  std::vector<double> log_q;  ///< ln q of the true class, rows of the fold in ascending order
  std::size_t correct = 0;    ///< rows whose likeliest class is the true one
};

std::string family_name(std::size_t family);
/// Name of one candidate of a family.
std::string candidate_name(std::size_t family, std::size_t candidate);

/// Class probabilities of every fold from models that never saw it. Nested cross-fitting on one set
/// of folds: the model without folds f and g judges candidates for f on the rows of g and for g on
/// the rows of f; the winners, their pool and its calibration are fixed before the model without f
/// alone predicts f. Cost: folds (or up to folds (folds−1)/2 on few rows) inner and `folds` outer
/// fits.
std::vector<FoldResult> cross_fit(const ClassProblem& problem, const Execution& exec);

}  // namespace cch::detail
