#include "estimators/kNN/search_cost.hpp"

#include <algorithm>
#include <cmath>

namespace cch::detail {
namespace {

struct PairCost {
  double pair;    // ns a pair of rows
  double column;  // ns a pair and column
};

PairCost pair_cost(std::string_view instruction_set) {
  if (instruction_set == "avx512") return {0.65, 0.0165};
  if (instruction_set == "avx2") return {0.70, 0.0200};
  return {0.85, 0.0620};
}

}  // namespace

// A query visits N^e rows of a tree with e growing in D, until it visits all.
double tree_cost(std::size_t rows, std::size_t columns) {
  const auto n = static_cast<double>(rows);
  const double d = std::min(static_cast<double>(columns), 24.0);
  return n * std::exp(5.286 + 0.1761 * d - 0.01075 * d * d) * std::pow(n, 0.1189 + 0.03785 * d);
}

double brute_cost(std::size_t rows, std::size_t columns) {
  const auto n = static_cast<double>(rows);
  return n * n * (0.97 + 0.0736 * static_cast<double>(columns));
}

// From 32 columns on a query visits nearly all rows.
double coded_tree_cost(std::size_t rows, std::size_t columns, std::string_view instruction_set) {
  constexpr double kAllVisited = 32.0;
  const auto n = static_cast<double>(rows);
  const auto d = static_cast<double>(columns);
  const double ln_n = std::log(n);
  const double tens = std::min(d, kAllVisited) / 10.0;
  const bool narrow = instruction_set != "avx512" && instruction_set != "avx2";
  const double narrower = narrow && columns >= 4 ? 0.608 : 0.0;
  const double cost = n * std::exp(4.058 + 0.864 * std::log(d) + 0.1868 * ln_n +
                                   tens * (0.2655 * ln_n - 1.895) + narrower);
  return d < kAllVisited ? cost : std::max(cost, 0.065 * std::exp(narrower) * n * n * d);
}

double coded_brute_cost(std::size_t rows, std::size_t columns, std::string_view instruction_set) {
  const auto n = static_cast<double>(rows);
  const PairCost cost = pair_cost(instruction_set);
  return n * (n * (cost.pair + cost.column * static_cast<double>(columns)) + 1000.0);
}

SearchPath cheaper_path(std::size_t rows, std::size_t columns) {
  return tree_cost(rows, columns) <= brute_cost(rows, columns) ? SearchPath::tree
                                                               : SearchPath::brute;
}

SearchPath cheaper_coded_path(std::size_t rows, std::size_t columns,
                              std::string_view instruction_set) {
  return coded_tree_cost(rows, columns, instruction_set) <=
                 coded_brute_cost(rows, columns, instruction_set)
             ? SearchPath::coded_tree
             : SearchPath::coded_brute;
}

}  // namespace cch::detail
