#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cch/core/estimate.hpp"

namespace cch {

/// What a criterion, a law or a simulation is about: the squared error, or the cosine between
/// student and s = E[y | x2].
enum class About { risk, direction };
inline constexpr About kAbouts[] = {About::risk, About::direction};
std::string_view to_string(About about);

/// Where it is known from whether distillation helps.
enum class TruthFrom { formula, simulation };
std::string_view to_string(TruthFrom truth);

/// What a criterion said of one case and what was true of it.
struct CriterionCase {
  std::string criterion;
  About about = About::risk;
  TruthFrom truth = TruthFrom::formula;
  double lambda = 0.0;
  double n_over_p = 0.0;
  bool says_helps = false;
  std::optional<bool> helps;  ///< empty: not decided
  std::size_t times = 1;
};

/// n/p from `low` on, below `high` (empty: ∞).
struct RowsPerColumn {
  double low = 0.0;
  std::optional<double> high;
};

/// How often a criterion was right.
struct ConfusionCounts {
  std::size_t hits = 0;                ///< says it helps, and it does
  std::size_t false_alarms = 0;        ///< says it helps, and it does not
  std::size_t misses = 0;              ///< does not say so, and it helps
  std::size_t correct_rejections = 0;  ///< does not say so, and it does not help
  std::size_t undecided = 0;           ///< the truth is not decided
  ConfusionCounts& operator+=(const ConfusionCounts& other);
  [[nodiscard]] std::size_t decided() const {
    return hits + false_alarms + misses + correct_rejections;
  }
};

/// The same at one λ and in one range of n/p.
struct CriterionConfusion {
  std::string criterion;
  About about = About::risk;
  TruthFrom truth = TruthFrom::formula;
  double lambda = 0.0;
  RowsPerColumn n_over_p;
  ConfusionCounts counts;
};

/// Counts cases by criterion, subject, origin of the truth, λ and range of n/p (1, 2, 5, 20, 100 as
/// limits), in the order of first appearance within each and ascending λ and n/p. Ranges without a
/// case are left out. Cost O(cases · log).
std::vector<CriterionConfusion> count_confusion(const std::vector<CriterionCase>& cases);

/// A criterion against one kind of truth, over all λ and n/p.
struct CriterionTally {
  std::string criterion;
  About about = About::risk;
  TruthFrom truth = TruthFrom::formula;
  ConfusionCounts counts;
};
/// Sums over the entries, which are disjoint; in their order, risk before direction.
std::vector<CriterionTally> tallies(const std::vector<CriterionConfusion>& confusion);
/// That of one criterion and subject, against the simulation where there is one; nothing without
/// it.
std::optional<CriterionTally> tally_of(const std::vector<CriterionTally>& all,
                                       const std::string& criterion, About about);

/// A share k/n with Wilson's 95 % interval (wilson95).
struct Share {
  double value = 0.0;
  Interval interval95;
};
/// Nothing for n = 0.
std::optional<Share> share_of(std::size_t k, std::size_t n);
/// (hits + correct rejections)/decided.
std::optional<Share> share_right(const ConfusionCounts& counts);
/// hits/(hits + misses): of what helps, how much it says.
std::optional<Share> sensitivity(const ConfusionCounts& counts);
/// hits/(hits + false alarms): of what it says, how much helps.
std::optional<Share> precision(const ConfusionCounts& counts);

}  // namespace cch
