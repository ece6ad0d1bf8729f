#pragma once

#include <Eigen/Core>
#include <string_view>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "estimators/neural/backend.hpp"

namespace cch::detail {

/// What the linear part of a network starts from.
enum class StartKind {
  pairs,  ///< canonical pairs above the Wachter edge
  turn,   ///< the same, and `b` completed by orthogonal directions to at least eight
};

/// Both sides as the networks take them, and the networks to train: fold f with restart s is at
/// f·restarts + s. `constant` when a side has no variance; then nothing else is filled.
struct Preparation {
  NeuralData data;
  std::vector<NeuralFold> folds;
  bool constant = false;
  std::vector<Warning> warnings;
};

/// Checks the input (see mine() for the errors), takes principal components of each side without
/// the other, splits whole groups and finds every fold's start on its fitted rows.
Preparation prepare(std::string_view method, const Samples& x, const Variable& y,
                    const Groups& groups, const TrainingOptions& options, StartKind start,
                    const Execution& exec);

}  // namespace cch::detail
