#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cch/core/groups.hpp"

namespace cch::detail {

/// The groups of these rows dealt at random to at most `most` blocks of rows.
std::vector<std::vector<std::size_t>> deal_groups(const Groups& groups,
                                                  const std::vector<std::size_t>& rows,
                                                  std::size_t most, std::uint64_t seed);

/// `rows` (ascending) less those of a block, ascending.
std::vector<std::size_t> without_block(const std::vector<std::size_t>& rows,
                                       std::vector<std::size_t> block);

/// 0 or 1 for every row: whole groups in random order, each to the half that has fewer rows so far.
std::vector<char> split_in_half(const Groups& groups, std::uint64_t seed);

/// These rows of m.
Eigen::MatrixXd rows_of(const Eigen::MatrixXd& m, const std::vector<std::size_t>& rows);

}  // namespace cch::detail
