#pragma once

#include <Eigen/Core>

#include "cch/core/random.hpp"
#include "cch/gaussian/distillation_risk.hpp"
#include "cch/gaussian/teacher.hpp"
#include "gaussian/row_sums.hpp"
#include "gaussian/whitened_model.hpp"

namespace cch::detail {

/// Least squares on y alone and on t alone, weights on z2: the student at u is the mix of both.
struct Students {
  LeastSquaresFit on_labels;
  LeastSquaresFit on_teacher;
};

/// Buffers of one worker.
struct Workspace {
  Eigen::MatrixXd a;
};

/// Draws training sets and fits both students on each.
class TrainingSets {
 public:
  /// Keeps references. Usage Errors "infinite-risk" and "bad-folds".
  TrainingSets(const WhitenedModel& model, const Teacher& teacher, const StudentFit& fit);

  [[nodiscard]] Students draw(Random& random, Workspace& workspace) const;

 private:
  [[nodiscard]] Students draw_independent(Random& random, Workspace& workspace) const;
  [[nodiscard]] Students draw_on_own_rows(std::size_t folds, Random& random) const;
  [[nodiscard]] LeastSquaresFit fit_teacher(const RowSums& rows) const;
  void check_rows() const;
  void prepare();

  const WhitenedModel& model_;
  const Teacher& teacher_;
  StudentFit fit_;
  TargetLaw law_;             // of a fixed teacher
  Eigen::MatrixXd factor_1_;  // of Var(y | x1), for fresh rows
  Eigen::MatrixXd lower_;     // Cholesky factor of (z1, z2, y), for the student's rows
};

}  // namespace cch::detail
