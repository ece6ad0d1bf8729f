#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"

namespace cch::detail {

struct Moments;

/// Information of all leading columns of u with all of v at once, nothing learned on other rows, by
/// the Donsker–Varadhan formula with the Gaussian log density ratio f as its critic:
///
///   I ≥ E_uv[c f] − max(0, ln E_u,v[e^(c f)]),   the best c of 1, .8, .6, .4.
///
/// The mean of f over its own rows is G = ½ ln(|S_u| |S_v| / |S_uv|), less b, what independent
/// sides show. For Gaussian rows b is exact whatever the sides share, by the digammas of
/// `log_det_bias`: many weak pairs, whose directions no half of the rows tells, are all in G, and
/// E[e^f] over rows that do not belong together is 1. Elsewhere that expectation takes back what G
/// has too much: ten classes far apart are ln 10, however many columns tell them. With many columns
/// for the rows it comes out below 1 even where nothing is shared; what it is there, with the rows
/// of v moved, is its zero. Where rows are in groups b is the mean of G with the rows of v moved by
/// whole groups, if that is more. A size of q takes the leading q columns of each side, or all that
/// it has.
class TotalReading {
 public:
  TotalReading() = default;  ///< of no size

  /// 4, 8, 16, … as far as there are eight rows for each of `columns`.
  static std::vector<std::size_t> sizes_for(std::size_t rows, std::size_t columns);

  /// Columns as normal scores, n rows each; groups are those of these rows; sizes ascending. Cost
  /// O(n q² + q³) for the largest.
  TotalReading(Eigen::MatrixXd u, Eigen::MatrixXd v, Groups groups, std::vector<std::size_t> sizes);

  /// Those at which no column is determined by the others.
  [[nodiscard]] std::vector<std::size_t> sizes() const;
  [[nodiscard]] double nats(std::size_t size) const;
  /// Standard deviation of the value between independent sides, √(q_u q_v / 2) / n.
  [[nodiscard]] double chance_spread(std::size_t size) const;
  /// What each row adds: their mean is the value, and their spread its sampling error.
  [[nodiscard]] std::vector<double> row_terms(std::size_t size) const;
  /// What the value of each of these sets of rows alone, with b in proportion to 1/n, is above the
  /// mean of their c f: the part that fitting moves and `row_terms` do not show.
  [[nodiscard]] std::vector<double> fit_excess(
      const std::vector<std::vector<std::size_t>>& row_sets, std::size_t size,
      const Execution& exec) const;

 private:
  struct Sized {
    std::size_t size;
    double plug_in;         // G
    double bias;            // b
    double temper = 1.0;    // c
    double log_mean = 0.0;  // ln E[e^(c f)], less its zero
  };

  void temper(const Moments& own, const Moments& unrelated, const Eigen::MatrixXd& moved);
  [[nodiscard]] const Sized& at(std::size_t size) const;

  Eigen::MatrixXd u_;
  Eigen::MatrixXd v_;
  Groups groups_ = Groups::singletons(0);
  std::vector<Eigen::Index> paired_;  // rows that stand for all where rows do not belong together
  std::vector<std::size_t> paired_groups_;
  std::vector<Sized> sized_;
};

}  // namespace cch::detail
