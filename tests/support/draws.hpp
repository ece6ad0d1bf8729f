#pragma once

// Random inputs with known properties, and the summary of repeats.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cch/core/execution.hpp"
#include "cch/core/groups.hpp"
#include "cch/core/labels.hpp"
#include "cch/core/random.hpp"
#include "cch/core/samples.hpp"

namespace cch::test {

struct XY {
  Samples x;
  Samples y;
};

/// n iid rows; column d of x and of y have correlation rho for d < min(dim_x, dim_y), all else is
/// independent N(0,1): truth −½ min(dim_x, dim_y) ln(1 − rho²). Values are multiples of 2⁻²⁰, so
/// that adding small integers or doubling is exact.
XY gaussian_rows(std::size_t n, std::size_t dim_x, std::size_t dim_y, double rho,
                 std::uint64_t seed);

/// Independent N(0,1).
Samples noise(std::size_t rows, std::size_t columns, std::uint64_t seed);

/// As gaussian_rows, but row = √icc·(its group's draw) + √(1−icc)·(its own draw), correlation rho
/// on both levels.
XY gaussian_grouped_rows(const Groups& groups, std::size_t dim, double rho, double icc,
                         std::uint64_t seed);

inline Execution with_seed(std::uint64_t seed, unsigned threads = 2) {
  Execution exec;
  exec.seed = seed;
  exec.threads = threads;
  return exec;
}

/// `count` groups of `size` consecutive rows.
Groups equal_groups(std::size_t count, std::size_t size);

/// Groups of random sizes 1..largest until all rows are used, then spread over the rows at random.
Groups unequal_groups(std::size_t rows, std::size_t largest, std::uint64_t seed);

/// Class names "0", "1", …
ClassLabels labels_of(std::vector<int> codes, std::size_t classes);

struct Repeats {
  double mean = 0.0;
  double sd = 0.0;
  double standard_error = 0.0;  // of the mean
};
/// Mean and spread of at least two values.
Repeats summary(std::span<const double> values);

}  // namespace cch::test
