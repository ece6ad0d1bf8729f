#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/estimators/cca_ksg.hpp"
#include "cch/estimators/discrete.hpp"
#include "cch/estimators/gaussian.hpp"
#include "cch/estimators/gaussian_copula.hpp"
#include "cch/estimators/ksg1.hpp"
#include "cch/estimators/ksg2.hpp"
#include "cch/estimators/label_bound.hpp"
#include "cch/estimators/mixed_ksg.hpp"
#include "cch/estimators/neural.hpp"
#include "cch/estimators/ross.hpp"

namespace cch {

/// One estimator of I(X;Y) with its options. The set is closed: adding one means adding it here and
/// to catalog(). (The conditional estimator takes three variables and has its own function.)
using EstimatorOptions =
    std::variant<Ksg1Options, Ksg2Options, RossOptions, MixedKsgOptions, GaussianOptions,
                 GaussianCopulaOptions, LabelBoundOptions, CcaKsgOptions, DiscreteOptions,
                 MineOptions, NwjOptions, InfonceOptions, SmileOptions, DoeOptions, LatentOptions,
                 LatentMineOptions, LatentInfonceOptions>;

enum class Accepts { real, labels, either };

/// Where the standard error of an estimator comes from (error_bars.hpp).
enum class ErrorBarKind {
  subsampling,  ///< again on parts of the rows (Holmes & Nemenman 2019)
  row_terms,    ///< spread of per-row terms
};

struct CatalogEntry {
  std::string_view name;
  std::string_view summary;
  std::string_view paper;
  Accepts x;
  Accepts y;
  ErrorBarKind error_bars;
  bool neighbours;  ///< a nearest-neighbour estimator: low for many dimensions, sensitive to scale
  bool networks = false;  ///< trains networks: needs LibTorch, takes minutes rather than seconds
};

/// Every estimator of two variables, in the order of EstimatorOptions.
std::span<const CatalogEntry> catalog();
const CatalogEntry& entry_of(const EstimatorOptions& options);

/// Default options of the named estimator; a usage Error "unknown-estimator" that gives the nearest
/// name.
EstimatorOptions default_options(std::string_view name);

/// Sets k where the estimator has neighbours; a usage Error where it has none.
void set_neighbours(EstimatorOptions& options, std::size_t k);
/// Sets `exact` (every row a query) where that means something; otherwise nothing changes.
void set_exact(EstimatorOptions& options);

/// Runs the estimator and records its wall time in seconds as diagnostic "seconds". Labels may
/// stand on either side: they are swapped into place, since mutual information is symmetric. A
/// usage Error "wrong-variable-kind" names the estimators that take what was given. A single row is
/// a data Error.
Estimate estimate(const EstimatorOptions& options, const Variable& x, const Variable& y,
                  const Groups& groups, const Execution& exec);

/// What `auto` picks, and why in one sentence.
struct EstimatorChoice {
  EstimatorOptions options;
  std::string why;
};

/// The rule of `auto`, from what both variables are, their dimensions and the number of rows:
///   labels and labels           discrete
///   labels and ≤ 2 real columns ross (label-bound if a class is too small for neighbours)
///   labels and more columns     label-bound
///   1 + 1 real columns          ksg1
///   more real columns           cca-ksg; ksg1 below 50 rows or 8 groups, too few to fit and read
///   apart
/// Where more than 5 % of a column's values are repeated, ross and ksg1 (1 + 1) put ties in random
/// orders.
EstimatorChoice choose_estimator(const Variable& x, const Variable& y, const Groups& groups);

/// The estimator of I(student; labels) that goes with `teacher_student`: the same where it takes
/// these labels, ross for ksg1 and ksg2, else label-bound.
EstimatorChoice label_partner(const EstimatorOptions& teacher_student, const Variable& labels);

}  // namespace cch
