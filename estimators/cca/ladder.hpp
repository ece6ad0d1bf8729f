#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"
#include "cch/estimators/cca_ksg.hpp"
#include "estimators/cca/feature_sets.hpp"
#include "estimators/cca/screening.hpp"
#include "estimators/cca/total_reading.hpp"
#include "estimators/repeated_values.hpp"

namespace cch::detail {

/// How pairs are read.
enum class Reading {
  joint,   ///< KSG of all pairs at once
  sum,     ///< KSG of each pair, less the total correlation
  normal,  ///< Σ −½ ln(1 − r_i²), each less the 1/(2n) of independent pairs, less the same
  total,   ///< TotalReading of the leading components themselves, no pairs
};

/// One way of reading an information off held-out canonical variates.
struct Rung {
  Columns columns;
  std::size_t components;  ///< principal components of each side
  Features features;
  Reading reading;
  std::size_t pairs;  ///< leading pairs that enter; of a total reading its size

  [[nodiscard]] std::string name() const;
  friend bool operator==(const Rung&, const Rung&) = default;
};

/// A rung as it came out in one direction (CCA fitted on one half, read on the other).
struct RungValue {
  Rung rung;
  double nats = 0.0;
  double normal = 0.0;  ///< the normal reading of the same pairs
  double spread = 0.0;  ///< of a total reading between independent sides
};

/// Canonical variates of the rows that their directions were not fitted on, as normal scores. Those
/// of plain features are first made uncorrelated, each side by itself: directions fitted on other
/// rows leave correlations of about 1/√n, which a sum over many pairs would pay for.
struct HeldOutPairs {
  std::vector<std::size_t> rows;  ///< of the data, ascending
  Samples u;
  Samples v;
  /// u and v with equal values at their middle rank, where these stand in a random order there.
  std::optional<std::pair<Samples, Samples>> tied;
  std::vector<double> normal;  ///< −½ ln(1 − r_i²) − 1/(2n) of the variates as they were fitted
  std::size_t significant = 0;  ///< leading pairs above the Wachter edge
  std::vector<double> terms;    ///< of a total reading, a row; it has no pairs

  /// What a reading is made of: neighbours need distinct values, correlations lose by their order.
  [[nodiscard]] const Samples& u_of(Reading reading) const {
    return tied && reading == Reading::normal ? tied->first : u;
  }
  [[nodiscard]] const Samples& v_of(Reading reading) const {
    return tied && reading == Reading::normal ? tied->second : v;
  }
};

/// What one rung reads off the pairs of some rows. `groups` are those of these rows.
double read_rung(const Rung& rung, const Samples& u, const Samples& v, const Groups& groups,
                 std::size_t k, const Execution& exec);

/// The cross-fitted ladder on one pair of variables: principal components once, then two
/// directions. Where a screen on about 1000 rows would drop a tenth of a side's columns or more,
/// every direction also has the rungs of the columns that pass on the rows that it is fitted on.
class CcaLadder {
 public:
  CcaLadder(const Samples& x, const Samples& y, const Groups& groups, const CcaKsgOptions& options,
            const Execution& exec);
  CcaLadder(const CcaLadder&) = delete;  // the screen looks at the scores
  CcaLadder& operator=(const CcaLadder&) = delete;

