#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/samples.hpp"
#include "cch/estimators/cca_ksg.hpp"

namespace cch::detail {

/// One way of reading an information off held-out canonical variates.
struct Rung {
  std::size_t components;  ///< principal components of each side
  bool squares;            ///< CCA also sees the squares of the components
  bool joint;         ///< joint KSG of the leading pairs, or their sum less the total correlation
  std::size_t pairs;  ///< leading pairs that enter

  [[nodiscard]] std::string name() const;
  friend bool operator==(const Rung&, const Rung&) = default;
};

/// A rung as it came out in one direction (CCA fitted on one half, read on the other).
struct RungValue {
  Rung rung;
  double nats = 0.0;
  std::size_t pairs = 0;
  /// False where the rung must not be taken: a sum with three pairs or fewer, or with dependent
  /// pairs.
  bool eligible = true;
};

/// Canonical variates of the rows that their directions were not fitted on, as normal scores.
struct HeldOutPairs {
  std::vector<std::size_t> rows;  ///< of the data, ascending
  Samples u;
  Samples v;
  std::size_t significant = 0;  ///< leading pairs above the Wachter edge
};

/// What one rung reads off the pairs of some rows. `groups` are those of these rows.
double read_rung(const Rung& rung, const Samples& u, const Samples& v, const Groups& groups,
                 std::size_t k, const Execution& exec);

/// The cross-fitted ladder on one pair of variables: principal components once, then two
/// directions.
class CcaLadder {
 public:
  CcaLadder(const Samples& x, const Samples& y, const Groups& groups, const CcaKsgOptions& options,
            const Execution& exec);

  /// All rungs of every direction; no rung where a side has no variance.
  [[nodiscard]] std::vector<std::vector<RungValue>> climb(const Execution& exec) const;
  /// The pairs that this rung reads in this direction.
  [[nodiscard]] HeldOutPairs pairs_of(const Rung& rung, std::size_t direction) const;
  /// Variance of this rung's value that comes from fitting its canonical directions on a sample:
  /// delete-block jackknife over the fitted half alone, with the smooth Gaussian reading
  /// Σ −½ ln(1 − r_i²) of the held-out pairs in place of KSG, whose jumps a jackknife would
  /// amplify.
  [[nodiscard]] double fit_variance(const Rung& rung, std::size_t direction,
                                    const Execution& exec) const;

 private:
  struct FeatureSet {
    std::size_t components;
    bool squares;
    Eigen::MatrixXd x;  // N × D, unit variances
    Eigen::MatrixXd y;
  };

  struct Halves {
    std::vector<std::size_t> fitted;
    std::vector<std::size_t> held_out;
  };

  [[nodiscard]] Halves halves(std::size_t direction) const;
  [[nodiscard]] const FeatureSet& features_of(const Rung& rung) const;
  [[nodiscard]] HeldOutPairs held_out(const FeatureSet& features, std::size_t direction,
                                      std::size_t least_pairs) const;
  [[nodiscard]] std::vector<RungValue> climb(const FeatureSet& features, std::size_t direction,
                                             const Execution& exec) const;

  CcaKsgOptions options_;
  Groups groups_;
  std::vector<std::vector<char>> splits_;  // each 0 or 1 a row, whole groups
  std::vector<FeatureSet> features_;
};

/// For each direction the rung that came out highest in the other one of its split, so that no rung
/// is chosen by the number that is then reported.
std::vector<Rung> choose_rungs(const std::vector<std::vector<RungValue>>& directions);

}  // namespace cch::detail
