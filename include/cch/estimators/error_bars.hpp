#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/estimators/catalog.hpp"

namespace cch {

/// Random partitions of the rows in so many parts of whole groups.
struct PartitionCount {
  std::size_t parts = 0;
  std::size_t partitions = 0;
};

/// How rows are cut for replicates: in 2, 3 and 4 parts, five times each; from 10 000 groups on in
/// 8 parts, twice. Parts of a thousand rows and more spread as all rows do (coverage at 10 000
/// rows: docs/statistics.md), and are quicker to estimate from.
std::vector<PartitionCount> partition_plan(std::size_t groups);

/// An estimate that can be taken again on other rows, which is what standard errors are made of.
/// Neighbour estimators are never bootstrapped: copied rows are neighbours at distance 0 and
/// inflate the information (independent data then "have" .49 nats).
class Measurement {
 public:
  /// Takes the point estimate. x, y and groups are kept (they share their values, nothing is
  /// copied).
  Measurement(const EstimatorOptions& options, Variable x, Variable y, Groups groups,
              const Execution& exec);
  ~Measurement();
  Measurement(Measurement&&) noexcept;
  Measurement& operator=(Measurement&&) noexcept;

  [[nodiscard]] const Estimate& estimate() const { return estimate_; }
  [[nodiscard]] ErrorBarKind kind() const;
  [[nodiscard]] const Groups& groups() const { return groups_; }

  /// The estimate taken again on every part of every random partition (Holmes & Nemenman). Which
  /// rows these are depends on the groups and exec.seed only, so replicates of several measurements
  /// on the same rows belong together. Neighbour estimators are refitted. cca-ksg keeps its
  /// directions and rungs and reads the rows that were held out from them. Kinds with per-row terms
  /// are averaged: a classifier on a part of the rows is another estimator. Computed at the first
  /// call, in parallel, and kept; not to be called from two threads at once.
  [[nodiscard]] const std::vector<double>& replicates(const Execution& exec) const;
  /// What the replicates do not show: for cca-ksg what its fitted directions do, delete-block
  /// jackknife replicates of each half that was fitted; else empty. As for replicates, the blocks
  /// depend on the groups and exec.seed only. Computed at the first call and kept.
  [[nodiscard]] const std::vector<std::vector<double>>& fit_replicates(const Execution& exec) const;

 private:
  struct Refit;
  [[nodiscard]] double on_rows(std::span<const std::size_t> rows, const Execution& exec) const;

  EstimatorOptions options_;
  Variable x_;
  Variable y_;
  Groups groups_;
  Estimate estimate_;
  std::unique_ptr<Refit> refit_;
  mutable std::vector<double> on_parts_;
  mutable std::optional<std::vector<std::vector<double>>> fit_replicates_;
};

/// One term of a sum of estimates on the same rows.
struct Term {
  const Measurement* measurement;
  double weight = 1.0;
};

/// Sampling error of Σ_i w_i·estimate_i: about the estimators' own mean, not the truth. Bias is
/// apart.
struct ErrorBar {
  double standard_error = 0.0;      ///< nats
  double degrees_of_freedom = 0.0;  ///< of the t distribution of the studentised sum
  std::string method;               ///< in words
};

/// The error bar of a sum of estimates that were taken on the same rows, hence paired. By what the
/// terms are:
///   per-row terms only   cluster-robust spread of Σ_i w_i·term_i over groups;
///   otherwise            Holmes & Nemenman (2019): the data cut into m parts of whole groups as
///                        partition_plan() says, s² the variance over the m parts, SE² = Σ
///                        ((m−1)/m) s² / Σ (m−1), both sums over all partitions, plus the
///                        jackknife variance of Σ_i w_i·fit replicate_i, mean over the halves, t
///                        with min(20, Σ (m−1), 1/(1/30 + 1/(G−1))), G = number of groups.
/// A delete-block jackknife of cca-ksg was tried instead and is 1.5 to 3.3 times too wide (SE .135
/// where the estimates of fresh data spread by .041; 5+5 columns, N = 2000): leaving out a block
/// moves every neighbour of the rows that stay. Returns nothing, with the reason in `why_not`,
/// where there are too few rows or groups. Cost: below two point estimates
/// from 10 000 groups on, else 3 to 5.
std::optional<ErrorBar> error_bar(std::span<const Term> terms, const Execution& exec,
                                  std::string* why_not = nullptr);

/// Jackknife variance, nats², of Σ_i w_i·fit replicate_i: the part of the error bar that comes from
/// fitted directions. The mean over the halves, as if they moved together, which also covers what
/// choosing rungs adds.
double fit_variance(std::span<const Term> terms, const Execution& exec);

/// value ± t_{.975}·SE.
Interval interval95(double value, const ErrorBar& bar);

/// One-sided p value of "the true sum is ≤ 0" given its estimate.
double p_above_zero(double value, const ErrorBar& bar);

/// Fills standard_error, interval95 and the diagnostics "error_bars" and "seconds_error_bars" of
/// the measurement's estimate; a warning "no-error-bar" with the reason where there is none.
Estimate with_error_bar(const Measurement& measurement, const Execution& exec);

}  // namespace cch
