#pragma once

#include <cstddef>
#include <vector>

#include "estimators/kNN/neighbour.hpp"

namespace cch::detail {

/// The k nearest rows seen so far, nearest first; equal distances in order of row number, so that
/// the set does not depend on the order of the search.
class NearestList {
 public:
  explicit NearestList(std::size_t k = 0) { reset(k); }

  void reset(std::size_t k) {
    k_ = k;
    found_.clear();
    found_.reserve(k + 1);
  }

  /// Rows at a larger distance cannot enter the list any more.
  [[nodiscard]] double worst() const {
    return found_.size() < k_ ? kInfinity : found_.back().distance;
  }
  [[nodiscard]] const std::vector<Neighbour>& found() const { return found_; }

  void offer(double distance, std::size_t row) {
    if (found_.size() == k_ && !before({distance, row}, found_.back())) return;
    std::size_t place = found_.size();
    while (place > 0 && before({distance, row}, found_[place - 1])) --place;
    found_.insert(found_.begin() + static_cast<std::ptrdiff_t>(place), {distance, row});
    if (found_.size() > k_) found_.pop_back();
  }

 private:
  static constexpr double kInfinity = __builtin_huge_val();
  static bool before(const Neighbour& a, const Neighbour& b) {
    return a.distance < b.distance || (a.distance == b.distance && a.row < b.row);
  }

  std::size_t k_ = 0;
  std::vector<Neighbour> found_;
};

}  // namespace cch::detail
