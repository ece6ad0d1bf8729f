#pragma once

#include <cstddef>
#include <string_view>

namespace cch::detail {

enum class SearchPath { automatic, tree, brute, coded_tree, coded_brute };

/// Expected processor nanoseconds of one KSG1 (neighbours and two counts of every row, k = 4) for N
/// rows of D joint columns that are normal and correlated in pairs, by each path. Fitted to
/// `cch-bench --benchmark_filter=path` over N = 10³ … 10⁵ and D = 2 … 64; they serve to choose, not
/// to forecast: with their own instruction set they are right within a factor of two, on another
/// machine their ratio is what counts.
double tree_cost(std::size_t rows, std::size_t columns);
double brute_cost(std::size_t rows, std::size_t columns);
/// `instruction_set` is the name of the kernels: avx512, avx2 or another, for 128-bit registers.
double coded_tree_cost(std::size_t rows, std::size_t columns, std::string_view instruction_set);
double coded_brute_cost(std::size_t rows, std::size_t columns, std::string_view instruction_set);

/// The path of lower cost without codes, and with them.
SearchPath cheaper_path(std::size_t rows, std::size_t columns);
SearchPath cheaper_coded_path(std::size_t rows, std::size_t columns,
                              std::string_view instruction_set);

}  // namespace cch::detail
