#pragma once

#include <cstddef>
#include <string>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"

namespace cch {

struct LabelBoundOptions {
  std::size_t folds =
      5;  ///< outer folds K, whole groups, stratified by class where groups allow it
  std::size_t max_dim =
      256;  ///< columns kept by a label-free PCA fitted on the training rows (0 = all)
};

/// Lower bound of I(X;Y) for class labels, nats:
///
///   I(X;Y) ≥ H(Y) − CE,   CE = −(1/N) Σ_i ln q(y_i | x_i)
///
/// where q is a classifier that never saw row i: K-fold cross-fitting over whole groups. In each
/// fold a multinomial logistic regression and a shrinkage linear discriminant compete (with their
/// strength) on inner training rows only, and the winner's temperature is calibrated there too.
/// H(Y) is the plug-in entropy of the same rows. `row_terms` holds ln(q(y_i|x_i) / p(y_i)); their
/// mean is the bound, their spread its standard error (rows of a group enter as one cluster). The
/// bound is low by what the classifier cannot express or learn: about .06 nats at N = 4000, 64
/// dimensions. x is N × D, y has ≥ 2 classes with at least two rows in at least two groups each
/// (data Error otherwise; smaller classes are named). Cost about folds × (N D² + D³ + logistic
/// iterations × N D K).
Estimate label_bound(const Samples& x, const ClassLabels& y, const Groups& groups,
                     const LabelBoundOptions& options, const Execution& exec);

}  // namespace cch
