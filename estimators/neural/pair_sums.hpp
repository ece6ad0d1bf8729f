#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "estimators/neural/backend.hpp"

namespace cch::detail {

/// Sums over the pairs (x_i, y_j), j ≠ i, of which a critic T is read. Pairs may be any subset, as
/// long as they are about as many for every row.
class PairSums {
 public:
  explicit PairSums(std::size_t rows);
  /// T(x_i, y_i).
  void set_positive(std::size_t i, double t) { positive_[i] = t; }
  /// T(x_i, y_j) of a pair that does not belong together.
  void add(std::size_t i, std::size_t j, double t);
  /// The same with e^t clipped to [e^−clip, e^clip].
  void add_clipped(std::size_t i, std::size_t j, double t, double clip);

  [[nodiscard]] std::size_t rows() const { return positive_.size(); }
  [[nodiscard]] double positive(std::size_t i) const { return positive_[i]; }
  [[nodiscard]] double mean_as_x(std::size_t i) const { return as_x_[i] / count_as_x_[i]; }
  [[nodiscard]] double mean_as_y(std::size_t i) const { return as_y_[i] / count_as_y_[i]; }
  [[nodiscard]] double sum_as_x(std::size_t i) const { return as_x_[i]; }
  [[nodiscard]] double sum_as_y(std::size_t i) const { return as_y_[i]; }
  [[nodiscard]] double pairs_as_x(std::size_t i) const { return count_as_x_[i]; }
  [[nodiscard]] double pairs_as_y(std::size_t i) const { return count_as_y_[i]; }

 private:
  std::vector<double> positive_;
  std::vector<double> as_x_;  // Σ_j e^T(x_i, y_j)
  std::vector<double> as_y_;  // Σ_j e^T(x_j, y_i)
  std::vector<double> count_as_x_;
  std::vector<double> count_as_y_;
};

/// What a critic says, with each row's share t_i; the mean of the terms is the value.
///   infonce     t_i = T_ii − ½ [ln mean_{j, i incl.} e^T_ij + ln mean_{j, i incl.} e^T_ji]
///   mine, smile t_i = T_ii − ln Z − (z_i· / Z − 1) − (z_·i / Z − 1), Z = mean of all e^T_ij,
///               z_i·, z_·i the means of row i's pairs: the value less its influence function
///   nwj         t_i = T_ii − e⁻¹ (z_i· + z_·i − Z)
struct CriticReading {
  std::vector<double> terms;
  double value = 0.0;     ///< their mean; NaN or infinite when the critic diverged
  double ceiling = 0.0;   ///< ln of the pairs that a row is compared with, itself included
  double heaviest = 0.0;  ///< largest share of one row in Σ e^T
};
CriticReading read_pairs(Objective objective, const PairSums& sums);

/// The same for class labels: `scores` is n × K row-major, and E_q sums over the classes with the
/// probabilities `prior`; the mean over y is taken with the shares of the rows given. `clip` > 0
/// clips as for smile.
CriticReading read_classes(Objective objective, std::span<const float> scores,
                           std::span<const std::int64_t> labels, std::span<const double> prior,
                           double clip);

}  // namespace cch::detail
