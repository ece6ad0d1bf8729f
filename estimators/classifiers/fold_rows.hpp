#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/matrix.hpp"
#include "estimators/classifiers/label_screen.hpp"
#include "estimators/classifiers/rule.hpp"
#include "estimators/classifiers/training.hpp"

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

/// The rows of one fold, and what they add to the moments of a training set.
struct Fold {
  Coordinates rows;
  std::vector<int> y;
  Eigen::MatrixXd scatter;  ///< XᵀX of the kept coordinates
  ClassSums sums;           ///< of all columns

  /// The rows in all columns, standardised.
  [[nodiscard]] const Eigen::MatrixXf& columns() const {
    return rows.columns.size() > 0 ? rows.columns : rows.kept;
  }
};

/// Columns, or components where there are more columns than the smallest training set has rows. One
/// number for all models, so that a candidate means the same in each.
std::size_t columns_kept(const ClassProblem& p, std::size_t columns);

/// Standardised, and in components where columns are many.
std::vector<Fold> make_folds(const ClassProblem& p, const Execution& exec);

/// Sums of all folds but those held out.
ClassSums sums_without(const std::vector<Fold>& folds, const std::vector<std::size_t>& held);

/// What rules are fitted on and read in: all columns, or those that passed a screen of the training
/// rows, or their components where they are many.
class ColumnSubset {
 public:
  /// All columns.
  ColumnSubset() = default;
  /// Those that pass on the rows outside the folds held out. Their components see no label, and
  /// are those of all rows.
  ColumnSubset(const ClassProblem& p, const std::vector<Fold>& folds,
               const std::vector<std::size_t>& held, Columns level);

  /// The rows of all folds but those held out.
  [[nodiscard]] TrainingSet training_set(const std::vector<Fold>& folds,
                                         const std::vector<std::size_t>& held) const;
  /// Evidence of one rule on the rows of a fold, or of every one.
  [[nodiscard]] Eigen::MatrixXf evidence(const Rule& rule, const Fold& fold) const;
  [[nodiscard]] std::vector<Eigen::MatrixXf> evidence(const std::vector<Rule>& rules,
                                                      const Fold& fold) const;

 private:
  [[nodiscard]] Eigen::MatrixXf rows_of(const Fold& fold) const;

  Columns level_ = Columns::all;
  std::vector<std::size_t> columns_;
  Eigen::MatrixXf basis_;  // kept columns × q, empty where every one of them is a coordinate
};

}  // namespace cch::detail
