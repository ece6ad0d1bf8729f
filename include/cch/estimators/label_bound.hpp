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
  /// Outer folds K ≥ 3, whole groups, stratified by class where groups allow it; 5 trains on 4/5 of
  /// the rows. At most as many as there are groups.
  std::size_t folds = 5;
  /// Columns kept (0 = all), as principal components of all rows; where training rows are fewer
  /// than columns, one component for two of them. Components and scales see no label, so rows whose
  /// labels are held out may help to fit them, and the bound stays one.
  std::size_t max_dim = 256;
};

/// Lower bound of I(X;Y) for class labels, nats:
///
///   I(X;Y) ≥ H(Y) − CE,   CE = −(1/N) Σ_i ln q(y_i | x_i)
///
/// where q is a classifier that never saw row i: K-fold cross-fitting over whole groups. Three
/// families compete: multinomial logistic regression (5 strengths), linear discriminants
/// (Ledoit–Wolf and other shrinkages of the within-class covariance; class means as they are, or
/// shrunk by empirical Bayes so that directions in which classes do not differ drop out), and
/// quadratic discriminants on leading components. Where a tenth or more of the columns carry
/// nothing of the classes in the rows outside a fold, each family also has candidates on the
/// columns that pass a screen of the training rows (analysis of variance of a column and of its
/// distance from 0). The best of each family, which of them are pooled, ln q(c|x) = ln π_c + Σ_m
/// τ_m e_mc(x) + const, the τ ≥ 0, and the share of doubt ε in (1 − ε) q + ε π are all chosen on
/// inner held-out training rows. H(Y) is the plug-in entropy of the same rows.
///
/// `row_terms` holds ln(q(y_i|x_i) / p(y_i)); their mean is the bound, their spread its standard
/// error (rows of a group enter as one cluster), the interval uses t with G − 1 degrees of freedom.
/// The bound is low by what the classifiers cannot express or learn: about .01 nats at N = 4000, 64
/// dimensions, 10 Gaussian classes that differ in 4 columns, .02 if they differ in 4 directions
/// across columns.
///
/// x is N × D, y has ≥ 2 classes with at least two rows in at least two groups each, ≥ 3 groups
/// (data Error otherwise; lone classes are named). Warnings: "small-class" (fewer than 10 rows or
/// groups), "few-groups" (fewer than 20). Diagnostics: winners by fold, inner cross-entropies by
/// family, held-out accuracy, entropy_nats. Values beyond 6 standard deviations are clipped: scale
/// heavy tails by ranks first (scale.hpp). Cost N D min(N, D, 1000) once and about 2 folds × (q³ +
/// iterations × N q K) in the q columns kept; N D floats. About 3 core-seconds at N = 10000,
/// D = 196, K = 10, 6 at N = 12000, D = 2352.
Estimate label_bound(const Samples& x, const ClassLabels& y, const Groups& groups,
                     const LabelBoundOptions& options, const Execution& exec);

}  // namespace cch
