#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"
#include "estimators/criterion/linear/model.hpp"

namespace cch::detail {

/// Second moments that the direction law needs (cch/criterion/prediction_level.hpp).
struct DirectionMoments {
  double vs = 0.0;
  double vg = 0.0;
  double ve = 0.0;
  double vh = 0.0;
  double c = 0.0;  ///< tr Cov(e,h)
  double beta = 0.0;
  double kappa = 0.0;
};

/// cos(u) − cos(0) at u = λ/(1+λ); cos(u) has the sign of m.
double direction_gain(const DirectionMoments& moments, double lambda);

/// The moments from out-of-fold ridge predictions on the given folds; nothing where the student
/// predicts nothing or has no degree of freedom left.
std::optional<DirectionMoments> direction_moments(const Samples& x, const Eigen::MatrixXd& t,
                                                  const Targets& targets, const Groups& groups,
                                                  const std::vector<std::size_t>& fold,
                                                  const Execution& exec);

}  // namespace cch::detail
