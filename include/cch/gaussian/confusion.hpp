#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cch {

/// What a criterion said of one case and what was true of it.
struct CriterionCase {
  std::string criterion;
  std::string about;  ///< "risk" or "direction"
  std::string truth;  ///< where the truth is from: "simulation" or "formula"
  double lambda = 0.0;
  double n_over_p = 0.0;
  bool says_helps = false;
  std::optional<bool> helps;  ///< empty: not decided
  std::size_t times = 1;
};

/// n/p from `low` on, below `high` (∞ for the last).
struct RowsPerColumn {
  double low = 0.0;
  double high = 0.0;
};

/// How often a criterion was right, at one λ and in one range of n/p.
struct CriterionConfusion {
  std::string criterion;
  std::string about;
  std::string truth;
  double lambda = 0.0;
  RowsPerColumn n_over_p;
  std::size_t hits = 0;                ///< says it helps, and it does
  std::size_t false_alarms = 0;        ///< says it helps, and it does not
  std::size_t misses = 0;              ///< does not say so, and it helps
  std::size_t correct_rejections = 0;  ///< does not say so, and it does not help
  std::size_t undecided = 0;           ///< the truth is not decided
};

/// Counts cases by criterion, subject, origin of the truth, λ and range of n/p (1, 2, 5, 20, 100 as
/// limits), in the order of first appearance within each and ascending λ and n/p. Ranges without a
/// case are left out. Cost O(cases · log).
std::vector<CriterionConfusion> count_confusion(const std::vector<CriterionCase>& cases);

}  // namespace cch
