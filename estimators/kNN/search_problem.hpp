#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "cch/core/groups.hpp"
#include "cch/core/matrix.hpp"

namespace cch::detail {

/// What a nearest-neighbour estimator searches. The joint space is made of blocks of columns (x, y,
/// …) with the maximum norm over all of them; a marginal is the maximum norm over some of the
/// blocks.
struct SearchProblem {
  std::vector<MatrixView> blocks;                   ///< all with N rows
  std::vector<std::vector<std::size_t>> marginals;  ///< block numbers of each marginal
  const Groups* groups = nullptr;                   ///< rows of the own group are never neighbours
  std::size_t class_digits = 0;  ///< columns that tell classes apart: a tree parts them first

  [[nodiscard]] std::size_t rows() const { return blocks.front().rows(); }
  [[nodiscard]] std::size_t joint_dim() const {
    std::size_t dims = 0;
    for (const MatrixView& block : blocks) dims += block.cols();
    return dims;
  }
};

/// The columns of some blocks side by side.
Matrix joined(const SearchProblem& problem, std::span<const std::size_t> blocks);
Matrix all_blocks(const SearchProblem& problem);

/// max_d |a_d − b_d| over the columns of one block.
inline double block_distance(MatrixView block, std::size_t a, std::size_t b) {
  double largest = 0.0;
  for (std::size_t d = 0; d < block.cols(); ++d) {
    largest = std::max(largest, std::abs(block(a, d) - block(b, d)));
  }
  return largest;
}

/// Distance of two rows in one marginal.
inline double marginal_distance(const SearchProblem& problem, std::size_t marginal, std::size_t a,
                                std::size_t b) {
  double largest = 0.0;
  for (const std::size_t block : problem.marginals[marginal]) {
    largest = std::max(largest, block_distance(problem.blocks[block], a, b));
  }
  return largest;
}

/// Rows of `row`'s own group, itself among them, with marginal distance < r (`strict`) or ≤ r.
std::size_t own_group(const SearchProblem& problem, std::size_t marginal, std::size_t row, double r,
                      bool strict);

}  // namespace cch::detail
