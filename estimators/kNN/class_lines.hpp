#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"
#include "estimators/kNN/sorted_column.hpp"

namespace cch::detail {

/// One real column cut by class: distances to neighbours of the own class from sorted values,
/// where a tree of value and class takes ten times as long. O(N log N) to build, O(k + members of
/// the own group nearby) a distance, O(log N + members of the own group) a count. Rows of the own
/// group never count.
class ClassLines {
 public:
  ClassLines(const Samples& x, const ClassLabels& y, const Groups& groups)
      : x_(x),
        groups_(groups),
        all_(std::span<const double>(x.view().data(), x.size())),
        lines_(y.classes()),
        line_(x.size()),
        place_(x.size()) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      line_[i] = static_cast<std::size_t>(y[i]);
      lines_[line_[i]].push_back(i);
    }
    for (std::vector<std::size_t>& line : lines_) {
      std::sort(line.begin(), line.end(), [&](std::size_t a, std::size_t b) {
        return x(a, 0) != x(b, 0) ? x(a, 0) < x(b, 0) : a < b;
      });
      for (std::size_t p = 0; p < line.size(); ++p) place_[line[p]] = p;
    }
  }

  /// Distance of row i from its k-th nearest of the same class outside its group; there are k.
  [[nodiscard]] double kth_distance(std::size_t i, std::size_t k) const {
    const std::vector<std::size_t>& line = lines_[line_[i]];
    constexpr double kNone = std::numeric_limits<double>::infinity();
    std::size_t left = place_[i];       // one past the next candidate
    std::size_t right = place_[i] + 1;  // the next candidate
    const auto skip_own = [&] {
      while (left > 0 && own(i, line[left - 1])) --left;
      while (right < line.size() && own(i, line[right])) ++right;
    };
    double distance = 0.0;
    for (std::size_t found = 0; found < k; ++found) {
      skip_own();
      const double below = left > 0 ? x_(i, 0) - x_(line[left - 1], 0) : kNone;
      const double above = right < line.size() ? x_(line[right], 0) - x_(i, 0) : kNone;
      distance = std::min(below, above);
      below <= above ? --left : ++right;
    }
    return distance;
  }

  /// Rows of any class outside i's group at most r away.
  [[nodiscard]] std::size_t count_within(std::size_t i, double r) const {
    std::size_t count = all_.count_within(i, r);
    for (const std::size_t member : groups_.members(groups_.of(i))) {
      count -= std::abs(x_(i, 0) - x_(member, 0)) <= r ? 1 : 0;
    }
    return count;
  }

 private:
  [[nodiscard]] bool own(std::size_t i, std::size_t j) const {
    return groups_.of(i) == groups_.of(j);
  }

  const Samples& x_;
  const Groups& groups_;
  SortedColumn all_;
  std::vector<std::vector<std::size_t>> lines_;  // rows of a class by value
  std::vector<std::size_t> line_;
  std::vector<std::size_t> place_;
};

}  // namespace cch::detail
