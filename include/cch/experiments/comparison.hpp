#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cch/core/estimate.hpp"
#include "cch/core/execution.hpp"

// Criteria, known before training, compared with the gains of trained teacher/student pairs.

namespace cch {

/// What a cell may be looked at by: λ, temperature, scenario, noise of the teacher …
struct Facet {
  std::string name;
  std::string value;
  std::optional<double> number;  ///< where the value is one
};

/// Names of criteria, sorted; shared by the cells that have the same.
using CriterionNames = std::shared_ptr<const std::vector<std::string>>;

/// One repetition of a cell. A score above 0 says "distil"; a decision is +1 (distil), −1 (do not)
/// or 0 (undecided).
struct CellSeed {
  std::uint64_t seed = 0;
  double gain = 0.0;           ///< above 0: the distilled student is better
  std::vector<double> scores;  ///< of ComparedCell::criteria; a NaN: the criterion refused
};

/// One teacher/student pair under one loss, with its repetitions.
struct ComparedCell {
  std::string cluster;  ///< study × task × setting: cells of one share data and are no independent
                        ///< cases
  std::string group;  ///< cells that differ only in their teacher
  std::string unit;   ///< of the gains: "accuracy", "cross-entropy", …
  std::vector<Facet> facets;
  CriterionNames criteria;
  std::vector<CellSeed> seeds;
};

struct GainSummary {
  std::size_t seeds = 0;
  double mean = 0.0;
  std::optional<double> standard_deviation;  ///< with n − 1; nothing for one seed
  std::optional<double> standard_error;      ///< sd/√n
  std::optional<Interval> interval95;        ///< mean ± t(0.975; n − 1) · standard error
  int sign = 0;  ///< of the mean where |mean| > 2 standard errors, else 0
};

/// Mean of the gains of seeds, each the difference of two students with the same start and rows.
/// The interval takes the differences as normal. Usage Error "no-gains" without any.
GainSummary summarise_gains(std::span<const double> gains);

/// The sign of a mean that was looked for among `of` of them: +1 or −1 where it lies further from
/// zero than t(1 − 0.025/of; n − 1) standard errors (Bonferroni), 0 where it does not or has one
/// seed.
int sign_among(const GainSummary& gain, std::size_t of);

/// A statistic over cells. The interval is the 2.5 and 97.5 % point of a bootstrap.
struct Measured {
  std::optional<double> value;
  std::optional<Interval> interval95;
  std::size_t cases = 0;  ///< cells (groups, runs) behind it
};

/// k of n with the interval of Wilson (1927), which takes the n as independent, and that of the
/// bootstrap, which does not.
struct MeasuredShare {
  std::size_t count = 0;
  std::size_t of = 0;
  std::optional<double> value;
  std::optional<Interval> wilson95;
  std::optional<Interval> interval95;
};

/// Cells with neighbouring scores: mean score against mean gain.
struct CalibrationBin {
  std::size_t cells = 0;
  double predicted = 0.0;
  double observed = 0.0;
  std::optional<Interval> interval95;  ///< of `observed`
};

/// One criterion over the cells of a slice; s: mean score of a cell over its seeds, g: mean gain.
/// A cell is + or − by GainSummary::sign, else undecided.
struct CriterionScore {
  std::string criterion;
  std::string facet;  ///< "" for all cells
  std::string value;
  std::optional<double> number;
  std::size_t cells = 0;  ///< with a score
  std::size_t plus = 0;
  std::size_t minus = 0;
  std::size_t clusters = 0;
  bool resampled_seeds = false;  ///< below ten clusters: seeds are drawn, too
  /// P(s of a + cell > s of a − cell), ties counting half (Mann & Whitney).
  Measured sign_auroc;
  /// Of the + and − cells with s ≠ 0: those whose sign is that of s.
  MeasuredShare hits;
  /// Of the single runs of − cells: those whose score is above 0.
  MeasuredShare false_holds;
  /// Mean over groups with at least two teachers of max(0, largest g) − g of the choice; the choice
  /// is the teacher with the largest s (the mean of equals), and no teacher, hence 0, where no s is
  /// above 0. In the unit of the gains; nothing where a slice has several units.
  Measured top1_regret;
  /// Mean over groups of Kendall's τ_b of s and g, where neither is constant.
  Measured kendall_tau;
  /// Kendall's τ_b of s and g over all cells; nothing where a slice has several units.
  Measured kendall_tau_overall;
  /// Least-squares line g = intercept + slope · s; likewise.
  Measured slope;
  Measured intercept;
  std::vector<CalibrationBin> calibration;  ///< likewise; by quantiles of s
};

struct ComparisonOptions {
  std::size_t draws = 2000;      ///< of the bootstrap: quantiles of 2.5 % rest on 50
  std::size_t bins = 5;          ///< of a calibration: few, since studies have tens of cells
  std::size_t most_values = 50;  ///< a facet with more values has no slices
};

/// Every criterion over all cells and over the cells that share the value of a facet (facets with
/// one value alone are left out). All cells first, then facets in the order in which the cells name
/// them, values ascending; criteria by name.
///
/// Intervals: whole clusters (those with a score) are drawn with replacement. Where they are fewer
/// than ten, seeds are drawn as well, the same ones for all cells: means are those of the draw,
/// which cells count as decided stays. The draws depend on exec.seed and on the clusters, so that
/// criteria of the same cells are compared on the same ones. Nothing where a statistic exists in
/// fewer than half of the draws. An interval of few clusters is rough, and one around a perfect
/// value may have no width.
///
/// Checks: usage Errors "no-draws" (draws < 100), "no-bins", "empty-cell" (a cell without seeds),
/// "unsorted-criteria" and "scores-without-names" (a seed with more or fewer scores than its cell
/// has criteria). Equal for any number of threads. Cost O(slices · criteria · draws · n log n).
std::vector<CriterionScore> score_criteria(std::span<const ComparedCell> cells,
                                           const ComparisonOptions& options, const Execution& exec);

}  // namespace cch
