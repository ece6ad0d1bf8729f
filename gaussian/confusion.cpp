#include "cch/gaussian/confusion.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <tuple>

#include "cch/core/proportion.hpp"

namespace cch {
namespace {

constexpr std::array<double, 6> kLimits{1.0,  2.0,   5.0,
                                        20.0, 100.0, std::numeric_limits<double>::infinity()};

std::size_t range_of(double n_over_p) {
  std::size_t range = 0;
  while (range + 2 < kLimits.size() && n_over_p >= kLimits[range + 1]) ++range;
  return range;
}

/// Position among those seen.
template <class T>
std::size_t position(std::vector<T>& seen, const T& one) {
  const auto found = std::find(seen.begin(), seen.end(), one);
  if (found != seen.end()) return static_cast<std::size_t>(found - seen.begin());
  seen.push_back(one);
  return seen.size() - 1;
}

void count(ConfusionCounts& to, const CriterionCase& c) {
  if (!c.helps) {
    to.undecided += c.times;
  } else if (c.says_helps) {
    (*c.helps ? to.hits : to.false_alarms) += c.times;
  } else {
    (*c.helps ? to.misses : to.correct_rejections) += c.times;
  }
}

}  // namespace

std::string_view to_string(About about) {
  return about == About::risk ? "risk" : "direction";
}

std::string_view to_string(TruthFrom truth) {
  return truth == TruthFrom::simulation ? "simulation" : "formula";
}

ConfusionCounts& ConfusionCounts::operator+=(const ConfusionCounts& other) {
  hits += other.hits;
  false_alarms += other.false_alarms;
  misses += other.misses;
  correct_rejections += other.correct_rejections;
  undecided += other.undecided;
  return *this;
}

std::vector<CriterionConfusion> count_confusion(const std::vector<CriterionCase>& cases) {
  using Key = std::tuple<std::size_t, std::size_t, std::size_t, double, std::size_t>;
  std::vector<std::string> criteria;
  std::vector<About> subjects;
  std::vector<TruthFrom> truths;
  std::map<Key, CriterionConfusion> counted;
  for (const CriterionCase& c : cases) {
    const std::size_t range = range_of(c.n_over_p);
    const Key key{position(criteria, c.criterion), position(subjects, c.about),
                  position(truths, c.truth), c.lambda, range};
    CriterionConfusion& to = counted[key];
    if (to.criterion.empty()) {
      to.criterion = c.criterion;
      to.about = c.about;
      to.truth = c.truth;
      to.lambda = c.lambda;
      to.n_over_p.low = kLimits[range];
      if (range + 2 < kLimits.size()) to.n_over_p.high = kLimits[range + 1];
    }
    count(to.counts, c);
  }
  std::vector<CriterionConfusion> out;
  for (auto& [key, confusion] : counted) out.push_back(std::move(confusion));
  return out;
}

std::vector<CriterionTally> tallies(const std::vector<CriterionConfusion>& confusion) {
  std::vector<CriterionTally> all;
  for (const CriterionConfusion& row : confusion) {
    const auto found = std::find_if(all.begin(), all.end(), [&row](const CriterionTally& tally) {
      return tally.criterion == row.criterion && tally.about == row.about &&
             tally.truth == row.truth;
    });
    if (found == all.end()) {
      all.push_back({row.criterion, row.about, row.truth, row.counts});
    } else {
      found->counts += row.counts;
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const CriterionTally& a, const CriterionTally& b) {
    return a.about < b.about;
  });
  return all;
}

std::optional<CriterionTally> tally_of(const std::vector<CriterionTally>& all,
                                       const std::string& criterion, About about) {
  std::optional<CriterionTally> found;
  for (const CriterionTally& tally : all) {
    if (tally.criterion != criterion || tally.about != about) continue;
    if (!found || tally.truth == TruthFrom::simulation) found = tally;
  }
  return found;
}

std::optional<Share> share_of(std::size_t k, std::size_t n) {
  const std::optional<Interval> interval = wilson95(k, n);
  if (!interval) return std::nullopt;
  return Share{static_cast<double>(k) / static_cast<double>(n), *interval};
}

std::optional<Share> share_right(const ConfusionCounts& c) {
  return share_of(c.hits + c.correct_rejections, c.decided());
}

std::optional<Share> sensitivity(const ConfusionCounts& c) {
  return share_of(c.hits, c.hits + c.misses);
}

std::optional<Share> precision(const ConfusionCounts& c) {
  return share_of(c.hits, c.hits + c.false_alarms);
}

}  // namespace cch