  /// All rungs of every direction; no rung where a side has no variance. Total readings learn
  /// nothing, so that splits after the first have those alone that were highest in it.
  [[nodiscard]] std::vector<std::vector<RungValue>> climb(const Execution& exec) const;
  /// Gives the memory of feature sets free that none of these rungs reads; nothing may climb then.
  void keep_only(const std::vector<Rung>& rungs);
  /// The pairs that this rung reads in this direction.
  [[nodiscard]] HeldOutPairs pairs_of(const Rung& rung, std::size_t direction,
                                      const Execution& exec) const;
  /// What fitting the canonical directions on a sample does to this rung's value: delete-block
  /// jackknife over the fitted half alone, with the smooth Gaussian reading Σ −½ ln(1 − r_i²) of
  /// the held-out pairs in place of KSG, whose jumps a jackknife would amplify. The columns stay
  /// those that passed. Which blocks depends on the groups and the seed alone.
  [[nodiscard]] std::vector<double> fit_replicates(const Rung& rung, std::size_t direction,
                                                   const Execution& exec) const;
  /// What the readings miss because directions were fitted on half of the rows only, nats. With
  /// G(n) = Σ −½ ln(1 − r_i²) of a rung's pairs, held out from a fit on n rows, G(∞) − G(n) falls
  /// like 1/n. G is read at n = N/2, in both halves of a split, and at n = 4N/5, on five folds of
  /// the same rows:
  ///
  ///   G(∞) − G(N/2) = (G(4N/5) − G(N/2)) / (1 − (N/2) / (4N/5))
  ///
  /// Mean over the directions; 0 for rungs with squares or waves, whose pairs are not normal and
  /// trade places.
  [[nodiscard]] double learning_loss(const std::vector<Rung>& chosen,
                                     const std::vector<std::vector<RungValue>>& directions,
                                     const Execution& exec) const;

 private:
  struct Halves {
    std::vector<std::size_t> fitted;
    std::vector<std::size_t> held_out;
  };

  [[nodiscard]] Halves halves(std::size_t direction) const;
  /// One screen that drops something, and what passes in each direction.
  struct Screened {
    Columns level;
    std::vector<KeptColumns> kept;
  };
  using SharedFeatures = std::shared_ptr<const FeatureSet>;

  void screen(const Execution& exec);
  [[nodiscard]] std::vector<FeatureSet> sets_of(const KeptColumns& kept, Columns level,
                                                const Execution& exec) const;
  /// Those of a rung, of the columns that passed; none where its sets are not there.
  [[nodiscard]] SharedFeatures features_of(const Rung& rung, const KeptColumns& kept,
                                           const Execution& exec) const;
  [[nodiscard]] const KeptColumns& kept_in(const Rung& rung, std::size_t direction) const;
  [[nodiscard]] HeldOutPairs held_out(const FeatureSet& features, std::size_t direction,
                                      std::size_t least_pairs) const;
  /// Of the sizes that `wanted` names for these features, or of all.
  [[nodiscard]] TotalReading total_of(const FeatureSet& features, std::size_t direction,
                                      const std::vector<Rung>* wanted) const;
  [[nodiscard]] std::vector<double> total_replicates(const Rung& rung, std::size_t direction,
                                                     const Execution& exec) const;
  [[nodiscard]] std::vector<RungValue> climb(const FeatureSet& features, std::size_t direction,
                                             const std::vector<Rung>* totals,
                                             const Execution& exec) const;
  /// The directions from `first` up to `last`, with these total readings or all.
  void climb(std::size_t first, std::size_t last, const std::vector<Rung>* totals,
             std::vector<std::vector<RungValue>>& directions, const Execution& exec) const;
  [[nodiscard]] std::vector<double> readings_of_folds(
      const Rung& rung, const std::vector<std::vector<std::size_t>>& folds, std::size_t most,
      const Execution& exec) const;

  CcaKsgOptions options_;
  Groups groups_;
  std::optional<TieSeeds> ties_;           // where whole rows repeat
  std::vector<std::vector<char>> splits_;  // each 0 or 1 a row, whole groups
  std::uint64_t seed_;
  Scores scores_;  // of all columns
  std::vector<SharedFeatures> features_;
  ColumnScreen screen_;
  std::vector<Screened> screened_;
};

/// For each direction the rung that came out highest in the other one of its split, so that no rung
/// is chosen by the number that is then reported.
std::vector<Rung> choose_rungs(const std::vector<std::vector<RungValue>>& directions);

}  // namespace cch::detail
