#include "estimators/kNN/max_norm_tree.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
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

// What is read of nanoflann's nodes, which its documentation does not promise: a version that keeps
// them otherwise must not compile here, whatever its own search gives.
template <class Tree>
concept NodesAsRead = requires(const Tree& tree) {
  requires std::same_as<std::remove_cvref_t<decltype(tree.vAcc)>, std::vector<std::size_t>>;
  requires std::is_pointer_v<std::remove_cvref_t<decltype(tree.root_node)>>;
  requires std::same_as<decltype(tree.root_node->child1), decltype(tree.root_node->child2)>;
  requires std::convertible_to<decltype(tree.root_node->child1), decltype(tree.root_node)>;
  { tree.root_node->node_type.lr.left } -> std::convertible_to<std::size_t>;
  { tree.root_node->node_type.lr.right } -> std::convertible_to<std::size_t>;
};
static_assert(NodesAsRead<Splitter>,
              "nanoflann's nodes are not those of version 1.4: look at MaxNormTree::flatten");
static_assert(!NodesAsRead<Points>, "the check above can fail");

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
template <std::size_t kDims>
struct MaxNormTree::Search {
  const MaxNormTree& tree;
  const double* query;

  [[nodiscard]] std::size_t dims() const { return kDims > 0 ? kDims : tree.dims_; }

  [[nodiscard]] double nearest_in_box(std::size_t node) const {
    const double* low = tree.boxes_.data() + 2 * dims() * node;
    double bound = 0.0;
    for (std::size_t d = 0; d < dims(); ++d) {
      const double below = low[d] - query[d];
      const double above = query[d] - low[dims() + d];
      bound = below > bound ? below : bound;
      bound = above > bound ? above : bound;
    }
    return bound;
  }

  [[nodiscard]] double farthest_in_box(std::size_t node) const {
    const double* low = tree.boxes_.data() + 2 * dims() * node;
    double bound = 0.0;
    for (std::size_t d = 0; d < dims(); ++d) {
      bound = std::max({bound, std::abs(low[d] - query[d]), std::abs(low[dims() + d] - query[d])});
    }
    return bound;
  }

  [[nodiscard]] double distance(std::size_t place) const {
    const double* point = tree.points_.data() + place * dims();
    double largest = 0.0;
    for (std::size_t d = 0; d < dims(); ++d) {
      const double difference = std::abs(point[d] - query[d]);
      largest = difference > largest ? difference : largest;
    }
    return largest;
  }

  void nearest(std::size_t node, std::size_t query_group, const Groups& groups,
               NearestList& list) const {
    const Node& self = tree.nodes_[node];
    if (self.first_child == 0) {
      for (std::size_t i = self.begin; i < self.end; ++i) {
        const double d = distance(i);
        const std::size_t row = tree.rows_[i];
        if (d <= list.worst() && groups.of(row) != query_group) list.offer(d, row);
      }
      return;
    }
    std::size_t near = self.first_child;
    std::size_t far = self.second_child;
    double near_bound = nearest_in_box(near);
    double far_bound = nearest_in_box(far);
    if (far_bound < near_bound) {
      std::swap(near, far);
      std::swap(near_bound, far_bound);
    }
    // At equality a row with a lower number may still replace the last one of the list.
    if (near_bound <= list.worst()) nearest(near, query_group, groups, list);
    if (far_bound <= list.worst()) nearest(far, query_group, groups, list);
  }

  template <class Inside>
  [[nodiscard]] std::size_t count(std::size_t node, const Inside& inside) const {
    const Node& self = tree.nodes_[node];
    if (!inside(nearest_in_box(node))) return 0;
    if (inside(farthest_in_box(node))) return self.end - self.begin;
    if (self.first_child != 0) {
      return count(self.first_child, inside) + count(self.second_child, inside);
    }
    std::size_t found = 0;
    for (std::size_t i = self.begin; i < self.end; ++i) found += inside(distance(i)) ? 1 : 0;
    return found;
  }
};

void MaxNormTree::nearest(std::span<const double> query, std::size_t query_group,
                          const Groups& groups, NearestList& list) const {
  const double* q = query.data();
  switch (dims_) {
    case 2:
      return Search<2>{*this, q}.nearest(0, query_group, groups, list);
    case 3:
      return Search<3>{*this, q}.nearest(0, query_group, groups, list);
    case 4:
      return Search<4>{*this, q}.nearest(0, query_group, groups, list);
    case 6:
      return Search<6>{*this, q}.nearest(0, query_group, groups, list);
    default:
      return Search<0>{*this, q}.nearest(0, query_group, groups, list);
  }
}

template <class Inside>
std::size_t MaxNormTree::count(std::span<const double> query, const Inside& inside) const {
  const double* q = query.data();
  switch (dims_) {
    case 2:
      return Search<2>{*this, q}.count(0, inside);
    case 3:
      return Search<3>{*this, q}.count(0, inside);
    default:
      return Search<0>{*this, q}.count(0, inside);
  }
}

std::size_t MaxNormTree::count_less(std::span<const double> query, double r) const {
  return count(query, [r](double d) { return d < r; });
}

std::size_t MaxNormTree::count_within(std::span<const double> query, double r) const {
  return count(query, [r](double d) { return d <= r; });
}

}  // namespace cch::detail
