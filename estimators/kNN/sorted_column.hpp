#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace cch::detail {

/// Range counts over ascending values, O(log of the count) each. The rounded difference |v − v_p|
/// is monotone in v, so a search by the distance itself counts exactly the values that a scan would
/// count; a search for v_p ± r would not.
class SortedValues {
 public:
  explicit SortedValues(std::span<const double> ascending) : values_(ascending) {}

  /// Values with |v − v_p| < r, v_p the one at `place`.
  [[nodiscard]] std::size_t count_less(std::size_t place, double r) const {
    return count(place, [r](double d) { return d < r; });
  }
  /// Values with |v − v_p| ≤ r.
  [[nodiscard]] std::size_t count_within(std::size_t place, double r) const {
    return count(place, [r](double d) { return d <= r; });
  }

 private:
  // Galloping from the row outwards on both sides at once: a bisection of the whole column touches
  // memory that no query nearby has touched, and waits for each of its steps.
  template <class Inside>
  [[nodiscard]] std::size_t count(std::size_t place, const Inside& inside) const {
    const double* const middle = values_.data() + place;
    const double v = *middle;
    const std::size_t most_before = place;
    const std::size_t most_from = values_.size() - place;
    // Whether the n rows before it, or from it on, are all inside; n ≥ 1.
    const auto before_inside = [&](std::size_t n) {
      const std::size_t at = std::min(n, most_before);
      return n <= most_before && inside(v - *(middle - at));
    };
    const auto from_inside = [&](std::size_t n) {
      const std::size_t at = std::min(n, most_from) - 1;
      return n <= most_from && inside(middle[at] - v);
    };
    std::size_t step = 8;
    while (before_inside(step) || from_inside(step)) step *= 2;
    std::size_t before = 0;
    std::size_t from = 0;
    for (step /= 2; step > 0; step /= 2) {
      before += before_inside(before + step) ? step : 0;
      from += from_inside(from + step) ? step : 0;
    }
    return before + from;
  }

  std::span<const double> values_;
};

/// A column for SortedValues; O(N log N) to build.
class SortedColumn {
 public:
  explicit SortedColumn(std::span<const double> values) : place_(values.size()) {
    struct Value {
      double value;
      std::size_t row;
    };
    std::vector<Value> order(values.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = {values[i], i};
    std::sort(order.begin(), order.end(),
              [](const Value& a, const Value& b) { return a.value < b.value; });
    values_.reserve(values.size());
    for (const Value& v : order) {
      place_[v.row] = values_.size();
      values_.push_back(v.value);
    }
  }

  /// Where the row stands among the sorted values.
  [[nodiscard]] std::size_t place_of(std::size_t row) const { return place_[row]; }

  /// Rows with |v − v_row| < r.
  [[nodiscard]] std::size_t count_less(std::size_t row, double r) const {
    return count_less_at(place_[row], r);
  }
  /// Rows with |v − v_row| ≤ r.
  [[nodiscard]] std::size_t count_within(std::size_t row, double r) const {
    return count_within_at(place_[row], r);
  }
  /// The same for the row at a place.
  [[nodiscard]] std::size_t count_less_at(std::size_t place, double r) const {
    return SortedValues(values_).count_less(place, r);
  }
  [[nodiscard]] std::size_t count_within_at(std::size_t place, double r) const {
    return SortedValues(values_).count_within(place, r);
  }

 private:
  std::vector<double> values_;
  std::vector<std::size_t> place_;  // of each row among the sorted values
};

}  // namespace cch::detail
