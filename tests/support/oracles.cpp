#include "support/oracles.hpp"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

namespace cch::test {
namespace {

double psi(std::size_t count) {
  return boost::math::digamma(static_cast<double>(count));
}

double distance(const Samples& x, std::size_t i, std::size_t j) {
  double largest = 0.0;
  for (std::size_t d = 0; d < x.dim(); ++d)
    largest = std::max(largest, std::abs(x(i, d) - x(j, d)));
  return largest;
}

// Two different classes are farther apart than any two real vectors.
double distance(const ClassLabels& y, std::size_t i, std::size_t j) {
  return y[i] == y[j] ? 0.0 : std::numeric_limits<double>::infinity();
}

double distance(const Variable& v, std::size_t i, std::size_t j) {
  return std::visit([&](const auto& values) { return distance(values, i, j); }, v);
}

struct Pair {
  double joint;
  std::size_t row;
  double dx;
  double dy;
};

// Rows outside row i's group, nearest first; equal distances in order of row number.
std::vector<Pair> others_by_distance(const Samples& x, const Samples& y, const Groups& groups,
                                     std::size_t i) {
  std::vector<Pair> others;
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (groups.of(j) == groups.of(i)) continue;
    const double dx = distance(x, i, j);
    const double dy = distance(y, i, j);
    others.push_back({std::max(dx, dy), j, dx, dy});
  }
  std::sort(others.begin(), others.end(), [](const Pair& a, const Pair& b) {
    return a.joint != b.joint ? a.joint < b.joint : a.row < b.row;
  });
  return others;
}

double kth_smallest(std::vector<double> values, std::size_t k) {
  std::sort(values.begin(), values.end());
  return values.at(k - 1);
}

}  // namespace

double naive_ksg1(const Samples& x, const Samples& y, const Groups& groups, std::size_t k) {
  const std::size_t n = x.size();
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::vector<Pair> others = others_by_distance(x, y, groups, i);
    const double epsilon = others.at(k - 1).joint;
    std::size_t n_x = 0;
    std::size_t n_y = 0;
    for (const Pair& other : others) {
      if (other.dx < epsilon) ++n_x;
      if (other.dy < epsilon) ++n_y;
    }
    sum += psi(n - groups.size_of(i) + 1) - psi(n_x + 1) - psi(n_y + 1);
  }
  return psi(k) + sum / static_cast<double>(n);
}

double naive_ksg2(const Samples& x, const Samples& y, const Groups& groups, std::size_t k) {
  const std::size_t n = x.size();
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::vector<Pair> others = others_by_distance(x, y, groups, i);
    double epsilon_x = 0.0;
    double epsilon_y = 0.0;
    for (std::size_t m = 0; m < k; ++m) {
      epsilon_x = std::max(epsilon_x, others.at(m).dx);
      epsilon_y = std::max(epsilon_y, others.at(m).dy);
    }
    std::size_t n_x = 0;
    std::size_t n_y = 0;
    for (const Pair& other : others) {
      if (other.dx <= epsilon_x) ++n_x;
      if (other.dy <= epsilon_y) ++n_y;
    }
    sum += psi(n - groups.size_of(i) + 1) - psi(n_x) - psi(n_y);
  }
  return psi(k) - 1.0 / static_cast<double>(k) + sum / static_cast<double>(n);
}

double naive_ksg_conditional(const Samples& x, const Samples& y, const Samples& z,
                             const Groups& groups, std::size_t k) {
  const std::size_t n = x.size();
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> joint;
    for (std::size_t j = 0; j < n; ++j) {
      if (groups.of(j) == groups.of(i)) continue;
      joint.push_back(std::max({distance(x, i, j), distance(y, i, j), distance(z, i, j)}));
    }
    const double epsilon = kth_smallest(joint, k);
    std::size_t n_xz = 0;
    std::size_t n_yz = 0;
    std::size_t n_z = 0;
    for (std::size_t j = 0; j < n; ++j) {
      if (groups.of(j) == groups.of(i)) continue;
      const double dz = distance(z, i, j);
      if (std::max(distance(x, i, j), dz) < epsilon) ++n_xz;
      if (std::max(distance(y, i, j), dz) < epsilon) ++n_yz;
      if (dz < epsilon) ++n_z;
    }
    sum += psi(n_xz + 1) + psi(n_yz + 1) - psi(n_z + 1);
  }
  return psi(k) - sum / static_cast<double>(n);
}

