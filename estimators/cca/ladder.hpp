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

/// The rungs as they came out in one direction (CCA fitted on one half, read on the other).
struct RungValue {
  Rung rung;
  double nats = 0.0;
  std::size_t pairs = 0;
  /// False where the rung must not be taken: a sum with three pairs or fewer, or with dependent
  /// pairs.
  bool eligible = true;
};

/// The cross-fitted ladder on one pair of variables: principal components once, then two
/// directions.
class CcaLadder {
 public:
  CcaLadder(const Samples& x, const Samples& y, const Groups& groups, const CcaKsgOptions& options,
            const Execution& exec);

  /// All rungs of both directions, over every row whose `left_out` mark is not set.
  [[nodiscard]] std::vector<std::vector<RungValue>> climb(const Execution& exec) const;
  /// The mean over both directions of one rung each, without the rows of one set: what a
  /// delete-block jackknife needs. `chosen` has one rung a direction.
  [[nodiscard]] double value_without(std::span<const Rung> chosen,
                                     std::span<const std::size_t> left_out,
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

  [[nodiscard]] Halves halves(std::size_t direction, std::span<const std::size_t> left_out) const;
  [[nodiscard]] std::vector<RungValue> climb(const FeatureSet& features, const Halves& halves,
                                             std::optional<Rung> only, const Execution& exec) const;

  CcaKsgOptions options_;
  Groups groups_;
  std::vector<char> half_;  // 0 or 1 a row, whole groups
  std::vector<FeatureSet> features_;
};

/// For each direction the rung that came out highest in the other one, so that no rung is
/// chosen by the number that is then reported.
std::vector<Rung> choose_rungs(const std::vector<std::vector<RungValue>>& directions);

}  // namespace cch::detail
