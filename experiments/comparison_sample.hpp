#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cch/experiments/comparison.hpp"
#include "experiments/comparison_statistics.hpp"

namespace cch::detail {

/// A cell as one criterion sees it, names replaced by indices.
struct CellSeries {
  std::size_t cluster = 0;
  std::size_t group = 0;
  bool decided = false;  ///< its mean gain lies beyond 2 standard errors
  std::vector<std::size_t> seed;
  std::vector<double> gain;   ///< a seed
  std::vector<double> score;  ///< a seed; NaN where the criterion refused
};

/// The cells of a slice for one criterion, of the clusters in which it has a score.
struct CriterionCells {
  std::vector<CellSeries> cells;
  std::size_t clusters = 0;
  std::size_t groups = 0;
  std::size_t seeds = 0;
  bool one_unit = true;          ///< of the gains of the whole slice
  std::vector<std::size_t> bin;  ///< of each cell, kNoBin without a score
  std::size_t bins = 0;
};
inline constexpr std::size_t kNoBin = static_cast<std::size_t>(-1);

CriterionCells criterion_cells(std::span<const ComparedCell* const> cells,
                               const std::string& criterion, std::size_t most_bins);

/// Everything that is measured, with multiplicities of clusters.
struct Measures {
  std::optional<double> auroc, hits, false_holds, regret, tau, tau_overall, slope, intercept;
  std::vector<std::optional<double>> observed;  ///< mean gain of each bin
};

/// Means of cells over drawn seeds, and what is measured on them.
class MeanSample {
 public:
  /// `seed_weight`: how often each seed counts. Cells none of whose seeds count are left out.
  MeanSample(const CriterionCells& cells, std::span<const double> seed_weight);

  /// `cluster_weight`: how often each cluster counts.
  [[nodiscard]] Measures measure(std::span<const double> cluster_weight) const;

  /// Numbers of cases behind the measures with every weight 1.
  struct Cases {
    std::size_t scored = 0, plus = 0, minus = 0, hits = 0, judged = 0, holds = 0, minus_runs = 0,
                groups = 0, tau_groups = 0, clusters = 0;
  };
  [[nodiscard]] Cases cases() const;
  /// Mean score of the cells of each bin; count of them.
  [[nodiscard]] std::vector<CalibrationBin> bins() const;

 private:
  struct Group {
    std::size_t cluster = 0;
    std::optional<double> regret;
    std::optional<double> tau;
  };
  void add_cell(const CellSeries& cell, std::size_t bin, std::span<const double> seed_weight);
  void make_groups(std::size_t groups);
  [[nodiscard]] std::vector<double> weights(std::span<const double> cluster_weight) const;
  void measure_shares(std::span<const double> weight, Measures& out) const;
  void measure_groups(std::span<const double> cluster_weight, Measures& out) const;
  void measure_calibration(std::span<const double> weight, Measures& out) const;

  const CriterionCells* source_;
  // Cells with a score, parallel.
  std::vector<double> score_, gain_, holds_, runs_;
  std::vector<int> sign_;
  std::vector<std::size_t> cluster_, group_, bin_;
  // Cells without one: the best teacher of a group may be among them.
  std::vector<std::pair<std::size_t, double>> unscored_;  ///< group, gain
  std::vector<Group> groups_;
  RankedPairs pairs_;
};

}  // namespace cch::detail
