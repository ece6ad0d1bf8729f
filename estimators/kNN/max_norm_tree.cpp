#include "estimators/kNN/max_norm_tree.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nanoflann.hpp>

namespace cch::detail {
namespace {

constexpr std::size_t kLeafSize = 12;

// What nanoflann asks of a point set.
struct Points {
  const Matrix& m;
  [[nodiscard]] std::size_t kdtree_get_point_count() const { return m.rows(); }
  [[nodiscard]] double kdtree_get_pt(std::size_t i, std::size_t axis) const { return m(i, axis); }
  template <class Box>
  bool kdtree_get_bbox(Box&) const {
    return false;
  }
};

using Metric = nanoflann::L2_Simple_Adaptor<double, Points>;
using Splitter = nanoflann::KDTreeSingleIndexAdaptor<Metric, Points, -1, std::size_t>;

}  // namespace

MaxNormTree::MaxNormTree(const Matrix& points) : dims_(points.cols()) {
  const Points source{points};
  const Splitter tree(static_cast<int>(dims_), source,
                      nanoflann::KDTreeSingleIndexAdaptorParams(kLeafSize));
  const std::size_t n = points.rows();
  rows_ = tree.vAcc;
  points_.resize(n * dims_);
  for (std::size_t i = 0; i < n; ++i) {
    std::copy_n(points.row(rows_[i]).data(), dims_, points_.data() + i * dims_);
  }
  std::size_t next_row = 0;
  flatten(tree, tree.root_node, next_row);
}

template <class Tree, class NodePointer>
std::size_t MaxNormTree::flatten(const Tree& tree, NodePointer node, std::size_t& next_row) {
  const std::size_t self = nodes_.size();
  nodes_.push_back({next_row, next_row, 0, 0});
  boxes_.resize(boxes_.size() + 2 * dims_);
  if (node->child1 == nullptr) {
    nodes_[self].begin = node->node_type.lr.left;
    next_row = node->node_type.lr.right;
  } else {
    const std::size_t first = flatten(tree, node->child1, next_row);
    const std::size_t second = flatten(tree, node->child2, next_row);
    nodes_[self].first_child = first;
    nodes_[self].second_child = second;
  }
  nodes_[self].end = next_row;
  set_box(self);
  return self;
}

void MaxNormTree::set_box(std::size_t node) {
  double* low = boxes_.data() + 2 * dims_ * node;
  double* high = low + dims_;
  std::fill_n(low, dims_, std::numeric_limits<double>::infinity());
  std::fill_n(high, dims_, -std::numeric_limits<double>::infinity());
  const Node& self = nodes_[node];
  if (self.first_child != 0) {
    for (const std::size_t child : {self.first_child, self.second_child}) {
      const double* box = boxes_.data() + 2 * dims_ * child;
      for (std::size_t d = 0; d < dims_; ++d) {
        low[d] = std::min(low[d], box[d]);
        high[d] = std::max(high[d], box[dims_ + d]);
      }
    }
    return;
  }
  for (std::size_t i = self.begin; i < self.end; ++i) {
    for (std::size_t d = 0; d < dims_; ++d) {
      low[d] = std::min(low[d], points_[i * dims_ + d]);
      high[d] = std::max(high[d], points_[i * dims_ + d]);
    }
  }
}

// Both box distances round like the distance of a point does, and rounding is monotone, so they are
// true bounds of the computed distances and comparisons at equality stay exact.
double MaxNormTree::nearest_in_box(std::size_t node, std::span<const double> query) const {
  const double* low = boxes_.data() + 2 * dims_ * node;
  double bound = 0.0;
  for (std::size_t d = 0; d < dims_; ++d) {
    bound = std::max({bound, low[d] - query[d], query[d] - low[dims_ + d]});
  }
  return bound;
}

double MaxNormTree::farthest_in_box(std::size_t node, std::span<const double> query) const {
  const double* low = boxes_.data() + 2 * dims_ * node;
  double bound = 0.0;
  for (std::size_t d = 0; d < dims_; ++d) {
    bound = std::max({bound, std::abs(low[d] - query[d]), std::abs(low[dims_ + d] - query[d])});
  }
  return bound;
}

double MaxNormTree::distance(std::size_t place, std::span<const double> query) const {
  const double* point = points_.data() + place * dims_;
  double largest = 0.0;
  for (std::size_t d = 0; d < dims_; ++d)
    largest = std::max(largest, std::abs(point[d] - query[d]));
  return largest;
}

void MaxNormTree::nearest(std::span<const double> query, std::size_t query_group,
                          const Groups& groups, NearestList& list) const {
  search(0, query, query_group, groups, list);
}

void MaxNormTree::search(std::size_t node, std::span<const double> query, std::size_t query_group,
                         const Groups& groups, NearestList& list) const {
  const Node& self = nodes_[node];
  if (self.first_child == 0) {
    for (std::size_t i = self.begin; i < self.end; ++i) {
      const double d = distance(i, query);
      if (d <= list.worst() && groups.of(rows_[i]) != query_group) list.offer(d, rows_[i]);
    }
    return;
  }
  std::size_t near = self.first_child;
  std::size_t far = self.second_child;
  double near_bound = nearest_in_box(near, query);
  double far_bound = nearest_in_box(far, query);
  if (far_bound < near_bound) {
    std::swap(near, far);
    std::swap(near_bound, far_bound);
  }
  // At equality a row with a lower number may still replace the last one of the list.
  if (near_bound <= list.worst()) search(near, query, query_group, groups, list);
  if (far_bound <= list.worst()) search(far, query, query_group, groups, list);
}

template <class Inside>
std::size_t MaxNormTree::count(std::size_t node, std::span<const double> query,
                               const Inside& inside) const {
  const Node& self = nodes_[node];
  if (!inside(nearest_in_box(node, query))) return 0;
  if (inside(farthest_in_box(node, query))) return self.end - self.begin;
  if (self.first_child != 0) {
    return count(self.first_child, query, inside) + count(self.second_child, query, inside);
  }
  std::size_t found = 0;
  for (std::size_t i = self.begin; i < self.end; ++i) found += inside(distance(i, query)) ? 1 : 0;
  return found;
}

std::size_t MaxNormTree::count_less(std::span<const double> query, double r) const {
  return count(0, query, [r](double d) { return d < r; });
}

std::size_t MaxNormTree::count_within(std::span<const double> query, double r) const {
  return count(0, query, [r](double d) { return d <= r; });
}

}  // namespace cch::detail
