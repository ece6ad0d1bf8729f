#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace cch::detail {

/// Range counts in one dimension by bisection; O(N log N) to build, O(log N) a count.
class SortedColumn {
 public:
  explicit SortedColumn(std::vector<double> values) : values_(std::move(values)) {
    std::sort(values_.begin(), values_.end());
  }

  /// Rows with |v − query| < r. The rounded difference is monotone in v, so bisection on the
  /// distance itself counts exactly the rows that a scan would count; bisection on query ± r would
  /// not.
  [[nodiscard]] std::size_t count_less(double query, double r) const {
    return count(query, [r](double d) { return d < r; });
  }
  /// Rows with |v − query| ≤ r.
  [[nodiscard]] std::size_t count_within(double query, double r) const {
    return count(query, [r](double d) { return d <= r; });
  }

 private:
  template <class Inside>
  [[nodiscard]] std::size_t count(double query, const Inside& inside) const {
    const auto middle = std::lower_bound(values_.begin(), values_.end(), query);
    const auto first =
        std::partition_point(values_.begin(), middle, [&](double v) { return !inside(query - v); });
    const auto last =
        std::partition_point(middle, values_.end(), [&](double v) { return inside(v - query); });
    return static_cast<std::size_t>(last - first);
  }

  std::vector<double> values_;
};

}  // namespace cch::detail
