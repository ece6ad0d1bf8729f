#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace cch::detail {

/// Range counts in one dimension by bisection; O(N log N) to build, O(log N) a count.
class SortedColumn {
 public:
  explicit SortedColumn(std::span<const double> values) : place_(values.size()) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    values_.reserve(values.size());
    for (const std::size_t row : order) {
      place_[row] = values_.size();
      values_.push_back(values[row]);
    }
  }

  /// Rows with |v − v_row| < r. The rounded difference is monotone in v, so bisection on the
  /// distance itself counts exactly the rows that a scan would count; bisection on v_row ± r would
  /// not.
  [[nodiscard]] std::size_t count_less(std::size_t row, double r) const {
    return count(row, [r](double d) { return d < r; });
  }
  /// Rows with |v − v_row| ≤ r.
  [[nodiscard]] std::size_t count_within(std::size_t row, double r) const {
    return count(row, [r](double d) { return d <= r; });
  }

 private:
  template <class Inside>
  [[nodiscard]] std::size_t count(std::size_t row, const Inside& inside) const {
    const double* const middle = values_.data() + place_[row];
    const double* const end = values_.data() + values_.size();
    const double v = *middle;
    const std::size_t before = count_leading(
        static_cast<std::size_t>(middle - values_.data()),
        [&](std::size_t i) { return inside(v - middle[-1 - static_cast<std::ptrdiff_t>(i)]); });
    const std::size_t from = count_leading(static_cast<std::size_t>(end - middle),
                                           [&](std::size_t i) { return inside(middle[i] - v); });
    return before + from;
  }

  // Length of the leading run of 0..n−1 for which `holds` is true. Bisection without a branch that
  // the processor would have to guess.
  template <class Holds>
  static std::size_t count_leading(std::size_t n, const Holds& holds) {
    std::size_t base = 0;
    while (n > 0) {
      const std::size_t half = (n + 1) / 2;
      base += holds(base + half - 1) ? half : 0;
      n -= half;
    }
    return base;
  }

  std::vector<double> values_;
  std::vector<std::size_t> place_;  // of each row among the sorted values
};

}  // namespace cch::detail
