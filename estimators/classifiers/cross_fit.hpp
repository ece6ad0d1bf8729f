#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "estimators/classifiers/calibration.hpp"
#include "estimators/classifiers/fold_rows.hpp"

namespace cch::detail {

/// Logistic regressions, linear discriminants, quadratic discriminants.
inline constexpr std::size_t kFamilies = 3;

/// One rule of a family: on which columns, and its number there.
struct Candidate {
  Columns columns = Columns::all;
  std::size_t number = 0;
};

/// What was decided for one fold, on rows outside it.
struct Decision {
  std::array<Candidate, kFamilies> choice{};      ///< best candidate of each family
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
std::string candidate_name(std::size_t family, const Candidate& candidate);

/// Class probabilities of every fold from models that never saw it. Nested cross-fitting on one set
/// of folds: the model without folds f and g judges candidates for f on the rows of g and for g on
/// the rows of f; the winners, their pool and its calibration are fixed before the model without f
/// alone predicts f. Where the rows outside f say that a tenth of the columns or more carry nothing
/// of the classes, candidates on the other columns compete as well, chosen anew on the training
/// rows of every model. Cost: folds (or up to folds (folds−1)/2 on few rows) inner and `folds`
/// outer fits.
std::vector<FoldResult> cross_fit(const ClassProblem& problem, const Execution& exec);

}  // namespace cch::detail
