#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/core/matrix.hpp"
#include "estimators/kNN/neighbours.hpp"

namespace cch::detail {

/// kd-tree searched in the maximum norm. nanoflann splits the rows; its own search is not used,
/// because it prunes on a sum of per-axis terms, which is not a bound for the maximum norm and
/// gives wrong neighbours without any sign. Here every node has its tight bounding box, and the
/// distance to a box is the largest distance along one axis. For few columns (up to about 4); build
/// O(N log N).
class MaxNormTree {
 public:
  explicit MaxNormTree(const Matrix& points);

  /// Rows in the order of the leaves: neighbours in space are near each other in this order.
  [[nodiscard]] const std::vector<std::size_t>& order() const { return rows_; }

  /// Offers every row outside `query_group` that may be among the k nearest to `list`.
  void nearest(std::span<const double> query, std::size_t query_group, const Groups& groups,
               NearestList& list) const;

  /// Rows with distance < r (strict) or ≤ r, from all groups.
  [[nodiscard]] std::size_t count_less(std::span<const double> query, double r) const;
  [[nodiscard]] std::size_t count_within(std::span<const double> query, double r) const;

 private:
  struct Node {
    std::size_t begin;  // rows_[begin, end)
    std::size_t end;
    std::size_t first_child;  // 0: a leaf
    std::size_t second_child;
  };

  template <class Tree, class NodePointer>
  std::size_t flatten(const Tree& tree, NodePointer node, std::size_t& next_row);
  void set_box(std::size_t node);
  // What is done for every node and point is compiled once a number of columns.
  template <std::size_t kDims>
  struct Search;
  template <class Inside>
  [[nodiscard]] std::size_t count(std::span<const double> query, const Inside& inside) const;

  std::size_t dims_ = 0;
  std::vector<Node> nodes_;
  std::vector<double> boxes_;      // 2 · dims a node: lows, highs
  std::vector<double> points_;     // in leaf order
  std::vector<std::size_t> rows_;  // original row of each place
};

}  // namespace cch::detail
