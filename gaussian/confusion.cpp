#include "cch/gaussian/confusion.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <tuple>

namespace cch {
namespace {

constexpr std::array<double, 6> kLimits{1.0,  2.0,   5.0,
                                        20.0, 100.0, std::numeric_limits<double>::infinity()};

std::size_t range_of(double n_over_p) {
  std::size_t range = 0;
  while (range + 2 < kLimits.size() && n_over_p >= kLimits[range + 1]) ++range;
  return range;
}

/// Position of a name among those seen.
std::size_t position(std::vector<std::string>& seen, const std::string& name) {
  const auto found = std::find(seen.begin(), seen.end(), name);
  if (found != seen.end()) return static_cast<std::size_t>(found - seen.begin());
  seen.push_back(name);
  return seen.size() - 1;
}

void count(CriterionConfusion& to, const CriterionCase& c) {
  if (!c.helps) {
    to.undecided += c.times;
  } else if (c.says_helps) {
    (*c.helps ? to.hits : to.false_alarms) += c.times;
  } else {
    (*c.helps ? to.misses : to.correct_rejections) += c.times;
  }
}

}  // namespace

std::vector<CriterionConfusion> count_confusion(const std::vector<CriterionCase>& cases) {
  using Key = std::tuple<std::size_t, std::size_t, std::size_t, double, std::size_t>;
  std::vector<std::string> criteria;
  std::vector<std::string> subjects;
  std::vector<std::string> truths;
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
      to.n_over_p = {kLimits[range], kLimits[range + 1]};
    }
    count(to, c);
  }
  std::vector<CriterionConfusion> out;
  for (auto& [key, confusion] : counted) out.push_back(std::move(confusion));
  return out;
}

}  // namespace cch
