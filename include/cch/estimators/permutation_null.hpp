#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/estimators/catalog.hpp"

namespace cch {

/// How whole groups may be exchanged without changing anything but the pairing of x and y.
class GroupPermuter {
 public:
  /// Without groups: rows. Groups of one size: whole groups, row by row. Groups of unequal sizes:
  /// within strata of equal size; groups whose size no other has take no part. If y is the same in
  /// all rows of every group, its values are exchanged between groups of any size instead (then the
  /// null is that y is independent of x and of the group's size).
  /// A data Error "no-size-strata" if less than half of the rows take part.
  GroupPermuter(const Groups& groups, const Variable& y);

  /// Rows that take part, ascending.
  [[nodiscard]] std::span<const std::size_t> rows() const { return rows_; }
  /// ln of the number of different arrangements of the groups.
  [[nodiscard]] double log_arrangements() const { return log_arrangements_; }
  /// In words, for the report.
  [[nodiscard]] const std::string& scheme() const { return scheme_; }
  /// For every row of rows() the row of the data whose y it is given; uniformly random.
  [[nodiscard]] std::vector<std::size_t> draw(std::uint64_t seed) const;

 private:
  Groups groups_;
  std::vector<std::vector<std::size_t>> strata_;  // groups that may take each other's y
  std::vector<std::size_t> rows_;
  double log_arrangements_ = 0.0;
  std::string scheme_;
};

/// The number that is compared with its permutations. A permutation test is exact for any of them.
enum class NullStatistic {
  automatic,  ///< estimator, but wilks for cca-ksg and label-bound, of which 999 fits take too long
  estimator,  ///< the estimator itself, refitted from the start for each permutation
  /// −½ ln det(I − R Rᵀ) of up to 16 leading principal components and their squares on each side
  /// (labels: K − 1 indicators), R = the correlations of the whitened sides: Wilks' Λ as an
  /// in-sample information, nats. PCA never sees the pairing and is done once; the rest is
  /// refitted.
  wilks,
};

struct PermutationOptions {
  std::size_t permutations = 999;  ///< n; the smallest p value is 1/(n + 1)
  double alpha = 0.05;             ///< level of the whole family
  std::size_t tests = 1;           ///< T, tests that share alpha (teachers)
  NullStatistic statistic = NullStatistic::automatic;
};

struct PermutationNull {
  double observed = 0.0;    ///< the statistic on the rows that take part, nats
  double p_value = 1.0;     ///< (1 + b)/(1 + n), b = permutations with statistic ≥ observed
  double resolution = 0.0;  ///< 1/(n + 1)
  std::vector<double> null_values;  ///< n values, for a histogram
  std::string statistic;            ///< catalog name of the estimator, or "wilks"
  std::string scheme;               ///< what was exchanged, in words
  std::size_t rows_left_out = 0;    ///< rows of groups that could not be exchanged
};

/// Counts of values between equally spaced edges; the last bin takes its upper edge in.
struct Histogram {
  std::vector<double> edges;        ///< bins + 1, from the least value to the largest
  std::vector<std::size_t> counts;  ///< all values in the first bin where they are equal
};

/// `values` is not empty, `bins` above zero.
Histogram histogram(std::span<const double> values, std::size_t bins);

/// Permutation test of I(X;Y) = 0, and of nothing else: whole groups of y are exchanged, x stays.
/// Usage Error "too-few-permutations" if 1/(n + 1) ≥ alpha/T (no p value could ever reject), data
/// Errors "too-few-arrangements" if the groups allow fewer than T/alpha arrangements and
/// "no-size-strata" (GroupPermuter). Cost: n statistics in parallel; wilks is O(N q²), q ≤ 32.
/// Bitwise equal for any number of threads.
PermutationNull permutation_null(const EstimatorOptions& options, const Variable& x,
                                 const Variable& y, const Groups& groups,
                                 const PermutationOptions& permutation, const Execution& exec);

}  // namespace cch
