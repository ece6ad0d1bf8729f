#include "estimators/kNN/search_cost.hpp"

#include <algorithm>
#include <cmath>

namespace cch::detail {

// A query visits N^e rows of the tree with e growing in D; beyond 24 columns it visits all.
double tree_cost(std::size_t rows, std::size_t columns) {
  const auto n = static_cast<double>(rows);
  const double d = std::min(static_cast<double>(columns), 24.0);
  return n * std::exp(5.286 + 0.1761 * d - 0.01075 * d * d) * std::pow(n, 0.1189 + 0.03785 * d);
}

double brute_cost(std::size_t rows, std::size_t columns) {
  const auto n = static_cast<double>(rows);
  return n * n * (0.97 + 0.0736 * static_cast<double>(columns));
}

SearchPath cheaper_path(std::size_t rows, std::size_t columns) {
  return tree_cost(rows, columns) <= brute_cost(rows, columns) ? SearchPath::tree
                                                               : SearchPath::brute;
}

SearchPath cheaper_coded_path(std::size_t rows, std::size_t columns) {
  return columns <= 10 && rows > 0 ? SearchPath::coded_tree : SearchPath::coded_brute;
}

}  // namespace cch::detail