double naive_mixed_ksg(const Variable& x, const Variable& y, const Groups& groups, std::size_t k) {
  const std::size_t n = size(x);
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> others;
    for (std::size_t j = 0; j < n; ++j) {
      if (groups.of(j) == groups.of(i)) continue;
      others.push_back(std::max(distance(x, i, j), distance(y, i, j)));
    }
    const double rho = kth_smallest(others, k);
    const auto counted = [&](double d) { return rho == 0.0 ? d == 0.0 : d < rho; };
    std::size_t same = 0;
    std::size_t n_x = 0;
    std::size_t n_y = 0;
    for (std::size_t j = 0; j < n; ++j) {
      if (j != i && groups.of(j) == groups.of(i)) continue;
      const double dx = distance(x, i, j);
      const double dy = distance(y, i, j);
      if (std::max(dx, dy) == 0.0) ++same;
      if (counted(dx)) ++n_x;
      if (counted(dy)) ++n_y;
    }
    const std::size_t k_tilde = rho == 0.0 ? same : k;
    sum += psi(k_tilde) + std::log(static_cast<double>(n - groups.size_of(i) + 1)) - psi(n_x) -
           psi(n_y);
  }
  return sum / static_cast<double>(n);
}

namespace {

struct ClassCounts {
  std::size_t in_class = 0;      // N_c
  std::size_t in_own_group = 0;  // n_gc
};

ClassCounts class_counts(const ClassLabels& y, const Groups& groups, std::size_t i) {
  ClassCounts counts;
  for (std::size_t j = 0; j < y.size(); ++j) {
    if (y[j] != y[i]) continue;
    ++counts.in_class;
    if (groups.of(j) == groups.of(i)) ++counts.in_own_group;
  }
  return counts;
}

std::vector<std::size_t> rows_with_class_neighbour(const ClassLabels& y, const Groups& groups) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const ClassCounts counts = class_counts(y, groups, i);
    if (counts.in_class > counts.in_own_group) rows.push_back(i);
  }
  return rows;
}

double ross_term(const Samples& x, const ClassLabels& y, const Groups& groups, std::size_t k,
                 std::size_t i) {
  const std::size_t n = x.size();
  const ClassCounts counts = class_counts(y, groups, i);
  const std::size_t k_i = std::min(k, counts.in_class - counts.in_own_group);
  std::vector<double> within;
  for (std::size_t j = 0; j < n; ++j) {
    if (y[j] == y[i] && groups.of(j) != groups.of(i)) within.push_back(distance(x, i, j));
  }
  const double radius = kth_smallest(within, k_i);
  std::size_t m = 0;
  for (std::size_t j = 0; j < n; ++j) {
    if (groups.of(j) != groups.of(i) && distance(x, i, j) <= radius) ++m;
  }
  return psi(n - groups.size_of(i) + 1) + psi(k_i) -
         psi(counts.in_class - counts.in_own_group + 1) - psi(m);
}

}  // namespace

std::size_t rows_without_class_neighbour(const ClassLabels& y, const Groups& groups) {
  return y.size() - rows_with_class_neighbour(y, groups).size();
}

NaiveRoss naive_ross(const Samples& x, const ClassLabels& y, const Groups& groups, std::size_t k) {
  const std::vector<std::size_t> rows = rows_with_class_neighbour(y, groups);
  const Samples kept_x = x.select(rows);
  const ClassLabels kept_y = y.select(rows);
  const Groups kept_groups = groups.select(rows);
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sum += ross_term(kept_x, kept_y, kept_groups, k, i);
  }
  return {sum / static_cast<double>(rows.size()), rows.size()};
}

}  // namespace cch::test
