#pragma once

#include <cstddef>

namespace cch::detail {

enum class SearchPath { automatic, tree, brute, coded_tree, coded_brute };

/// Expected processor nanoseconds of one KSG1 (neighbours and two counts of every row, k = 4) by
/// the tree, and by brute force, for N rows of D joint columns that are normal and correlated in
/// pairs. Fitted to `cch-bench --benchmark_filter=path` over N = 10³ … 10⁵ and D = 2 … 24; they
/// serve to choose, not to forecast: on the machine of the fit they are right within a factor of
/// 1.6, elsewhere their ratio is what counts.
double tree_cost(std::size_t rows, std::size_t columns);
double brute_cost(std::size_t rows, std::size_t columns);

/// The path of lower cost.
SearchPath cheaper_path(std::size_t rows, std::size_t columns);
SearchPath cheaper_coded_path(std::size_t rows, std::size_t columns);

}  // namespace cch::detail
