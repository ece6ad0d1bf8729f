#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/report/kit/field.hpp"

namespace cch::report {

/// How often a criterion's word met the truth.
struct Counts {
  std::int64_t hits = 0;                ///< says helps, helps
  std::int64_t false_alarms = 0;        ///< says helps, harms
  std::int64_t misses = 0;              ///< does not say helps, helps
  std::int64_t correct_rejections = 0;  ///< does not say helps, harms
  std::int64_t undecided = 0;           ///< the truth itself is within 2 standard errors of zero
  Counts& operator+=(const Counts& other);
  [[nodiscard]] std::int64_t decided() const {
    return hits + false_alarms + misses + correct_rejections;
  }
};

/// One entry of the document's list of confusions; they are disjoint, so that sums over them count
/// every cell and λ once.
struct ConfusionRow {
  std::string criterion;
  std::string about;
  std::string truth;
  std::optional<double> lambda;
  std::optional<std::pair<double, double>> n_over_p;  ///< [low, high); a null high is ∞
  Counts counts;
};
std::vector<ConfusionRow> confusion_rows(const json& document);

/// A criterion compared with one kind of truth, over all λ and n/p.
struct CriterionTally {
  std::string criterion;
  std::string about;
  std::string truth;
  Counts counts;
};
/// In the order of the document, risk before direction.
std::vector<CriterionTally> tallies(const std::vector<ConfusionRow>& rows);
/// The counts of one criterion about "risk" or "direction", against the simulation where there is
/// one; nothing without it.
std::optional<CriterionTally> tally_of(const std::vector<CriterionTally>& all,
                                       const std::string& criterion, const std::string& about);

/// A share k/n with its 95 % interval of Wilson (1927); all empty for n = 0:
///   (k/n + z²/2n ± z √(k(n − k)/n³ + z²/4n²)) / (1 + z²/n),  z = 1.96.
struct Share {
  std::optional<double> value;
  std::optional<double> low;
  std::optional<double> high;
};
Share wilson(std::int64_t k, std::int64_t n);
/// (hits + correct rejections)/decided.
Share share_right(const Counts& counts);
/// hits/(hits + misses): of what helps, how much it says.
Share sensitivity(const Counts& counts);
/// hits/(hits + false alarms): of what it says, how much helps.
Share precision(const Counts& counts);

/// "CCH", "risk law", "CCH estimated by ksg1"; any other word as it stands.
std::string criterion_name(const std::string& criterion);

}  // namespace cch::report
