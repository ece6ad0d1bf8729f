#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/matrix.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct ProbeOptions {
  std::size_t folds = 5;  ///< outer folds of whole groups; 5 trains on 4/5 of the rows
};

/// What a linear model predicts for every row, from models that never saw the row or its group.
struct Probe {
  Matrix predictions;  ///< N × K class probabilities, or N × D_y values (of standardised labels)
  std::vector<std::size_t> fold;  ///< outer fold of each row
  std::vector<double> strengths;  ///< penalty s chosen in each fold; none of stored outputs
  double score = 0.0;  ///< held-out cross-entropy (nats), or mean square error (standardised)
};

/// Cross-fitted linear probe. Class labels: multinomial logistic regression with penalty
/// (s/2n)‖W‖², probabilities calibrated by one temperature; real-valued labels: ridge regression on
/// standardised columns. In each outer fold s ∈ {250, 50, 10, 2, .4} and the temperature come from
/// a 3-fold cross-validation inside the training rows; columns are standardised there and reduced
/// to at most 64 principal components without labels. Folds depend on labels, groups and seed only,
/// so probes of several modalities of the same rows share them.
///
/// x is N × D; labels have N rows; at least 10 groups (data Error "too-few-groups"); unequal rows
/// are a data Error. Cost O(folds · (N D² + 16 · iterations · N q K)), q ≤ 64.
Probe linear_probe(const Samples& x, const Variable& labels, const Groups& groups,
                   const ProbeOptions& options, const Execution& exec);

/// The same of a teacher that was trained before, from the log-ratios of its outputs
/// (stored_teacher.hpp): nothing is fitted to the rows of a fold but one temperature, on all other
/// rows. Folds and errors as above. Cost O(folds · N K).
Probe stored_probe(const Samples& log_ratios, const ClassLabels& labels, const Groups& groups,
                   const ProbeOptions& options, const Execution& exec);

}  // namespace cch
