#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/samples.hpp"
#include "estimators/cca/feature_sets.hpp"
#include "estimators/column_screen.hpp"

namespace cch::detail {

/// The columns of x and of y that passed, ascending.
using KeptColumns = std::array<std::vector<std::size_t>, 2>;

/// Columns of each side that carry something about the other: columns of noise take principal
/// components from those of the signal. A column passes by its R², or that of its distance from
/// its mean (spread and circles are seen there), on the other side's leading principal components
/// and their distances from 0; then, up to three times in all, on those of what has passed so far:
/// the least chance of any round counts, times their number. Chosen on some rows, a column says
/// nothing untrue of the others: whatever is fitted on the same rows alone may be read on the rest.
class ColumnScreen {
 public:
  /// `scores` are the components of all columns, kept by the caller.
  ColumnScreen(const Samples& x, const Samples& y, const Scores& scores, std::uint64_t seed);

  /// For every column of x and of y, how likely the other side explains so much of it by chance, on
  /// these rows.
  using Chances = std::array<std::vector<double>, 2>;
  [[nodiscard]] Chances chances(const std::vector<std::size_t>& rows, const Execution& exec) const;
  /// Whether so many of about 128 columns of each side pass that a screen of all is not worth its
  /// cost.
  [[nodiscard]] bool nearly_all_pass(const std::vector<std::size_t>& rows,
                                     const Execution& exec) const;
  /// What passes on these rows; no columns of either side where nothing of one side passes. Cost
  /// O(n (D_x + D_y) q) a round for q ≤ 64 components, memory O(n q + N kept).
  [[nodiscard]] KeptColumns passing(const std::vector<std::size_t>& rows, Columns level,
                                    const Execution& exec) const;
  /// The same from the chances of these rows, which all levels share.
  [[nodiscard]] KeptColumns passing(const std::vector<std::size_t>& rows, Columns level,
                                    Chances least, const Execution& exec) const;
  /// Whether a side of these shrinks by enough to be worth a second fit.
  [[nodiscard]] bool worth_fitting(const KeptColumns& kept) const;
  /// Whether the second, wider choice has many more columns than the first.
  [[nodiscard]] bool differ(const KeptColumns& first, const KeptColumns& second) const;
  /// Components of the columns kept, of all rows; those of all columns where few were dropped.
  [[nodiscard]] Scores scores_of(const KeptColumns& kept, std::size_t most,
                                 const Execution& exec) const;

 private:
  [[nodiscard]] Eigen::MatrixXd components(std::size_t side, const std::vector<std::size_t>& kept,
                                           std::size_t most, const Execution& exec) const;

  std::array<Samples, 2> sides_;
  const Scores* scores_;
  std::uint64_t seed_;
};

}  // namespace cch::detail
