#pragma once

// Slow neighbour estimators for the tests: every pair of rows, plain loops, straight from the
// papers' formulas and independent of estimators/kNN. O(N² (D_x + D_y)) time, O(N) memory, results
// in nats.

#include <cstddef>

#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/samples.hpp"

namespace cch::test {

double naive_ksg1(const Samples& x, const Samples& y, const Groups& groups, std::size_t k);
double naive_ksg2(const Samples& x, const Samples& y, const Groups& groups, std::size_t k);
double naive_ksg_conditional(const Samples& x, const Samples& y, const Samples& z,
                             const Groups& groups, std::size_t k);
double naive_mixed_ksg(const Variable& x, const Variable& y, const Groups& groups, std::size_t k);

struct NaiveRoss {
  double nats = 0.0;
  std::size_t rows = 0;  // rows left after those without an in-class neighbour were dropped
};
NaiveRoss naive_ross(const Samples& x, const ClassLabels& y, const Groups& groups, std::size_t k);

/// Rows whose class lies wholly inside their group: none of them has an in-class neighbour.
std::size_t rows_without_class_neighbour(const ClassLabels& y, const Groups& groups);

}  // namespace cch::test
