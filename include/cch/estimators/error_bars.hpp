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

  /// The estimate taken again on every part of every random partition (subsampling) or without
  /// every block (delete_block); which rows these are depends on the groups and exec.seed only, so
  /// replicates of several measurements on the same rows belong together. Kinds with per-row terms
  /// are not refitted: a classifier on a part of the rows is another estimator, so their terms are
  /// averaged there. Computed at the first call, in parallel, and kept; not to be called from two
  /// threads at once.
  [[nodiscard]] const std::vector<double>& replicates(ErrorBarKind kind,
                                                      const Execution& exec) const;

 private:
  struct Refit;
  [[nodiscard]] double on_rows(std::span<const std::size_t> rows, const Execution& exec) const;
  [[nodiscard]] double without_rows(std::span<const std::size_t> rows, const Execution& exec) const;

  EstimatorOptions options_;
  Variable x_;
  Variable y_;
  Groups groups_;
  Estimate estimate_;
  std::unique_ptr<Refit> refit_;
  mutable std::vector<double> on_parts_;
  mutable std::vector<double> without_blocks_;
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
///   per-row terms only      cluster-robust spread of Σ_i w_i·term_i over groups;
///   some cca-ksg            delete-block jackknife, 20 blocks of whole groups,
///                           SE² = (B−1)/B Σ_b (θ_(b) − θ̄)², t with B − 1;
///   otherwise               Holmes & Nemenman (2019): the data cut into m parts of whole groups, m
///   = 2..4,
///                           five random partitions each, s² the variance over the m parts,
///                           SE² = Σ ((m−1)/m) s² / Σ (m−1), both sums over all fifteen,
///                           t with min(20, 1/(1/30 + 1/(G−1))), G = number of groups.
/// Returns nothing, with the reason in `why_not`, where there are too few rows or groups.
/// Cost: about 5.4 (neighbours) or 20 × a half (cca-ksg) of the point estimates.
std::optional<ErrorBar> error_bar(std::span<const Term> terms, const Execution& exec,
                                  std::string* why_not = nullptr);

/// value ± t_{.975}·SE.
Interval interval95(double value, const ErrorBar& bar);

/// One-sided p value of "the true sum is ≤ 0" given its estimate.
double p_above_zero(double value, const ErrorBar& bar);

/// Fills standard_error, interval95 and the diagnostics "error_bars" and "seconds_error_bars" of
/// the measurement's estimate; a warning "no-error-bar" with the reason where there is none.
Estimate with_error_bar(const Measurement& measurement, const Execution& exec);

}  // namespace cch
